import { noParts } from '../../plan/producer-output.ts';
import { columnNames, type ExchangeRel, mapInputs, type Partitioning, type RelNode } from '../../plan/relation.ts';
import type { Stage, StageOutput } from '../../plan/stage.ts';
import type { Schema } from '../../plan/types.ts';

/**
 * Cuts a plan at its exchanges: one stage for what lies below each, and a last one. A stage stands behind those that it
 * reads from. Pure.
 *
 * @param schema columns of the whole plan
 * @param output what the last stage makes of them
 */
export function cutStages(plan: RelNode, schema: Schema, output: StageOutput): readonly Stage[] {
  const stages: Stage[] = [];
  const root = cutBelow(plan, stages);
  const last = Math.max(-1, ...stages.map((stage) => stage.id)) + 1;
  stages.push({ id: last, plan: root.plan, schema, output, enoughRows: null, inputs: root.inputs });
  return stages;
}

interface Region {
  readonly plan: RelNode;
  readonly inputs: ReadonlyMap<number, Partitioning>;
}

/** The node with reads in place of exchanges; the stages below them are added to `stages`. */
function cutBelow(node: RelNode, stages: Stage[]): Region {
  const inputs = new Map<number, Partitioning>();
  const cut = (rel: RelNode): RelNode => {
    if (rel.kind !== 'exchange') return mapInputs(rel, cut);
    inputs.set(rel.id, rel.partitioning);
    const below = cutBelow(rel.input, stages);
    if (!stages.some((stage) => stage.id === rel.id)) stages.push(stageOf(rel, below));
    return { kind: 'read', exchange: rel.id, schema: rel.schema, columns: columnNames(rel), parts: noParts };
  };
  return { plan: cut(node), inputs };
}

function stageOf(rel: ExchangeRel, { plan, inputs }: Region): Stage {
  // A prefix of the rows as they come; the first ones of a sort may be in any task.
  const enoughRows = plan.kind === 'limit' && plan.input.kind !== 'sort' ? plan.limit : null;
  return {
    id: rel.id,
    plan,
    schema: rel.schema,
    output: { kind: 'exchange', partitioning: rel.partitioning },
    enoughRows,
    inputs,
  };
}

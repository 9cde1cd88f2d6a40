import { noParts } from '../../plan/producer-output.ts';
import { mapInputs, type ReadRel, type RelNode, relInputs } from '../../plan/relation.ts';
import type { Stage } from '../../plan/stage.ts';
import type { Progress } from './adapt.ts';
import { topologyOf } from './exchange-topology.ts';

/**
 * Puts a stage of relays between each finished exchange that is worth it and the stages that are still to read it. The same list
 * where there is none. Pure.
 */
export function insertRelays(stages: readonly Stage[], progress: Progress): readonly Stage[] {
  for (const reader of stages) {
    if (progress.started.has(reader.id) || reader.output.kind === 'relay') continue;
    for (const input of reader.inputs.keys()) {
      const read = readOf(reader.plan, input);
      if (read && isWorthRelaying(reader, input, stages, progress))
        return insertRelays(relayed(stages, read, progress), progress);
    }
  }
  return stages;
}

function isWorthRelaying(reader: Stage, input: number, stages: readonly Stage[], { results, plan }: Progress): boolean {
  const result = results.get(input);
  if (!result || !isDealt(reader, input)) return false;
  if (stages.some((stage) => stage.id === input && stage.output.kind === 'relay')) return false;
  return topologyOf(result, plan.exchange, plan.slots) === 'two-level';
}

function isDealt({ inputs }: Stage, input: number): boolean {
  const kind = inputs.get(input)?.kind;
  return kind === 'hash' || kind === 'range';
}

function relayed(stages: readonly Stage[], read: ReadRel, { started, plan }: Progress): readonly Stage[] {
  const input = read.exchange;
  // The same number whatever finishes first; none of the plan's own stages has it.
  const id = Math.max(...plan.stages.map((stage) => stage.id)) + 1 + input;
  const changed: Stage[] = [];
  for (const stage of stages) {
    const partitioning = stage.inputs.get(input);
    if (!partitioning || started.has(stage.id) || !isDealt(stage, input)) {
      changed.push(stage);
      continue;
    }
    if (!changed.some((other) => other.id === id)) {
      const columns = read.schema.map((field) => field.name);
      changed.push({
        id,
        plan: { ...read, columns, parts: noParts },
        schema: read.schema,
        output: { kind: 'relay' },
        enoughRows: null,
        inputs: new Map([[input, partitioning]]),
      });
    }
    const inputs = new Map([...stage.inputs].map(([key, value]) => [key === input ? id : key, value]));
    changed.push({ ...stage, plan: readFrom(stage.plan, input, id), inputs });
  }
  return changed;
}

function readFrom(plan: RelNode, exchange: number, instead: number): RelNode {
  if (plan.kind === 'read') return plan.exchange === exchange ? { ...plan, exchange: instead } : plan;
  return mapInputs(plan, (input) => readFrom(input, exchange, instead));
}

/** A plan's read of an exchange; null where it has none. */
export function readOf(plan: RelNode, exchange: number): ReadRel | null {
  if (plan.kind === 'read') return plan.exchange === exchange ? plan : null;
  for (const input of relInputs(plan)) {
    const found = readOf(input, exchange);
    if (found) return found;
  }
  return null;
}

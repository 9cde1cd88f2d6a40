import { createHash } from 'node:crypto';
import type { PhysicalPlan, Stage, StageOutput } from '../plan/stage.ts';
import { taskVersion } from '../plan/task.ts';

/** Of what this file and `journal.ts` write and hash; another number finds nothing of an older one. */
const journalVersion = 1;

/**
 * A name for a plan with all that its answer depends on: operators, versions of the files that it reads, how they are split,
 * versions of engine and tasks. The same query over the same files has the same one in every run; names that a run
 * makes up for the files that it writes are no part of it.
 *
 * @returns 40 hexadecimal digits
 */
export function planHash(plan: PhysicalPlan): string {
  const { stages, splits, schema, engineVersion, sink, slots, broadcastBytes, exchange } = plan;
  const hash = createHash('sha256');
  const add = (value: unknown) => hash.update(JSON.stringify(value)).update('\n');
  add({ journalVersion, taskVersion, engineVersion, schema, sink, slots, broadcastBytes, exchange });
  for (const stage of stages.map(plainStage)) add(stage);
  for (const [scan, { splits: parts }] of splits) {
    add(scan);
    for (const part of parts) add(part);
  }
  return hash.digest('hex').slice(0, 40);
}

/** The plan with another beginning for the names of the files that it writes into a folder. */
export function withFileName(plan: PhysicalPlan, fileName: string): PhysicalPlan {
  const stages = plan.stages.map((stage) => ({ ...stage, output: outputWith(stage.output, fileName) }));
  return { ...plan, stages };
}

function plainStage({ id, plan, schema, output, enoughRows, inputs }: Stage): unknown {
  return { id, plan, schema, output: outputWith(output, ''), enoughRows, inputs: [...inputs] };
}

function outputWith(output: StageOutput, fileName: string): StageOutput {
  if (output.kind !== 'sink' || output.layout.kind !== 'folder') return output;
  return { ...output, layout: { ...output.layout, fileName } };
}

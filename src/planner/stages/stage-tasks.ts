import type { PhysicalPlan, Stage, StageResult } from '../../plan/stage.ts';
import { type Task, type TaskOutput, taskVersion } from '../../plan/task.ts';
import { tasksFor } from './exchange-topology.ts';
import { relayPlans } from './relay-plans.ts';
import { partitionTargetBytes, taskPlans } from './task-plans.ts';

/** Results up to so many bytes ride in the task's result; larger ones are objects. */
export const maxInlineBytes = 256 * 1024;

/** Results of a stage that the driver holds, bytes at most. */
const maxStageInlineBytes = 16 << 20;

function inlineBytesOf(tasks: number): number {
  return Math.min(maxInlineBytes, Math.floor(maxStageInlineBytes / tasks));
}

/**
 * The tasks of a stage whose inputs are done. Pure.
 *
 * @param results of the stages before
 * @param workspace uri of the job's folder, ending in `/`
 */
export function stageTasks(
  plan: PhysicalPlan,
  stage: Stage,
  results: ReadonlyMap<number, StageResult>,
  workspace: string,
): readonly Task[] {
  const context = { splits: plan.splits, results, partitionBytes: partitionBytesOf(plan, stage, results) };
  const plans = stage.output.kind === 'relay' ? relayPlans(stage, results, plan.slots) : taskPlans(stage, context);
  return plans.map((rel, index) => ({
    version: taskVersion,
    id: `${stage.id}-${index}`,
    stage: stage.id,
    attempt: 1,
    cancelMarker: null,
    engineVersion: plan.engineVersion,
    plan: rel,
    schema: stage.schema,
    output: outputOf(stage, results, plan, plans.length, `${workspace}${stage.id}-${index}`),
  }));
}

/** Partitions are merged while that keeps every slot busy to the end: there are as many tasks for each of them. */
function partitionBytesOf(
  { slots }: PhysicalPlan,
  { inputs }: Stage,
  results: ReadonlyMap<number, StageResult>,
): number {
  // What every task reads whole is not shared out.
  const bytes = [...inputs]
    .filter(([, { kind }]) => kind !== 'broadcast')
    .reduce((sum, [input]) => sum + (results.get(input)?.bytes ?? 0), 0);
  return Math.max(1, Math.ceil(bytes / tasksFor(bytes, slots)));
}

/** Sort keys that each task tells: enough to place bounds within a few percent. */
const sampleRows = 256;

function outputOf(
  { output, inputs }: Stage,
  results: ReadonlyMap<number, StageResult>,
  { slots, exchange }: PhysicalPlan,
  tasks: number,
  prefix: string,
): TaskOutput {
  if (output.kind === 'relay') return { kind: 'relay', prefix };
  if (output.kind === 'sink' && output.layout.kind === 'folder')
    return {
      ...output,
      layout: { ...output.layout, fileName: `${output.layout.fileName}-${prefix.slice(prefix.lastIndexOf('-') + 1)}` },
    };
  if (output.kind !== 'exchange') return output;
  const { partitioning } = output;
  const sample =
    partitioning.kind === 'keep' && partitioning.sampleKeys.length > 0
      ? { keys: partitioning.sampleKeys, rows: sampleRows }
      : null;
  const dealt =
    partitioning.kind === 'range'
      ? {
          ...partitioning,
          bounds: boundsOf(
            [...inputs.keys()].flatMap((input) => results.get(input) ?? []),
            slots,
          ),
        }
      : partitioning;
  const isDealt = dealt.kind === 'hash' || dealt.kind === 'range';
  // What is asked to go through relays does.
  const inlineBytes = isDealt && exchange === 'two-level' ? 0 : inlineBytesOf(tasks);
  return { kind: 'exchange', partitioning: dealt, prefix, maxInlineBytes: inlineBytes, sample };
}

/** Keys that cut the sampled rows into equal parts, one for each task that sorts. */
function boundsOf(results: readonly StageResult[], slots: number): readonly string[] {
  const samples = results.flatMap((result) => result.samples).sort();
  const bytes = results.reduce((sum, result) => sum + result.bytes, 0);
  const partitions = Math.max(slots, Math.ceil(bytes / partitionTargetBytes));
  const bounds = Array.from(
    { length: partitions - 1 },
    (_, index) => samples[Math.floor((samples.length * (index + 1)) / partitions)] ?? '',
  );
  return [...new Set(bounds)].filter((bound) => bound !== '');
}

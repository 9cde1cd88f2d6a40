import type { Backend } from '../backends/backend.ts';
import { AbortError } from '../errors.ts';
import type { Batch } from '../plan/batch.ts';
import { encodeTask } from '../plan/serde.ts';
import type { PhysicalPlan, SinkMode, Stage, Task, TaskResult } from '../plan/task.ts';
import type { ObjectStore } from '../storage/store.ts';

/** What happens while a job runs, for whoever shows it. */
export type JobEvent =
  | { readonly kind: 'stage-started'; readonly stage: number; readonly tasks: number }
  | { readonly kind: 'task-finished'; readonly stage: number; readonly task: string; readonly result: TaskResult }
  | { readonly kind: 'stage-finished'; readonly stage: number };

/** What accompanies a run. */
export interface JobContext {
  /** Where files that tasks staged are committed. */
  readonly store: ObjectStore;
  readonly signal: AbortSignal;
  readonly onBatch: (batch: Batch) => Promise<void>;
  readonly batchRows: number;
  readonly onEvent: (event: JobEvent) => void;
}

/**
 * Runs a plan's stages one after another on a backend.
 *
 * @returns the results of the last stage's tasks
 * @throws the worker's error, of its own class; {AbortError} when `signal` says so
 */
export async function runJob(
  plan: PhysicalPlan,
  backend: Backend,
  context: JobContext,
): Promise<readonly TaskResult[]> {
  let results: readonly TaskResult[] = [];
  for (const stage of plan.stages) {
    context.onEvent({ kind: 'stage-started', stage: stage.id, tasks: stage.tasks.length });
    results = await runStage(stage, backend, context);
    context.onEvent({ kind: 'stage-finished', stage: stage.id });
  }
  await commit(results, plan.sinkMode, context);
  return results;
}

/** Shows what the tasks staged; when one file cannot be shown, none that comes after it stays behind. */
async function commit(results: readonly TaskResult[], mode: SinkMode, { store, signal }: JobContext): Promise<void> {
  const staged = results.flatMap((result) => result.staged ?? []);
  try {
    if (signal.aborted)
      throw new AbortError('ABORTED', 'The query was aborted before its files were shown.', { cause: signal.reason });
    for (const file of staged) await store.commit(file, mode === 'error' ? 'create' : 'replace');
  } catch (error) {
    for (const file of staged) await store.abort(file);
    throw error;
  }
}

async function runStage(stage: Stage, backend: Backend, context: JobContext): Promise<TaskResult[]> {
  const results: TaskResult[] = [];
  // One after another: rows of the result come in the order of the tasks.
  for (const task of stage.tasks) {
    const result = await runTaskOnce(task, backend, context);
    context.onEvent({ kind: 'task-finished', stage: stage.id, task: task.id, result });
    results.push(result);
  }
  return results;
}

async function runTaskOnce(task: Task, backend: Backend, context: JobContext): Promise<TaskResult> {
  if (context.signal.aborted)
    throw new AbortError('ABORTED', 'The query was aborted.', { cause: context.signal.reason });
  return backend.invoke(encodeTask(task), context);
}

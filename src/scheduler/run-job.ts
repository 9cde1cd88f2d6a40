import type { Backend } from '../backends/backend.ts';
import { AbortError, InternalError } from '../errors.ts';
import type { Batch } from '../plan/batch.ts';
import { encodeTask } from '../plan/serde.ts';
import type { PhysicalPlan, SinkMode, Stage, StageResult } from '../plan/stage.ts';
import type { Task, TaskResult } from '../plan/task.ts';
import type { ObjectStore } from '../storage/store.ts';
import { Prefix } from './prefix.ts';
import { createSlots, type Slots } from './slots.ts';
import { nothing, stageResult } from './stage-result.ts';

/** What happens while a job runs, for whoever shows it. */
export type JobEvent =
  | { readonly kind: 'stage-started'; readonly stage: number; readonly tasks: number }
  | { readonly kind: 'task-finished'; readonly stage: number; readonly task: string; readonly result: TaskResult }
  | { readonly kind: 'stage-finished'; readonly stage: number; readonly rows: number; readonly bytes: number };

/** What a run is given. */
export interface JobContext {
  /** Where tasks of all stages but the last run. */
  readonly backend: () => Promise<Backend>;
  /** Where the last stage runs, whose rows are wanted here. */
  readonly driver: Backend;
  /** The planner's tasks of a stage whose inputs are done. */
  readonly tasksOf: (stage: Stage, results: ReadonlyMap<number, StageResult>) => readonly Task[];
  /** The planner's second thoughts: stages that have not started, changed by what others gave. */
  readonly adapt: (
    stages: readonly Stage[],
    results: ReadonlyMap<number, StageResult>,
    started: ReadonlySet<number>,
  ) => readonly Stage[];
  /** Stages that must be done before a stage starts. */
  readonly waitsFor: (stage: Stage, stages: readonly Stage[]) => readonly number[];
  /** Where files that tasks staged are committed. */
  readonly store: ObjectStore;
  readonly signal: AbortSignal;
  /** Uri of the job's own folder, ending in `/`, in that store: everything below it is removed at the end. */
  readonly workspace: string;
  /** Takes the rows of the last stage, in order. */
  readonly onBatch: (batch: Batch) => Promise<void>;
  readonly batchRows: number;
  readonly onEvent: (event: JobEvent) => void;
}

/**
 * Runs a plan: each stage once those that it waits for are done, their tasks side by side, the rest of the plan adapted to
 * what they gave; then commits what was staged.
 *
 * @returns the results of all tasks
 * @throws the worker's error, of its own class; {AbortError} when `signal` says so
 */
export async function runJob(plan: PhysicalPlan, context: JobContext): Promise<readonly TaskResult[]> {
  const stop = new AbortController();
  const signal = AbortSignal.any([context.signal, stop.signal]);
  const finished: TaskResult[] = [];
  const running = new Set<Promise<void>>();
  try {
    await runStages(plan.stages, { ...context, signal }, finished, running);
    await commit(finished, plan.sinkMode, context);
    return finished;
  } catch (error) {
    // What still runs is stopped, and waited for: nothing writes after the job's files are removed.
    stop.abort(new AbortError('ABORTED', 'Another task of the query failed.', { cause: error }));
    await Promise.allSettled(running);
    for (const result of finished) if (result.staged) await context.store.abort(result.staged);
    throw error;
  } finally {
    if (plan.stages.length > 1) await removeWorkspace(context);
  }
}

async function runStages(
  planned: readonly Stage[],
  context: JobContext,
  finished: TaskResult[],
  running: Set<Promise<void>>,
): Promise<void> {
  const slots = createSlots();
  const results = new Map<number, StageResult>();
  const started = new Set<number>();
  let stages = planned;
  while (results.size < stages.length) {
    stages = context.adapt(stages, results, started);
    for (const stage of stages) {
      if (started.has(stage.id) || !context.waitsFor(stage, stages).every((input) => results.has(input))) continue;
      started.add(stage.id);
      const run = runStage(stage, context, results, slots).then((tasks) => {
        finished.push(...tasks);
        results.set(stage.id, stageResult(stage.id, tasks));
        running.delete(run);
      });
      running.add(run);
    }
    if (running.size === 0)
      throw new InternalError(`Stages wait for each other: ${stages.map((stage) => stage.id).join(', ')}.`);
    await Promise.race(running);
  }
}

/** Objects that stages handed on; readers are done with them. */
async function removeWorkspace({ store, workspace }: JobContext): Promise<void> {
  for await (const { uri } of store.list(workspace)) await store.delete(uri);
}

async function runStage(
  stage: Stage,
  context: JobContext,
  results: ReadonlyMap<number, StageResult>,
  slots: Slots,
): Promise<TaskResult[]> {
  const tasks = context.tasksOf(stage, results);
  context.onEvent({ kind: 'stage-started', stage: stage.id, tasks: tasks.length });
  const backend = stage.output.kind === 'exchange' ? await context.backend() : context.driver;
  const prefix = new Prefix(stage.enoughRows);
  const done = await Promise.all(
    tasks.map((task, index) =>
      slots.run(backend.profile.slots, async () => {
        if (prefix.isEnough) return nothing(task.id);
        const result = await runTaskOnce(task, backend, context);
        prefix.add(index, result.rows);
        context.onEvent({ kind: 'task-finished', stage: stage.id, task: task.id, result });
        return result;
      }),
    ),
  );
  const { rows, bytes } = stageResult(stage.id, done);
  context.onEvent({ kind: 'stage-finished', stage: stage.id, rows, bytes });
  return done;
}

async function runTaskOnce(task: Task, backend: Backend, context: JobContext): Promise<TaskResult> {
  if (context.signal.aborted)
    throw new AbortError('ABORTED', 'The query was aborted.', { cause: context.signal.reason });
  return backend.invoke(encodeTask(task), context);
}

/** Shows what the tasks staged; when one file cannot be shown, those that are not shown yet are thrown away. */
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

import { AbortError, InternalError } from '../errors.ts';
import type { PhysicalPlan, Stage, StageResult } from '../plan/stage.ts';
import type { TaskResult } from '../plan/task.ts';
import { checkTarget, commitSink } from './commit-sink.ts';
import type { JobContext } from './job.ts';
import { runStage } from './run-stage.ts';
import { createSlots } from './slots.ts';
import { stageResult } from './stage-result.ts';

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
    if (plan.sink) await checkTarget(plan.sink, context.store);
    await runStages(plan.stages, { ...context, signal }, finished, running);
    const staged = finished.flatMap((result) => result.staged);
    if (plan.sink) await commitSink(staged, plan.sink, context.store, signal);
    return finished;
  } catch (error) {
    // What still runs is stopped, and waited for: nothing writes after the job's files are removed.
    stop.abort(new AbortError('ABORTED', 'Another task of the query failed.', { cause: error }));
    await Promise.allSettled(running);
    for (const file of finished.flatMap((result) => result.staged)) await context.store.abort(file);
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
      const run = runStage(stage, context.tasksOf(stage, results), slots, context).then((tasks) => {
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

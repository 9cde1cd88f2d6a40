import { AbortError, InternalError } from '../errors.ts';
import type { PhysicalPlan, Stage, StageResult } from '../plan/stage.ts';
import type { TaskResult } from '../plan/task.ts';
import { nameOf } from '../storage/uri.ts';
import { checkTarget, type SinkTarget } from './check-target.ts';
import { cleanUp } from './clean-up.ts';
import { commitSink } from './commit-sink.ts';
import type { JobContext } from './job.ts';
import { JobRun } from './job-run.ts';
import { runStage } from './run-stage.ts';

/**
 * Runs a plan: each stage once those that it waits for are done, their tasks side by side, the rest of the plan adapted to
 * what they gave; then commits what was staged.
 *
 * @returns the results of all tasks, without what they handed to each other
 * @throws the worker's error, of its own class; {TaskError} for a task that was tried too often; {AbortError} when `signal`
 * says so
 */
export async function runJob(plan: PhysicalPlan, context: JobContext): Promise<readonly TaskResult[]> {
  const job = new JobRun(context);
  const abort = () => job.stop(new AbortError('ABORTED', 'The query was aborted.', { cause: context.signal.reason }));
  context.signal.addEventListener('abort', abort);
  const finished: TaskResult[] = [];
  let [isCommitting, succeeded] = [false, false];
  try {
    if (context.signal.aborted) abort();
    context.lease?.onLost((error) => job.stop(error));
    if (plan.sink) await checkTarget(plan.sink, (uri) => context.journal?.isOwn(uri) ?? false, context.store);
    await runStages(plan.stages, job, finished);
    // From here on what becomes of staged files is the commit's to say.
    isCommitting = true;
    if (plan.sink) await commit(plan.sink, finished, job);
    succeeded = true;
    return finished;
  } catch (error) {
    job.stop(error);
    // Nothing that can be stopped writes after the job's files are removed.
    await job.stopped();
    if (!isCommitting && !context.journal) await job.dropStaged(new Set());
    throw error;
  } finally {
    context.signal.removeEventListener('abort', abort);
    await job.stopped();
    // What is left undone of it is `gc`'s; the answer is what it is.
    if (plan.stages.length > 1 || job.hasBodies || job.lateMs > 0 || context.lease)
      await cleanUp(job, succeeded).catch(() => {});
    context.lease?.release();
  }
}

async function commit(sink: SinkTarget, finished: readonly TaskResult[], job: JobRun): Promise<void> {
  const { store, clock, random, policy, workspace, journal, lease } = job.context;
  const staged = finished.flatMap((result) => result.staged);
  const stop = new AbortController();
  const forget = job.onStop((error) => stop.abort(error));
  try {
    await commitSink(staged, sink, {
      store,
      job: nameOf(workspace),
      signal: stop.signal,
      // A run after this one finds them in the journal.
      keepStaged: Boolean(journal),
      confirm: async () => lease?.confirm(),
      clock,
      random,
      policy,
    });
    await job.dropStaged(new Set(staged));
  } catch (error) {
    // Those that the commit is about are its own to throw away.
    if (!journal) await job.dropStaged(new Set(staged));
    throw error;
  } finally {
    forget();
  }
}

async function runStages(planned: readonly Stage[], job: JobRun, finished: TaskResult[]): Promise<void> {
  const { context } = job;
  const results = new Map<number, StageResult>();
  const started = new Set<number>();
  const running = new Set<Promise<void>>();
  let stages = planned;
  try {
    while (results.size < stages.length) {
      stages = context.adapt(stages, results, started);
      for (const stage of stages) {
        if (started.has(stage.id) || !context.waitsFor(stage, stages).every((input) => results.has(input))) continue;
        started.add(stage.id);
        const run = runStage(stage, context.tasksOf(stage, results), job).then((done) => {
          results.set(stage.id, done.result);
          finished.push(...done.results.map(withoutRows));
          running.delete(run);
        });
        running.add(run);
      }
      if (running.size === 0)
        throw new InternalError(`Stages wait for each other: ${stages.map((stage) => stage.id).join(', ')}.`);
      await Promise.race(running);
    }
  } catch (error) {
    job.stop(error);
    await Promise.allSettled(running);
    throw error;
  }
}

/** A result without what only later stages ask for: a driver keeps very many. */
function withoutRows(result: TaskResult): TaskResult {
  return { ...result, produced: null, sample: [], spans: [] };
}

import { AbortError, InternalError, ShoalError } from '../errors.ts';
import type { Stage, StageResult } from '../plan/stage.ts';
import type { Task, TaskResult } from '../plan/task.ts';
import { cancelMarkerOf } from './clean-up.ts';
import type { JobRun, Place } from './job-run.ts';
import { correctGuesses, isGuessed, type Outcome, withoutSpans } from './part-guesses.ts';
import { Prefix } from './prefix.ts';
import { nothing, stageResult } from './stage-result.ts';
import { Stragglers } from './stragglers.ts';
import { type AttemptHost, TaskAttempts } from './task-attempts.ts';

/** A stage that is done. */
export interface FinishedStage {
  /** In the order of the tasks; a task that was cut into smaller ones has several. */
  readonly results: readonly TaskResult[];
  readonly result: StageResult;
}

/** A stage at work. */
interface StageRun {
  readonly stage: Stage;
  readonly job: JobRun;
  readonly place: Place;
  readonly host: AttemptHost;
  readonly running: Set<TaskAttempts>;
  /** The first failure that is nobody's guess; it ends the stage. */
  failure: { readonly error: unknown } | null;
}

/**
 * Runs a stage's tasks side by side, again those that guessed wrong where their part of a file begins.
 *
 * @throws what stopped the first task that failed
 */
export async function runStage(stage: Stage, tasks: readonly Task[], job: JobRun): Promise<FinishedStage> {
  const { context } = job;
  context.onEvent({ kind: 'stage-started', stage: stage.id, tasks: tasks.length });
  const { output } = stage;
  const wanted = output.kind === 'result' || (output.kind === 'sink' && output.layout.kind === 'file');
  const place = job.placeOn(wanted ? context.driver : await context.backend());
  const run: StageRun = { stage, job, place, host: hostOf(job, place), running: new Set(), failure: null };
  const forget = job.onStop((error) => fail(run, error));
  try {
    const results = await settle(run, tasks);
    const result = stageResult(stage.id, results);
    const { rows, bytes } = result;
    context.onEvent({ kind: 'stage-finished', stage: stage.id, rows, bytes });
    return { results, result };
  } finally {
    forget();
  }
}

function hostOf(job: JobRun, { backend, slots }: Place): AttemptHost {
  const { clock, random, policy, onBatch, batchRows, onEvent } = job.context;
  return {
    backend,
    slots,
    clock,
    random,
    policy,
    onBatch,
    batchRows,
    bodies: job.bodies,
    cancelMarker: backend.profile.stoppable ? null : cancelMarkerOf(job.context.workspace),
    track: (ended) => job.track(backend, ended),
    discard: (result) => job.discard(result),
    onRetry: (task, attempt, error, waitMs) =>
      onEvent({ kind: 'task-retried', stage: task.stage, task: task.id, attempt, error, waitMs }),
  };
}

/** Each correction puts the first part of a file that is wrong right, and a task has few parts: more of them come to no end. */
const correctionsPerTask = 4;

async function settle(run: StageRun, planned: readonly Task[]): Promise<readonly TaskResult[]> {
  let tasks = planned;
  let outcomes = await runAll(run, tasks, [...tasks.keys()], run.stage.enoughRows);
  for (let corrections = 0; ; corrections++) {
    const corrected = correctGuesses(tasks, outcomes);
    if (corrected.size === 0) break;
    if (corrections >= correctionsPerTask * tasks.length) {
      throw new InternalError(
        `Stage ${run.stage.id} reads parts of files that still do not follow upon each other after ${corrections} corrections.`,
      );
    }
    tasks = tasks.map((task, index) => corrected.get(index) ?? task);
    // How many rows came before the wrong ones is not known: tasks that were not wanted may be, now.
    const again = [...tasks.keys()].filter((index) => corrected.has(index) || outcomes[index]?.kind === 'skipped');
    const second = await runAll(run, tasks, again, null);
    outcomes = outcomes.map((outcome, index) => (again.includes(index) ? (second[index] ?? outcome) : outcome));
  }
  return outcomes.flatMap((outcome, index) => {
    if (outcome.kind === 'failed') throw withoutSpans(outcome.error);
    return outcome.kind === 'done' ? outcome.results : [nothing(tasks[index]?.id ?? '')];
  });
}

/** Runs the tasks of these indexes, each once there is a place for it; the others are told as skipped. */
async function runAll(
  run: StageRun,
  tasks: readonly Task[],
  indexes: readonly number[],
  enough: number | null,
): Promise<Outcome[]> {
  const prefix = new Prefix(enough);
  const outcomes: Outcome[] = tasks.map(() => ({ kind: 'skipped' }));
  const stragglers = watch(run, indexes.length);
  const pending = new Set<Promise<void>>();
  for (const index of indexes) {
    const task = tasks[index];
    if (!task) continue;
    const release = await run.place.slots.acquire();
    if (run.failure || prefix.isEnough) {
      release();
      break;
    }
    const ended = runTask(run, task, stragglers, release).then((outcome) => {
      pending.delete(ended);
      // A task that failed has told so to the stage; one that is not wanted any more stays skipped.
      if (!outcome) return;
      outcomes[index] = outcome;
      if (outcome.kind === 'done') prefix.add(index, rowsOf(outcome.results));
      if (prefix.isEnough) stopAll(run, new AbortError('ABORTED', 'Its rows are not wanted any more.'));
    });
    pending.add(ended);
  }
  await Promise.all(pending);
  stragglers.close();
  if (run.failure) throw run.failure.error;
  return outcomes;
}

function watch({ stage, job, place }: StageRun, total: number): Stragglers {
  const { clock, policy, onEvent } = job.context;
  return new Stragglers({
    slots: place.slots,
    clock,
    policy,
    invokeMs: place.backend.profile.invokeMs,
    total,
    onSpeculate: ({ task }) => onEvent({ kind: 'task-speculated', stage: stage.id, task: task.id }),
  });
}

/** Runs one task, from the journal where it is done already; null for one whose failure is the stage's, or that was stopped. */
async function runTask(
  run: StageRun,
  task: Task,
  stragglers: Stragglers,
  release: () => void,
): Promise<Outcome | null> {
  const { stage, job } = run;
  const { journal, onEvent, resplit } = job.context;
  const known = stage.output.kind === 'result' ? null : journal?.find(task);
  if (known) {
    release();
    job.keep(known);
    onEvent({ kind: 'task-resumed', stage: stage.id, task: task.id });
    return { kind: 'done', results: [known] };
  }
  const smaller = () => (stage.output.kind === 'result' ? [] : resplit(task));
  const attempts = new TaskAttempts(task, run.host, () => smaller().length === 0);
  run.running.add(attempts);
  stragglers.add(attempts);
  attempts.attempt(release);
  try {
    const result = await attempts.result;
    stragglers.ended(attempts);
    job.keep(result);
    await journal?.record(task, result);
    onEvent({ kind: 'task-finished', stage: stage.id, task: task.id, result });
    return { kind: 'done', results: [result] };
  } catch (error) {
    stragglers.ended(attempts);
    if (attempts.wasStopped) return null;
    const parts = error instanceof ShoalError && error.code === 'OUT_OF_MEMORY' ? smaller() : [];
    if (parts.length > 0) return runParts(run, parts, stragglers);
    if (isGuessed(error)) return { kind: 'failed', error };
    fail(run, error);
    return null;
  } finally {
    run.running.delete(attempts);
  }
}

async function runParts(run: StageRun, parts: readonly Task[], stragglers: Stragglers): Promise<Outcome | null> {
  const results: TaskResult[] = [];
  // One after another: together they are what was too much.
  for (const part of parts) {
    const release = await run.place.slots.acquire();
    if (run.failure) {
      release();
      return null;
    }
    const outcome = await runTask(run, part, stragglers, release);
    if (outcome?.kind !== 'done') return outcome;
    results.push(...outcome.results);
  }
  return { kind: 'done', results };
}

function fail(run: StageRun, error: unknown): void {
  run.failure ??= { error };
  stopAll(run, new AbortError('ABORTED', 'Another task of the query failed.', { cause: error }));
}

function stopAll(run: StageRun, reason: AbortError): void {
  for (const attempts of run.running) attempts.stop(reason);
}

function rowsOf(results: readonly TaskResult[]): number {
  return results.reduce((sum, result) => sum + result.rows, 0);
}

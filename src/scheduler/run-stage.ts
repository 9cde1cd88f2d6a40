import type { Backend } from '../backends/backend.ts';
import { AbortError } from '../errors.ts';
import { encodeTask } from '../plan/serde.ts';
import type { Stage } from '../plan/stage.ts';
import type { Task, TaskResult } from '../plan/task.ts';
import type { JobContext } from './job.ts';
import { correctGuesses, isGuessed, type Outcome, withoutSpans } from './part-guesses.ts';
import { Prefix } from './prefix.ts';
import type { Slots } from './slots.ts';
import { nothing, stageResult } from './stage-result.ts';

/** A stage at work. */
interface StageRun {
  readonly stage: Stage;
  readonly backend: Backend;
  readonly slots: Slots;
  readonly context: JobContext;
  /** Aborted by the first failure that is nobody's guess. */
  readonly signal: AbortSignal;
  readonly stop: (error: unknown) => void;
}

/**
 * Runs a stage's tasks side by side, again those that guessed wrong where their part of a file begins, and ends only when
 * none of them runs any more.
 *
 * @returns the results, in the order of the tasks
 * @throws what stopped the first task that failed
 */
export async function runStage(
  stage: Stage,
  tasks: readonly Task[],
  slots: Slots,
  context: JobContext,
): Promise<TaskResult[]> {
  context.onEvent({ kind: 'stage-started', stage: stage.id, tasks: tasks.length });
  const { output } = stage;
  const wanted = output.kind === 'result' || (output.kind === 'sink' && output.layout.kind === 'file');
  const backend = wanted ? context.driver : await context.backend();
  const failed = new AbortController();
  const stop = (error: unknown) =>
    failed.abort(new AbortError('ABORTED', 'Another task of the query failed.', { cause: error }));
  const run: StageRun = {
    stage,
    backend,
    slots,
    context,
    stop,
    signal: AbortSignal.any([context.signal, failed.signal]),
  };
  const results = await settle(run, tasks);
  const { rows, bytes } = stageResult(stage.id, results);
  context.onEvent({ kind: 'stage-finished', stage: stage.id, rows, bytes });
  return results;
}

async function settle(run: StageRun, planned: readonly Task[]): Promise<TaskResult[]> {
  let tasks = planned;
  let outcomes = await runAll(run, tasks, tasks.keys(), run.stage.enoughRows);
  for (;;) {
    const corrected = correctGuesses(tasks, outcomes);
    if (corrected.size === 0) break;
    tasks = tasks.map((task, index) => corrected.get(index) ?? task);
    // How many rows came before the wrong ones is not known: tasks that were not wanted may be, now.
    const again = [...tasks.keys()].filter((index) => corrected.has(index) || outcomes[index]?.kind === 'skipped');
    const second = await runAll(run, tasks, again, null);
    outcomes = outcomes.map((outcome, index) => (again.includes(index) ? (second[index] ?? outcome) : outcome));
  }
  return outcomes.map((outcome, index) => {
    if (outcome.kind === 'failed') throw withoutSpans(outcome.error);
    return outcome.kind === 'done' ? outcome.result : nothing(tasks[index]?.id ?? '');
  });
}

/** Runs the tasks of these indexes; the others are told as skipped. */
async function runAll(
  run: StageRun,
  tasks: readonly Task[],
  indexes: Iterable<number>,
  enough: number | null,
): Promise<Outcome[]> {
  const prefix = new Prefix(enough);
  const outcomes: Outcome[] = tasks.map(() => ({ kind: 'skipped' }));
  const settled = await Promise.allSettled(
    [...indexes].map((index) =>
      run.slots.run(run.backend.profile.slots, async () => {
        const task = tasks[index];
        if (!task || prefix.isEnough) return;
        const outcome = await runOnce(run, task);
        if (outcome.kind === 'done') prefix.add(index, outcome.result.rows);
        outcomes[index] = outcome;
      }),
    ),
  );
  const rejected = settled.filter((result) => result.status === 'rejected').map((result) => result.reason);
  // Tasks that were stopped because of another one's failure are not the failure.
  const [cause] = [...rejected.filter((error) => !(error instanceof AbortError)), ...rejected];
  if (cause !== undefined) throw cause;
  return outcomes;
}

async function runOnce({ stage, backend, context, signal, stop }: StageRun, task: Task): Promise<Outcome> {
  if (signal.aborted) throw new AbortError('ABORTED', 'The query was aborted.', { cause: signal.reason });
  try {
    const result = await backend.invoke(encodeTask(task), { ...context, signal });
    context.onEvent({ kind: 'task-finished', stage: stage.id, task: task.id, result });
    return { kind: 'done', result };
  } catch (error) {
    if (isGuessed(error)) return { kind: 'failed', error };
    stop(error);
    throw error;
  }
}

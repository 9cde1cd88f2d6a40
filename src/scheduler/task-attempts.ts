import type { Backend } from '../backends/backend.ts';
import { AbortError, BackendError, ShoalError, TaskError } from '../errors.ts';
import type { Batch } from '../plan/batch.ts';
import type { Task, TaskResult } from '../plan/task.ts';
import { classify, mayRunOn, wasKilled } from './classify.ts';
import type { Clock } from './clock.ts';
import { backoffMs, type Policy } from './policy.ts';
import type { Slots } from './slots.ts';
import { type TaskBodies, taskText } from './task-text.ts';

/** What attempts at tasks use; the same for all tasks of a stage. */
export interface AttemptHost {
  readonly backend: Backend;
  readonly slots: Slots;
  readonly clock: Clock;
  readonly random: () => number;
  readonly policy: Policy;
  readonly onBatch: (batch: Batch) => Promise<void>;
  readonly batchRows: number;
  /** Where what tasks are about goes that are too long for the backend. */
  readonly bodies: TaskBodies;
  /** See `Task.cancelMarker`. */
  readonly cancelMarker: string | null;
  /**
   * Takes a promise that settles when nothing more is heard of an attempt, whatever became of it: with false when its worker may
   * run on.
   */
  readonly track: (ended: Promise<boolean>) => void;
  /** Throws away what an attempt made that came too late. */
  readonly discard: (result: TaskResult) => void;
  /** Told of every failure that does not end the task, with the wait before the next attempt. */
  readonly onRetry: (task: Task, attempt: number, error: unknown, waitMs: number) => void;
}

interface LiveAttempt {
  readonly controller: AbortController;
  readonly sentMs: number;
  /** Gives back its place and forgets its deadline. */
  readonly end: () => void;
}

/**
 * One task until it is done or has failed for good: attempts one after another, or two at a time where the first is slow. The
 * first that answers wins; what others still make is thrown away.
 */
export class TaskAttempts {
  readonly task: Task;
  /**
   * The winner's result.
   *
   * @throws the worker's error where another attempt would fail alike; {TaskError} after too many that might not have;
   * {AbortError} after {@link stop}
   */
  readonly result: Promise<TaskResult>;
  /** Whether it had a second attempt beside the first. */
  wasSpeculated = false;
  /** Whether {@link stop} ended it. */
  wasStopped = false;
  /** How long the winning attempt took, from its submission, milliseconds. */
  elapsedMs: number | null = null;
  private readonly host: AttemptHost;
  private readonly live = new Map<number, LiveAttempt>();
  private settle: { readonly resolve: (result: TaskResult) => void; readonly reject: (error: unknown) => void } | null =
    null;
  private cancelRetry: (() => void) | null = null;
  private attempts = 0;
  private failures = 0;
  private throttles = 0;
  private places = 1;
  private rowsSent = false;
  private readonly mayGrow: () => boolean;

  /**
   * @param mayGrow whether an attempt that ran out of memory is followed by one with twice as much; if not, it is the task's
   * failure
   */
  constructor(task: Task, host: AttemptHost, mayGrow: () => boolean) {
    this.task = task;
    this.host = host;
    this.mayGrow = mayGrow;
    this.result = new Promise((resolve, reject) => {
      this.settle = { resolve, reject };
    });
  }

  /** Since when its only attempt runs; null while it waits, has two, or cannot have a second one. */
  get aloneSinceMs(): number | null {
    if (this.live.size !== 1 || this.task.output.kind === 'result') return null;
    const [only] = this.live.values();
    return only?.sentMs ?? null;
  }

  /** How many places its next attempt takes. */
  get share(): number {
    return this.places;
  }

  /**
   * Sends an attempt.
   *
   * @param release gives back the place that was taken for it
   */
  attempt(release: () => void): void {
    const { host, task } = this;
    const attempt = ++this.attempts;
    const controller = new AbortController();
    const sentMs = host.clock.now();
    const { taskTimeoutMs } = host.backend.profile;
    const forget =
      taskTimeoutMs === null
        ? () => {}
        : host.clock.after(taskTimeoutMs, () => {
            controller.abort();
            this.failed(attempt, timedOut(task, taskTimeoutMs));
          });
    const end = () => {
      forget();
      release();
    };
    this.live.set(attempt, { controller, sentMs, end });
    const context = {
      signal: controller.signal,
      batchRows: host.batchRows,
      onBatch: (batch: Batch) => this.takeRows(batch),
      share: this.places,
    };
    const { maxTaskBytes } = host.backend.profile;
    const text = taskText({ ...task, attempt, cancelMarker: host.cancelMarker }, maxTaskBytes, host.bodies);
    const ended = text
      .then((sent) => host.backend.invoke(sent, context))
      .then(
        (result) => {
          this.succeeded(attempt, result);
          return true;
        },
        (error) => {
          this.failed(attempt, error);
          return !mayRunOn(error);
        },
      );
    host.track(ended);
  }

  /** Sends a second attempt beside the first, which is slow; the first that answers wins. */
  speculate(release: () => void): void {
    this.wasSpeculated = true;
    this.attempt(release);
  }

  /** Ends every attempt because the task is not wanted any more; its failure is `error`. */
  stop(error: unknown): void {
    this.wasStopped = this.settle !== null;
    this.fail(error);
  }

  private async takeRows(batch: Batch): Promise<void> {
    this.rowsSent = true;
    return this.host.onBatch(batch);
  }

  private fail(error: unknown): void {
    this.finish((settle) => settle.reject(error));
  }

  private succeeded(attempt: number, result: TaskResult): void {
    const left = this.leave(attempt);
    if (!left || !this.settle) {
      this.host.discard(result);
      return;
    }
    this.host.slots.succeeded();
    this.elapsedMs = this.host.clock.now() - left.sentMs;
    this.finish((settle) => settle.resolve(result));
  }

  private failed(attempt: number, error: unknown): void {
    const left = this.leave(attempt);
    if (!left || !this.settle) return;
    const { host } = this;
    // Rows that left cannot be called back.
    const kind = this.rowsSent ? 'final' : classify(error);
    switch (kind) {
      case 'final':
        this.fail(error);
        break;
      case 'throttled':
        host.slots.throttled(left.sentMs, host.clock.now());
        this.throttles++;
        this.again(this.throttles <= host.policy.maxThrottles, error, this.throttles);
        break;
      case 'memory':
        if (this.grow()) this.again(true, error, 1);
        else this.fail(error);
        break;
      case 'lost':
        this.failures++;
        if (this.failures > 1 && wasKilled(error)) this.grow();
        this.again(this.failures < host.policy.maxAttempts, error, this.failures);
        break;
    }
  }

  /** Twice the room for the next attempt; false when there is no more. */
  private grow(): boolean {
    if (!this.mayGrow() || this.places * 2 > this.host.backend.profile.slots) return false;
    this.places *= 2;
    return true;
  }

  private again(allowed: boolean, error: unknown, failures: number): void {
    // The other one may still answer.
    if (this.live.size > 0) return;
    if (allowed) this.retry(error, failures);
    else this.giveUp(error);
  }

  private retry(error: unknown, failures: number): void {
    const { host } = this;
    const waitMs = backoffMs(failures, host.policy, host.random());
    host.onRetry(this.task, this.attempts, error, waitMs);
    this.cancelRetry = host.clock.after(waitMs, async () => {
      const release = await host.slots.acquire(this.places);
      if (this.settle) this.attempt(release);
      else release();
    });
  }

  private giveUp(error: unknown): void {
    const { id, stage } = this.task;
    const message = error instanceof Error ? error.message : String(error);
    this.fail(
      new TaskError(
        'TASK_FAILED',
        `Task ${id} failed ${this.attempts} times and is not tried again; the last time: ${message}`,
        {
          cause: error,
          details: { stage, task: id, attempts: this.attempts },
          retryable: error instanceof ShoalError && error.retryable,
        },
      ),
    );
  }

  private leave(attempt: number): LiveAttempt | null {
    const left = this.live.get(attempt) ?? null;
    this.live.delete(attempt);
    left?.end();
    return left;
  }

  private finish(how: (settle: NonNullable<TaskAttempts['settle']>) => void): void {
    const { settle } = this;
    if (!settle) return;
    this.settle = null;
    this.cancelRetry?.();
    for (const { controller, end } of this.live.values()) {
      controller.abort(new AbortError('ABORTED', `Task ${this.task.id} is not wanted any more.`));
      end();
    }
    this.live.clear();
    how(settle);
  }
}

function timedOut(task: Task, timeoutMs: number): BackendError {
  return new BackendError(
    'TIMED_OUT',
    `Task ${task.id} gave no answer within ${timeoutMs} ms of its submission; it is taken for lost.`,
    { retryable: true, details: { task: task.id, timeoutMs } },
  );
}

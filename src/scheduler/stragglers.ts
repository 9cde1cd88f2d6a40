import type { Clock } from './clock.ts';
import { type Policy, slowAfterMs } from './policy.ts';
import type { Slots } from './slots.ts';
import type { TaskAttempts } from './task-attempts.ts';

/** What is watched for slow tasks. */
export interface StragglerWatch {
  readonly slots: Slots;
  readonly clock: Clock;
  readonly policy: Policy;
  /** What a task costs however small it is, milliseconds. */
  readonly invokeMs: number;
  /** Tasks of the stage. */
  readonly total: number;
  readonly onSpeculate: (task: TaskAttempts) => void;
}

/** The threshold is worked out again when so much more is known. */
const judgeAgainAfter = 1.05;

/**
 * Gives tasks that take much longer than most of their stage a second attempt: once each, in places that nobody waits for, and
 * only a few.
 */
export class Stragglers {
  private readonly watch: StragglerWatch;
  private readonly running = new Set<TaskAttempts>();
  private readonly finishedMs: number[] = [];
  private judgedOf = 0;
  private slowMs = Number.POSITIVE_INFINITY;
  private left: number;
  private cancelTimer: (() => void) | null = null;

  constructor(watch: StragglerWatch) {
    this.watch = watch;
    this.left = Math.max(1, Math.floor(watch.policy.speculateShare * watch.total));
  }

  /** Watches a task until it ends. */
  add(task: TaskAttempts): void {
    this.running.add(task);
  }

  /** Notes that a task ended. */
  ended(task: TaskAttempts): void {
    this.running.delete(task);
    if (task.elapsedMs !== null) this.finishedMs.push(task.elapsedMs);
    this.check();
  }

  /** Forgets all of them. */
  close(): void {
    this.cancelTimer?.();
    this.running.clear();
  }

  private check(): void {
    const { policy, total, slots, clock, invokeMs, onSpeculate } = this.watch;
    this.cancelTimer?.();
    this.cancelTimer = null;
    const done = this.finishedMs.length;
    if (this.left === 0 || this.running.size === 0 || done < Math.max(1, policy.speculateAfter * total)) return;
    if (done >= this.judgedOf * judgeAgainAfter) {
      this.judgedOf = done;
      this.slowMs = slowAfterMs(this.finishedMs, invokeMs);
    }
    const now = clock.now();
    let nextMs = Number.POSITIVE_INFINITY;
    for (const task of this.running) {
      if (task.wasSpeculated) continue;
      // One that waits for its next attempt is looked at again when that may be slow.
      const slowAt = (task.aloneSinceMs ?? now) + this.slowMs;
      if (slowAt > now) nextMs = Math.min(nextMs, slowAt);
      else {
        const release = this.left > 0 ? slots.tryAcquire(task.share) : null;
        // The next task that ends leaves a place, and asks again.
        if (!release) continue;
        this.left--;
        onSpeculate(task);
        task.speculate(release);
      }
    }
    if (Number.isFinite(nextMs)) this.cancelTimer = clock.after(nextMs - now, () => this.check());
  }
}

/** How hard a job tries before it gives up, and when it loses patience. */
export interface Policy {
  /** Attempts at a task that may be lost (worker gone, no answer in time, store out of reach) before the job fails. */
  readonly maxAttempts: number;
  /** Refusals for being too many that a task takes before the job fails. */
  readonly maxThrottles: number;
  /** Before the second attempt, at most; twice as long before each further one. */
  readonly backoffBaseMs: number;
  readonly backoffCapMs: number;
  /** Share of a stage's tasks that must be done before others are called slow. */
  readonly speculateAfter: number;
  /** Tasks of a stage that may be run twice for being slow, as a share of all; one is always allowed. */
  readonly speculateShare: number;
  /** How long after its last sign of life a job counts as dead. */
  readonly leaseMs: number;
  /** How often it gives one. */
  readonly leaseRenewMs: number;
}

/**
 * Four attempts are Hadoop's and Spark's rule. Twenty refusals with waits of up to ten seconds outlast a cold ramp of a
 * function service to several thousand workers (+1,000 per 10 s). Speculation begins where three quarters of a stage are done,
 * as in Spark, and may cost a twentieth of its tasks. A lease is kept by the driver's wall clock and judged by another
 * machine's: ten minutes bear clocks that differ by minutes and a store that is out of reach for as long, and a write of 300
 * bytes every two minutes costs a hundredth of a cent a day.
 */
export const defaultPolicy: Policy = {
  maxAttempts: 4,
  maxThrottles: 20,
  backoffBaseMs: 100,
  backoffCapMs: 10_000,
  speculateAfter: 0.75,
  speculateShare: 0.05,
  leaseMs: 600_000,
  leaseRenewMs: 120_000,
};

/**
 * How long to wait before another attempt: a random part of base, 2 · base, 4 · base … cap ("full jitter", which keeps tasks that
 * failed together from coming back together).
 *
 * @param failures how often the task has failed so far, 1 or more
 * @param random uniform in [0, 1)
 */
export function backoffMs(failures: number, { backoffBaseMs, backoffCapMs }: Policy, random: number): number {
  return random * Math.min(backoffCapMs, backoffBaseMs * 2 ** (failures - 1));
}

/**
 * From when on a task of a stage is slow, in milliseconds of its own time: max(4 · invokeMs, 250, p50 + 3 · (p95 − p50)) of
 * the tasks that are done.
 *
 * @param finishedMs how long each of them took, in any order
 * @param invokeMs what a task costs however small it is
 */
export function slowAfterMs(finishedMs: readonly number[], invokeMs: number): number {
  const sorted = [...finishedMs].sort((a, b) => a - b);
  const p50 = quantile(sorted, 0.5);
  return Math.max(4 * invokeMs, 250, p50 + 3 * (quantile(sorted, 0.95) - p50));
}

function quantile(sorted: readonly number[], q: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? 0;
}

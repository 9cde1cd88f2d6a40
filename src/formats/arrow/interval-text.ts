import type { Interval } from '../../plan/batch.ts';

/**
 * A text that the engine casts to exactly this interval. Seconds stand apart from microseconds: the engine reads no number
 * below −(2^63 − 1), and an interval may hold −2^63. (Its own text of many hours it cannot read back.)
 */
export function intervalText({ months, days, micros }: Interval): string {
  return `${months} months ${days} days ${micros / 1_000_000n} seconds ${micros % 1_000_000n} microseconds`;
}

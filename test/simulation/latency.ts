import type { Latency } from './cloud-facts.ts';
import type { Random } from './random.ts';

/** A latency, milliseconds. */
export function sampleMs({ medianMs, p95Ms, tailShare, tailMs }: Latency, random: Random): number {
  if (random.chance(tailShare)) return tailMs;
  // The 95th percentile of a normal distribution is 1.645 deviations above its mean.
  return medianMs * Math.exp((Math.log(p95Ms / medianMs) / 1.645) * random.normal());
}

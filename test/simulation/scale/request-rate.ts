import { s3RequestsPerSecond } from '../cloud-facts.ts';
import type { VirtualClock } from '../virtual-clock.ts';

/** A store's request rates, which all workers share: who comes later waits longer, and nobody is refused for it. */
export class RequestRate {
  private readonly clock: VirtualClock;
  private readonly freeMs = { read: 0, write: 0 };

  constructor(clock: VirtualClock) {
    this.clock = clock;
  }

  /** Takes so many requests. @returns when the last of them has its turn, milliseconds from now */
  waitMs(kind: 'read' | 'write', requests: number): number {
    const now = this.clock.now();
    if (requests === 0) return 0;
    this.freeMs[kind] = Math.max(now, this.freeMs[kind]) + (requests * 1_000) / s3RequestsPerSecond[kind];
    return this.freeMs[kind] - now;
  }
}

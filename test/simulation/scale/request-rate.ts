import { s3RequestsPerSecond } from '../cloud-facts.ts';
import type { VirtualClock } from '../virtual-clock.ts';

/**
 * A store's request rates, which all workers share: who comes later waits longer, and nobody is refused for it. The tables'
 * objects have partitions of their own; what a job writes lies in a new folder, which is one.
 */
export class RequestRate {
  private readonly clock: VirtualClock;
  private readonly inputPartitions: number;
  private readonly freeMs = { input: 0, read: 0, write: 0 };

  constructor(clock: VirtualClock, inputPartitions: number) {
    this.clock = clock;
    this.inputPartitions = inputPartitions;
  }

  /** Takes so many reads of the tables' objects. @returns when the last of them has its turn, milliseconds from now */
  inputMs(requests: number): number {
    return this.take('input', requests, s3RequestsPerSecond.read * this.inputPartitions);
  }

  /** The same of what the job wrote, or writes. */
  workMs(kind: 'read' | 'write', requests: number): number {
    return this.take(kind, requests, s3RequestsPerSecond[kind]);
  }

  private take(from: 'input' | 'read' | 'write', requests: number, perSecond: number): number {
    if (requests === 0) return 0;
    const now = this.clock.now();
    this.freeMs[from] = Math.max(now, this.freeMs[from]) + (requests * 1_000) / perSecond;
    return this.freeMs[from] - now;
  }
}

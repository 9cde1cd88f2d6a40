import type { Clock } from '../../src/scheduler/clock.ts';
import type { ObjectStore } from '../../src/storage/store.ts';

/** A clock that stands until it is moved; the time of day is the same one. */
export class ManualClock implements Clock {
  private readonly waiting = new Set<{ readonly atMs: number; readonly run: () => void }>();
  private nowMs = Date.UTC(2024, 0, 31);
  private calls = 0;

  /** The store, whose calls {@link pass} waits for. */
  watch(store: ObjectStore): ObjectStore {
    const write: ObjectStore['write'] = async (...call) => {
      this.calls++;
      try {
        return await store.write(...call);
      } finally {
        this.calls--;
      }
    };
    return { ...store, write };
  }

  now(): number {
    return this.nowMs;
  }

  after(delayMs: number, run: () => void): () => void {
    const event = { atMs: this.nowMs + delayMs, run };
    this.waiting.add(event);
    return () => void this.waiting.delete(event);
  }

  /** Whether anything is to happen. */
  get isIdle(): boolean {
    return this.waiting.size === 0;
  }

  /** Goes on, and lets what is due then do its work. */
  async pass(ms: number): Promise<void> {
    const endMs = this.nowMs + ms;
    for (;;) {
      const [next] = [...this.waiting].filter(({ atMs }) => atMs <= endMs).sort((a, b) => a.atMs - b.atMs);
      if (!next) break;
      this.waiting.delete(next);
      this.nowMs = next.atMs;
      next.run();
      await this.settled();
    }
    this.nowMs = endMs;
  }

  /** Waits until no call is under way, and none follows from one that ended. */
  private async settled(): Promise<void> {
    do await new Promise((resolve) => setImmediate(resolve));
    while (this.calls > 0);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

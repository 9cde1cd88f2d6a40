/**
 * Places where tasks run on one backend, shared by all stages of a job; first come, first served. There are fewer while the
 * backend refuses tasks for being too many: half of them at the first refusal, one more for each round of tasks that went well.
 */
export class Slots {
  private readonly most: number;
  private limit: number;
  private busy = 0;
  private waiting: Waiting[] = [];
  private shrunkMs = Number.NEGATIVE_INFINITY;

  /** @param most tasks that the backend takes at once */
  constructor(most: number) {
    this.most = Math.max(1, most);
    this.limit = this.most;
  }

  /** How many tasks may run now. */
  get size(): number {
    return Math.floor(this.limit);
  }

  /**
   * Waits for `share` places, or for all there are when that is less.
   *
   * @returns gives them back; calling it again does nothing
   */
  async acquire(share = 1): Promise<() => void> {
    const taken = Math.min(share, this.most);
    if (this.waiting.length > 0 || !this.fits(taken)) {
      await new Promise<void>((resolve) => this.waiting.push({ taken, resolve }));
    } else this.busy += taken;
    return this.releaseOnce(taken);
  }

  /** The same where nobody waits, or null. */
  tryAcquire(share = 1): (() => void) | null {
    const taken = Math.min(share, this.most);
    if (this.waiting.length > 0 || !this.fits(taken)) return null;
    this.busy += taken;
    return this.releaseOnce(taken);
  }

  /**
   * Notes that the backend refused a task: fewer run from now on. Tasks that were sent before the last time tell nothing new.
   *
   * @param sentMs when the refused task was sent
   */
  throttled(sentMs: number, nowMs: number): void {
    if (sentMs < this.shrunkMs) return;
    this.shrunkMs = nowMs;
    this.limit = Math.max(1, Math.min(this.limit, this.busy) / 2);
  }

  /** Notes that a task went well. */
  succeeded(): void {
    if (this.limit < this.most) this.limit = Math.min(this.most, this.limit + 1 / this.limit);
  }

  private fits(taken: number): boolean {
    // A share of more than the limit runs alone.
    return this.busy === 0 || this.busy + taken <= this.size;
  }

  private releaseOnce(taken: number): () => void {
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.busy -= taken;
      this.wake();
    };
  }

  private wake(): void {
    for (let next = this.waiting[0]; next && this.fits(next.taken); next = this.waiting[0]) {
      this.waiting.shift();
      // Who is woken has its place before anybody else can ask.
      this.busy += next.taken;
      next.resolve();
    }
  }
}

interface Waiting {
  readonly taken: number;
  readonly resolve: () => void;
}

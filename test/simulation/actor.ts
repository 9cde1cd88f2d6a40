/** Somebody who talks to the simulated world and may end in the middle of it: a driver, or one attempt on one worker. */
export class Actor {
  readonly name: string;
  private readonly crashAt: number;
  private readonly afterwards: boolean;
  private done = 0;
  private dead = false;
  private readonly mourners: (() => void)[] = [];

  /**
   * @param crashAt which of its requests it does not survive, from 1 on; infinity for none
   * @param afterwards whether that request still has its effect
   */
  constructor(name: string, crashAt = Number.POSITIVE_INFINITY, afterwards = false) {
    this.name = name;
    this.crashAt = crashAt;
    this.afterwards = afterwards;
  }

  get isDead(): boolean {
    return this.dead;
  }

  /** How many requests it made. */
  get requests(): number {
    return this.done;
  }

  /** Nothing that it waits for comes back to it any more. */
  kill(): void {
    if (this.dead) return;
    this.dead = true;
    for (const mourner of this.mourners) mourner();
  }

  /** Calls `run` when it dies. */
  onDeath(run: () => void): void {
    this.mourners.push(run);
  }

  /** Told of each request; false when it is not made any more. */
  request(): boolean {
    if (this.dead) return false;
    if (++this.done < this.crashAt) return true;
    this.kill();
    return this.afterwards;
  }
}

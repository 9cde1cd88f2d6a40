/** Counts the rows of tasks that are done without a gap before them, to tell when no later task is needed. */
export class Prefix {
  private readonly enough: number;
  private readonly rows = new Map<number, number>();
  private next = 0;
  private sum = 0;

  /** @param enough rows that are wanted; null for all */
  constructor(enough: number | null) {
    this.enough = enough ?? Number.POSITIVE_INFINITY;
  }

  /** Notes a finished task's rows. */
  add(index: number, rows: number): void {
    this.rows.set(index, rows);
    for (let known = this.rows.get(this.next); known !== undefined; known = this.rows.get(this.next)) {
      this.rows.delete(this.next++);
      this.sum += known;
    }
  }

  /** Whether the first tasks gave all rows that are wanted, whatever the others give. */
  get isEnough(): boolean {
    return this.sum >= this.enough;
  }
}

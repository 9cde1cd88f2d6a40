/** Counts the rows of tasks that are done without a gap before them, to tell when no later task is needed. */
export class Prefix {
  private readonly enough: number;
  private readonly rows: (number | undefined)[] = [];

  /** @param enough rows that are wanted; null for all */
  constructor(enough: number | null) {
    this.enough = enough ?? Number.POSITIVE_INFINITY;
  }

  /** Notes a finished task's rows. */
  add(index: number, rows: number): void {
    this.rows[index] = rows;
  }

  /** Whether the first tasks gave all rows that are wanted, whatever the others give. */
  get isEnough(): boolean {
    let sum = 0;
    for (const rows of this.rows) {
      if (rows === undefined || sum >= this.enough) break;
      sum += rows;
    }
    return sum >= this.enough;
  }
}

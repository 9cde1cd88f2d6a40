/**
 * A stream of decisions read from whole numbers. Past its end every decision is the first option, so that shrinking the
 * numbers to zero makes what they decide simpler.
 */
export class Choices {
  private readonly numbers: readonly number[];
  private position = 0;

  constructor(numbers: readonly number[]) {
    this.numbers = numbers;
  }

  /** A whole number from 0 to `count` − 1. */
  below(count: number): number {
    const number = this.numbers[this.position++] ?? 0;
    return count > 0 ? number % count : 0;
  }

  /** A whole number from `least` to `most`, both included. */
  between(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }

  /** True once in `count` times; false where nothing is left to decide. */
  oneIn(count: number): boolean {
    return this.below(count) === count - 1;
  }

  /** One of the options, of which there must be some. */
  pick<T>(options: readonly T[]): T {
    const index = this.below(options.length);
    if (index >= options.length) throw new RangeError('There is nothing to choose from.');
    return options[index] as T;
  }

  /** Up to `count` of the options, each once, in some order; at least `least` where there are as many. */
  some<T>(options: readonly T[], count: number, least = 1): T[] {
    const left = [...options];
    const wanted = Math.min(left.length, this.between(least, Math.max(least, count)));
    return Array.from({ length: wanted }, () => left.splice(this.below(left.length), 1)[0] as T);
  }
}

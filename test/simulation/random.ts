/** Mixes two integers into one of 32 bits without sign; every bit hangs on every bit. */
export function hash32(a: number, b: number): number {
  let h = Math.imul(a ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(b + 0x7f4a7c15, 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  h = Math.imul(h ^ (h >>> 12), 0x297a2d39);
  return (h ^ (h >>> 15)) >>> 0;
}

/** A text as an integer of 32 bits. */
export function hashText(text: string): number {
  let h = text.length;
  for (let index = 0; index < text.length; index++) h = Math.imul(h ^ text.charCodeAt(index), 0x01000193);
  return hash32(h, text.length);
}

/** Numbers that look like chance and follow from a seed. */
export class Random {
  private readonly seed: number;
  private state: number;

  constructor(seed: number) {
    this.seed = seed >>> 0;
    this.state = this.seed;
  }

  /** Uniform in [0, 1). */
  next(): number {
    this.state = (this.state + 0x9e3779b9) >>> 0;
    return hash32(this.state, this.seed) / 2 ** 32;
  }

  /** An integer in [0, below). */
  below(below: number): number {
    return Math.floor(this.next() * below);
  }

  /** True in such a share of calls. */
  chance(share: number): boolean {
    return share > 0 && this.next() < share;
  }

  pick<T>(items: readonly [T, ...T[]]): T {
    return items[this.below(items.length)] ?? items[0];
  }

  /** Numbers of their own, which hang on the seed and the name alone. */
  fork(name: string): Random {
    return new Random(hash32(this.seed, hashText(name)));
  }

  /** About normal: mean 0, deviation 1, within ±3. */
  normal(): number {
    return (this.next() + this.next() + this.next() - 1.5) * 2;
  }
}

import type { Bindings } from './duckdb.ts';

/**
 * Two live strings this close to each other are read as one span. Far below a page (4096), so every byte between them is
 * on a page that one of them is on: mapped memory, whatever it holds.
 */
const maxGapBytes = 64;

/** A span stops growing here: strings cut out of it keep all of it alive. */
const maxSpanBytes = 1 << 18;

/** Strings sorted at a time: their index must fit beside a 48-bit pointer in 64 bits. */
const maxSorted = 1 << 16;

/** Strings are sorted when more than one in this many starts a new span: a call to the binding costs as much as sorting 16. */
const sortFrom = 16;

const twoTo32 = 2 ** 32;

/**
 * Strings of one vector that lie outside it: where, and which slot of the output each one fills. They are fetched in spans,
 * because consecutive strings nearly always lie one after another in one buffer.
 */
export class LongStrings {
  private count = 0;
  /** How often the next string does not follow the one before it. */
  private breaks = 0;
  private pointers = new Float64Array(2048);
  private lengths = new Uint32Array(2048);
  private targets = new Uint32Array(2048);
  /** Row within the vector: the binding reads the pointer from there. */
  private rows = new Uint32Array(2048);

  reset(): void {
    this.count = 0;
    this.breaks = 0;
  }

  add(words: Uint32Array, row: number, target: number): void {
    if (this.count === this.pointers.length) this.grow();
    const pointer = (words[row * 4 + 3] ?? 0) * twoTo32 + (words[row * 4 + 2] ?? 0);
    const gap = this.count === 0 ? 0 : pointer - this.pointer(this.count - 1) - this.length(this.count - 1);
    if (gap < 0 || gap >= maxGapBytes) this.breaks++;
    this.pointers[this.count] = pointer;
    this.lengths[this.count] = words[row * 4] ?? 0;
    this.targets[this.count] = target;
    this.rows[this.count] = row;
    this.count++;
  }

  pointer(index: number): number {
    return this.pointers[index] ?? 0;
  }

  length(index: number): number {
    return this.lengths[index] ?? 0;
  }

  target(index: number): number {
    return this.targets[index] ?? 0;
  }

  /**
   * Calls `visit` with each span's bytes, the address of its first byte, and the strings `from … to` that lie in it, in the
   * order of their addresses.
   */
  forEachSpan(
    bindings: Bindings,
    data: Uint8Array,
    visit: (span: Uint8Array, lowPointer: number, from: number, to: number) => void,
  ): void {
    // A page of the file ends within most chunks; more breaks mean that the rows come in another order than their texts.
    if (this.breaks * sortFrom > this.count) this.sort();
    for (let from = 0; from < this.count; ) {
      const low = this.pointer(from);
      let high = low + this.length(from);
      let to = from + 1;
      let previous = low;
      for (; to < this.count; to++) {
        const pointer = this.pointer(to);
        if (pointer < previous || pointer - high >= maxGapBytes || pointer - low > maxSpanBytes) break;
        previous = pointer;
        high = Math.max(high, pointer + this.length(to));
      }
      const pointerOffset = data.byteOffset + (this.rows[from] ?? 0) * 16 + 8;
      visit(bindings.get_data_from_pointer(data.buffer as ArrayBuffer, pointerOffset, high - low), low, from, to);
      from = to;
    }
  }

  /** Sorts runs of up to 65536 strings by address, so that strings out of order (joins, dictionaries) share spans too. */
  private sort(): void {
    const order = new BigUint64Array(Math.min(this.count, maxSorted));
    // Halves of `order`, little-endian: the address above the index, without a BigInt per string.
    const halves = new Uint32Array(order.buffer);
    for (let start = 0; start < this.count; start += maxSorted) {
      const size = Math.min(this.count - start, maxSorted);
      for (let index = 0; index < size; index++) {
        const pointer = this.pointer(start + index);
        const low = pointer % twoTo32;
        halves[index * 2] = (low << 16) | index;
        halves[index * 2 + 1] = (((pointer - low) / twoTo32) << 16) | (low >>> 16);
      }
      order.subarray(0, size).sort();
      this.permute(start, size, halves);
    }
  }

  private permute(start: number, size: number, halves: Uint32Array): void {
    const pointers = this.pointers.slice(start, start + size);
    const lengths = this.lengths.slice(start, start + size);
    const targets = this.targets.slice(start, start + size);
    const rows = this.rows.slice(start, start + size);
    for (let index = 0; index < size; index++) {
      const from = (halves[index * 2] ?? 0) & 0xffff;
      this.pointers[start + index] = pointers[from] ?? 0;
      this.lengths[start + index] = lengths[from] ?? 0;
      this.targets[start + index] = targets[from] ?? 0;
      this.rows[start + index] = rows[from] ?? 0;
    }
  }

  private grow(): void {
    const size = this.pointers.length * 2;
    const pointers = new Float64Array(size);
    pointers.set(this.pointers);
    this.pointers = pointers;
    const larger = (old: Uint32Array) => {
      const array = new Uint32Array(size);
      array.set(old);
      return array;
    };
    this.lengths = larger(this.lengths);
    this.targets = larger(this.targets);
    this.rows = larger(this.rows);
  }
}

import type { ReadObjects } from './column-builder.ts';
import type { Bindings } from './duckdb.ts';
import { LongStrings } from './long-strings.ts';
import { TextPieces } from './text-pieces.ts';

/*
 * DuckDB's string_t, 16 bytes, little-endian:
 *
 *   offset  short (length <= 12)      long
 *   0       u32 length                u32 length
 *   4       bytes, padded with zeros  4 bytes of prefix
 *   8                                 u64 pointer to the bytes
 *
 * Asking the binding for each string costs about 3 µs. Instead, short strings are cut out of the vector's own memory, and
 * long ones are fetched in spans: consecutive strings nearly always lie one after another in one buffer.
 */
const inlineBytes = 12;

/** Slots of a cache of short strings: at first, and as it grows while strings are not found in it. */
const fewSlots = 1 << 10;
const manySlots = 1 << 16;

/** A vector's first strings that are new are decoded one by one, then the rest of the vector at once. */
const decodedAlone = 32;

/** Reads the texts of VARCHAR vectors; short ones that come again are the same string object. */
export function readStrings(bindings: Bindings): ReadObjects<string> {
  const cache = new ShortStringCache();
  const long = new LongStrings();
  const pieces = new TextPieces();
  const read: ReadObjects<string> = (vector, size, validity, start, count, out, at) => {
    const data = bindings.vector_get_data(vector, size * 16);
    const words = new Uint32Array(data.buffer, data.byteOffset, size * 4);
    cache.open(data);
    long.reset();
    for (let row = start, target = at; row < start + count; row++, target++) {
      if (validity !== null && ((validity[row >> 3] ?? 0) & (1 << (row & 7))) === 0) continue;
      if ((words[row * 4] ?? 0) <= inlineBytes) out[target] = cache.get(words, row);
      else long.add(words, row, target);
    }
    long.forEachSpan(bindings, data, (span, lowPointer, from, to) => pieces.add(span, long, lowPointer, from, to, out));
  };
  return Object.assign(read, { flush: (out: string[]) => pieces.flush(out) });
}

/** Copies the values of BLOB vectors. */
export function readBlobs(bindings: Bindings): ReadObjects<Uint8Array> {
  const long = new LongStrings();
  return (vector, size, validity, start, count, out, at) => {
    const data = bindings.vector_get_data(vector, size * 16);
    const words = new Uint32Array(data.buffer, data.byteOffset, size * 4);
    long.reset();
    for (let row = start, target = at; row < start + count; row++, target++) {
      if (validity !== null && ((validity[row >> 3] ?? 0) & (1 << (row & 7))) === 0) continue;
      const length = words[row * 4] ?? 0;
      if (length <= inlineBytes) out[target] = copyOf(data, row * 16 + 4, length);
      else long.add(words, row, target);
    }
    long.forEachSpan(bindings, data, (span, lowPointer, from, to) => {
      for (let index = from; index < to; index++) {
        const offset = long.pointer(index) - lowPointer;
        out[long.target(index)] = copyOf(span, offset, long.length(index));
      }
    });
  };
}

/** The engine's memory comes as Buffers, whose own `slice` would not copy. */
function copyOf(bytes: Uint8Array, start: number, length: number): Uint8Array {
  return new Uint8Array(bytes.subarray(start, start + length));
}

/** Repeated short strings, found by their bytes: one object, made once. Direct-mapped; a collision only costs a copy. */
class ShortStringCache {
  private keys = new Uint32Array(fewSlots * 4);
  private values: string[] = new Array<string>(fewSlots).fill('');
  /** Of a 32-bit hash, so that a slot's number is left. */
  private shift = 32 - Math.log2(fewSlots);
  private misses = 0;
  private bytes: Buffer = Buffer.alloc(0);
  private text: string | null = null;
  private newInVector = 0;

  /** Starts on a new vector's memory. */
  open(data: Uint8Array): void {
    this.bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    this.text = null;
    this.newInVector = 0;
    if (this.misses > this.values.length * 2 && this.values.length < manySlots) this.grow();
  }

  get(words: Uint32Array, row: number): string {
    const length = words[row * 4] ?? 0;
    const a = words[row * 4 + 1] ?? 0;
    const b = words[row * 4 + 2] ?? 0;
    const c = words[row * 4 + 3] ?? 0;
    const hash = Math.imul(
      length ^ Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca77) ^ Math.imul(c, 0xc2b2ae3d),
      0x27d4eb2f,
    );
    const slot = (hash >>> this.shift) * 4;
    const { keys } = this;
    if (keys[slot + 1] === a && keys[slot] === length && keys[slot + 2] === b && keys[slot + 3] === c) {
      return this.values[slot >> 2] ?? '';
    }
    this.misses++;
    const value =
      ((a | b | c) & 0x80808080) === 0
        ? this.ascii(row, length)
        : this.bytes.toString('utf8', row * 16 + 4, row * 16 + 4 + length);
    keys[slot] = length;
    keys[slot + 1] = a;
    keys[slot + 2] = b;
    keys[slot + 3] = c;
    this.values[slot >> 2] = value;
    return value;
  }

  /** One decode of the whole vector, then substrings: bytes that are no text are never cut out. */
  private ascii(row: number, length: number): string {
    const start = row * 16 + 4;
    if (this.newInVector++ < decodedAlone) return this.bytes.toString('latin1', start, start + length);
    this.text ??= this.bytes.toString('latin1');
    return this.text.substring(start, start + length);
  }

  /** What was known is found again soon. */
  private grow(): void {
    const slots = this.values.length * 8;
    this.keys = new Uint32Array(slots * 4);
    this.values = new Array<string>(slots).fill('');
    this.shift = 32 - Math.log2(slots);
    this.misses = 0;
  }
}

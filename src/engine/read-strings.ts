import { isAscii } from 'node:buffer';
import type { ReadObjects } from './column-builder.ts';
import { LongStrings } from './long-strings.ts';
import type { Bindings } from './vector.ts';

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

const cacheSlots = 1024;

/** Reads the texts of VARCHAR vectors; short ones that come again are the same string object. */
export function readStrings(bindings: Bindings): ReadObjects<string> {
  const cache = new ShortStringCache();
  const long = new LongStrings();
  return (vector, size, validity, start, count, out, at) => {
    const data = bindings.vector_get_data(vector, size * 16);
    const words = new Uint32Array(data.buffer, data.byteOffset, size * 4);
    cache.open(data);
    long.reset();
    for (let row = start, target = at; row < start + count; row++, target++) {
      if (validity !== null && ((validity[row >> 3] ?? 0) & (1 << (row & 7))) === 0) continue;
      if ((words[row * 4] ?? 0) <= inlineBytes) out[target] = cache.get(words, row);
      else long.add(words, row, target);
    }
    long.forEachSpan(bindings, data, (span, lowPointer, from, to) => cutTexts(span, long, lowPointer, from, to, out));
  };
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
  private readonly keys = new Uint32Array(cacheSlots * 4);
  private readonly values: string[] = new Array<string>(cacheSlots).fill('');
  private bytes: Buffer = Buffer.alloc(0);
  private text: string | null = null;

  /** Starts on a new vector's memory. */
  open(data: Uint8Array): void {
    this.bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    this.text = null;
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
    const slot = (hash >>> 22) * 4;
    const { keys } = this;
    if (keys[slot + 1] === a && keys[slot] === length && keys[slot + 2] === b && keys[slot + 3] === c) {
      return this.values[slot >> 2] ?? '';
    }
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
    this.text ??= this.bytes.toString('latin1');
    return this.text.substring(row * 16 + 4, row * 16 + 4 + length);
  }
}

/** Cuts the strings `from … to` out of a span: substrings of one decode where they are ASCII, decoded alone otherwise. */
function cutTexts(
  span: Uint8Array,
  long: LongStrings,
  lowPointer: number,
  from: number,
  to: number,
  out: string[],
): void {
  const bytes = Buffer.from(span.buffer, span.byteOffset, span.byteLength);
  const text = bytes.toString('latin1');
  // First byte at or after the current string that is not ASCII; strings come in the order of their addresses.
  let foreign = isAscii(bytes) ? text.length : nextForeign(text, 0);
  let previous = -1;
  let previousEnd = -1;
  let value = '';
  for (let index = from; index < to; index++) {
    const start = long.pointer(index) - lowPointer;
    const end = start + long.length(index);
    if (start !== previous || end !== previousEnd) {
      if (foreign < start) foreign = nextForeign(text, start);
      value = end <= foreign ? text.substring(start, end) : bytes.toString('utf8', start, end);
      previous = start;
      previousEnd = end;
    }
    out[long.target(index)] = value;
  }
}

const foreignByte = /[\x80-\xff]/g;

function nextForeign(text: string, from: number): number {
  foreignByte.lastIndex = from;
  return foreignByte.exec(text)?.index ?? text.length;
}

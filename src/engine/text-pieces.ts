import { isAscii } from 'node:buffer';
import type { LongStrings } from './long-strings.ts';

/**
 * So many bytes are decoded together: V8 does not move texts above 128 KiB, and a text of more than 1,031,912 bytes Node
 * would put outside of V8's heap, where every 64 MB bring on a full garbage collection. A string that is cut out of a text
 * keeps all of it alive, which is why it is no larger.
 */
const decodeBytes = 1 << 19;

/**
 * Long texts of a column on their way to strings: the spans that they were fetched in are gathered, decoded at once, and the
 * strings cut out of the one text. A substring costs a tenth of a decode of its own, and many texts of a few KiB each would
 * be moved around by the garbage collector.
 */
export class TextPieces {
  private bytes = Buffer.alloc(0);
  private usedBytes = 0;
  private count = 0;
  private starts = new Uint32Array(2048);
  private ends = new Uint32Array(2048);
  private targets = new Uint32Array(2048);

  /** Takes the strings `from … to` of `long`, which lie in `span`; their slots of `out` are filled now or by {@link flush}. */
  add(span: Uint8Array, long: LongStrings, lowPointer: number, from: number, to: number, out: string[]): void {
    const alone = span.length >= decodeBytes;
    if (alone) this.flush(out);
    this.reserve(this.count + to - from);
    const offset = this.usedBytes - lowPointer;
    for (let index = from; index < to; index++) {
      const start = long.pointer(index) + offset;
      this.starts[this.count] = start;
      this.ends[this.count] = start + long.length(index);
      this.targets[this.count] = long.target(index);
      this.count++;
    }
    if (alone) {
      this.cut(Buffer.from(span.buffer, span.byteOffset, span.byteLength), out);
      return;
    }
    this.copy(span);
    if (this.usedBytes >= decodeBytes) this.flush(out);
  }

  /** Fills the slots that are still open. */
  flush(out: string[]): void {
    if (this.count > 0) this.cut(this.bytes.subarray(0, this.usedBytes), out);
    this.usedBytes = 0;
  }

  private copy(span: Uint8Array): void {
    const usedBytes = this.usedBytes + span.length;
    if (usedBytes > this.bytes.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(usedBytes, this.bytes.length * 2));
      larger.set(this.bytes.subarray(0, this.usedBytes));
      this.bytes = larger;
    }
    this.bytes.set(span, this.usedBytes);
    this.usedBytes = usedBytes;
  }

  /** Substrings of one decode where they are ASCII, decoded alone otherwise. */
  private cut(bytes: Buffer, out: string[]): void {
    const text = bytes.toString('latin1');
    // First byte at or after the current string that is not ASCII; strings come in the order of their starts.
    let foreign = isAscii(bytes) ? text.length : nextForeign(text, 0);
    let previous = -1;
    let previousEnd = -1;
    let value = '';
    for (let index = 0; index < this.count; index++) {
      const start = this.starts[index] ?? 0;
      const end = this.ends[index] ?? 0;
      if (start !== previous || end !== previousEnd) {
        if (foreign < start) foreign = nextForeign(text, start);
        value = end <= foreign ? text.substring(start, end) : bytes.toString('utf8', start, end);
        previous = start;
        previousEnd = end;
      }
      out[this.targets[index] ?? 0] = value;
    }
    this.count = 0;
  }

  private reserve(count: number): void {
    if (count <= this.starts.length) return;
    const larger = (old: Uint32Array) => {
      const array = new Uint32Array(Math.max(count, old.length * 2));
      array.set(old.subarray(0, this.count));
      return array;
    };
    this.starts = larger(this.starts);
    this.ends = larger(this.ends);
    this.targets = larger(this.targets);
  }
}

const foreignByte = /[\x80-\xff]/g;

function nextForeign(text: string, from: number): number {
  foreignByte.lastIndex = from;
  return foreignByte.exec(text)?.index ?? text.length;
}

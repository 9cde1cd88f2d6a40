import type { Newline, RecordScanner } from '../record-scanner.ts';
import type { RecordDialect } from './records.ts';

/** What the byte before a scanner's first one leaves open. */
export type ScanStart =
  /** The first byte begins a record. */
  | 'record'
  /** The first byte stands somewhere outside of quotes. */
  | 'outside'
  /** The first byte stands within a quoted field. */
  | 'quotes';

/** At a field's first byte, or behind blanks there, which the engine lets stand before a quote. */
const fieldStart = 0;
const unquoted = 1;
const quoted = 2;
/** Behind a quote within quotes: its end, unless it is doubled. */
const afterQuote = 3;
/** Behind an escape within quotes that is not the quote itself. */
const escaped = 4;
/** Behind `\r`, which ends the record; `\n` may belong to it. */
const afterReturn = 5;

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const blank = 0x20;

/** As many bytes behind the last quote tell the state where a piece ends, unless they are all blanks or escapes. */
const tailBytes = 256;

/**
 * Cuts bytes into records as the engine does: RFC 4180 with `\n`, `\r\n` and `\r`; a quote opens a field only at its start
 * (blanks may stand before it), and is text elsewhere. Pieces without quotes are passed over at the speed of memory.
 */
export class CsvScanner implements RecordScanner {
  offset: number;
  newline: Newline | '' = '';
  private state: number;
  /** Bytes of a delimiter of several that were seen. */
  private matched = 0;
  private readonly delimiter: Uint8Array;
  /** −1 for none. */
  private readonly quote: number;
  private readonly escape: number;

  constructor(dialect: RecordDialect, offset: number, start: ScanStart) {
    this.offset = offset;
    this.state = { record: fieldStart, outside: unquoted, quotes: quoted }[start];
    this.delimiter = Buffer.from(dialect.delimiter);
    this.quote = dialect.quote === '' ? -1 : (Buffer.from(dialect.quote)[0] ?? -1);
    this.escape = this.quote < 0 || dialect.escape === '' ? -1 : (Buffer.from(dialect.escape)[0] ?? -1);
  }

  get inQuotes(): boolean {
    return this.state === quoted || this.state === escaped;
  }

  scan(piece: Uint8Array, pieceStart: number, target: number): number | null {
    const end = pieceStart + piece.length;
    if (this.offset >= end) return null;
    this.skip(piece, pieceStart, Math.min(target - 1, end));
    return this.walk(piece, pieceStart, end, target);
  }

  /** Goes on to `until`, before which no record start is wanted, without a look at each byte where that tells nothing. */
  private skip(piece: Uint8Array, pieceStart: number, until: number): void {
    if (until - this.offset <= tailBytes || this.state === afterQuote || this.state === escaped) return;
    const between = piece.subarray(this.offset - pieceStart, until - pieceStart);
    if (this.quote >= 0 && between.includes(this.quote)) return;
    if (this.escape >= 0 && this.state === quoted && between.includes(this.escape)) return;
    if (this.state === quoted) {
      this.offset = until;
      return;
    }
    const tail = between.subarray(between.length - tailBytes);
    if (tail.every((byte) => byte === blank)) return;
    this.offset = until - tailBytes;
    this.state = unquoted;
    this.matched = 0;
  }

  private walk(piece: Uint8Array, pieceStart: number, end: number, target: number): number | null {
    const { quote, escape: escapeBy, delimiter } = this;
    const [first = -1] = delimiter;
    const single = delimiter.length === 1;
    let { state } = this;
    let position = this.offset;
    for (; position < end; position++) {
      const byte = piece[position - pieceStart] ?? 0;
      if (state === quoted) {
        if (byte === quote) state = escapeBy === quote ? afterQuote : unquoted;
        else if (byte === escapeBy) state = escaped;
        continue;
      }
      if (state === escaped) {
        state = quoted;
        continue;
      }
      if (state === afterReturn) {
        state = fieldStart;
        const crlf = byte === lineFeed;
        const start = crlf ? position + 1 : position;
        if (start >= target) return this.found(start, crlf ? '\r\n' : '\r');
        if (crlf) continue;
      }
      if (byte === lineFeed) {
        state = fieldStart;
        this.matched = 0;
        if (position + 1 >= target) return this.found(position + 1, '\n');
      } else if (byte === carriageReturn) {
        state = afterReturn;
        this.matched = 0;
      } else if (byte === quote && state === fieldStart) state = quoted;
      else if (byte === quote && state === afterQuote) state = quoted;
      else if (single) state = byte === first ? fieldStart : byte === blank && state === fieldStart ? fieldStart : unquoted;
      else state = this.matchDelimiter(byte, state);
    }
    this.state = state;
    this.offset = position;
    return null;
  }

  private matchDelimiter(byte: number, state: number): number {
    if (byte === this.delimiter[this.matched]) this.matched++;
    else this.matched = byte === this.delimiter[0] ? 1 : 0;
    if (this.matched < this.delimiter.length) return byte === blank && state === fieldStart ? fieldStart : unquoted;
    this.matched = 0;
    return fieldStart;
  }

  private found(start: number, newline: Newline): number {
    this.newline = newline;
    this.state = fieldStart;
    this.matched = 0;
    this.offset = start;
    return start;
  }
}

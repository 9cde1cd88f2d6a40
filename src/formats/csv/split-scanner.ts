import type { Newline } from '../../plan/source.ts';
import type { RecordScanner, ScanStart } from '../record-scanner.ts';
import type { RecordDialect } from './records.ts';
import { byteOf, scanState, scanTransitions } from './split-states.ts';

const blank = 0x20;

/** So many bytes tell the state at their end, where no quote stands before it, unless they are all blanks. */
const tailBytes = 256;

/**
 * Cuts bytes into records as the engine does: RFC 4180 with `\n`, `\r\n` and `\r`. What lies before the wanted place and
 * holds no quotes is passed over at the speed of memory.
 */
export class CsvScanner implements RecordScanner {
  offset: number;
  newline: Newline | '' = '';
  private state: number;
  private readonly transitions: Uint8Array;
  private readonly quote: number | null;
  private readonly escape: number | null;

  constructor(dialect: RecordDialect, offset: number, start: ScanStart) {
    this.offset = offset;
    this.state = { record: scanState.recordStart, outside: scanState.unquoted, quotes: scanState.quoted }[start];
    this.transitions = scanTransitions(dialect);
    this.quote = byteOf(dialect.quote);
    this.escape = this.quote === null ? null : byteOf(dialect.escape);
  }

  get inQuotes(): boolean {
    return this.state === scanState.quoted || this.state === scanState.escaped;
  }

  scan(piece: Uint8Array, pieceStart: number, target: number): number | null {
    const end = pieceStart + piece.length;
    if (this.offset >= end) return null;
    this.skip(piece, pieceStart, Math.min(target - 1, end));
    return this.walk(piece, pieceStart, target);
  }

  /** Goes on to `until`, before which no record start is wanted, where its bytes need no look one by one. */
  private skip(piece: Uint8Array, pieceStart: number, until: number): void {
    const { quoted, afterQuote, escaped, unquoted } = scanState;
    if (until - this.offset <= tailBytes || this.state === afterQuote || this.state === escaped) return;
    const between = piece.subarray(this.offset - pieceStart, until - pieceStart);
    const holds = (byte: number | null) => byte !== null && between.includes(byte);
    if (holds(this.quote) || (this.state === quoted && holds(this.escape))) return;
    if (this.state === quoted) {
      this.offset = until;
    } else if (between.subarray(-tailBytes).some((byte) => byte !== blank)) {
      this.offset = until - tailBytes;
      this.state = unquoted;
    }
  }

  private walk(piece: Uint8Array, pieceStart: number, target: number): number | null {
    const { transitions } = this;
    const { recordStart, afterReturn } = scanState;
    let { state } = this;
    for (let index = this.offset - pieceStart; index < piece.length; index++) {
      const next = transitions[(state << 8) | (piece[index] ?? 0)] ?? 0;
      // Only `\n` leads to a record's start; `\r` is known to have ended one by the byte behind it.
      if (next === recordStart || state === afterReturn) {
        const start = pieceStart + index + (next === recordStart ? 1 : 0);
        if (start >= target)
          return this.found(start, next !== recordStart ? '\r' : state === afterReturn ? '\r\n' : '\n');
      }
      state = next;
    }
    this.state = state;
    this.offset = pieceStart + piece.length;
    return null;
  }

  private found(start: number, newline: Newline): number {
    this.newline = newline;
    this.state = scanState.recordStart;
    this.offset = start;
    return start;
  }
}

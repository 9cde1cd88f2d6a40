import type { Newline } from '../plan/source.ts';

/** Finds where records begin in bytes that come in pieces, without reading their fields. */
export interface RecordScanner {
  /** Offset of the next byte that {@link scan} takes. */
  readonly offset: number;
  /** Newline before the record start that was found last; '' before the first one. */
  readonly newline: Newline | '';
  /** Whether the bytes scanned so far end within quotes. */
  readonly inQuotes: boolean;
  /**
   * Goes on to the first record that begins at `target` or later.
   *
   * @param piece bytes of the file from `pieceStart` on; those before `offset` are passed over
   * @returns the offset of the record's first byte, from which the scanner goes on; null when the piece ends before it is known
   */
  scan(piece: Uint8Array, pieceStart: number, target: number): number | null;
}

/** What is known of the byte where a scanner begins. */
export type ScanStart =
  /** It begins a record. */
  | 'record'
  /** It stands outside of quotes. */
  | 'outside'
  /** It stands within a quoted field. */
  | 'quotes';

const lineFeed = 0x0a;

/** Records are lines, which `\n` ends whatever else they hold: NDJSON, where strings write newlines as `\n`, and plain text. */
export function createLineScanner(offset: number): RecordScanner {
  let position = offset;
  let newline: Newline | '' = '';
  return {
    get offset() {
      return position;
    },
    get newline() {
      return newline;
    },
    inQuotes: false,
    scan(piece, pieceStart, target) {
      // A record begins behind the newline at the byte before it.
      const from = Math.max(position, target - 1) - pieceStart;
      const found = from < piece.length ? piece.indexOf(lineFeed, from) : -1;
      if (found < 0) {
        position = Math.max(position, pieceStart + piece.length);
        return null;
      }
      newline = piece[found - 1] === 0x0d ? '\r\n' : '\n';
      position = pieceStart + found + 1;
      return position;
    },
  };
}

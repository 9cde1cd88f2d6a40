import type { RecordDialect } from './records.ts';

/** Where in a record a byte leaves the scanner. Further states count the bytes seen of a delimiter that has several. */
export const scanState = {
  /** Behind a newline, or where the file begins. */
  recordStart: 0,
  /** Behind a delimiter, or blanks there: the engine lets them stand before a quote. */
  fieldStart: 1,
  unquoted: 2,
  quoted: 3,
  /** Behind a quote within quotes: it ends them, unless it is doubled. */
  afterQuote: 4,
  /** Behind an escape within quotes that is not the quote itself. */
  escaped: 5,
  /** Behind `\r`, which ends the record; a `\n` may belong to it. */
  afterReturn: 6,
} as const;

const firstDelimiterState = 7;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const blank = 0x20;

/**
 * The next state for each state and byte: at `(state << 8) | byte`. A quote opens a field only at its start; elsewhere it
 * is text.
 */
export function scanTransitions(dialect: RecordDialect): Uint8Array {
  const delimiter = Buffer.from(dialect.delimiter);
  const quote = byteOf(dialect.quote);
  const escapeBy = quote === null ? null : byteOf(dialect.escape);
  const table = new Uint8Array((firstDelimiterState + delimiter.length) << 8);
  const set = (state: number, byte: number | null, next: number) => {
    if (byte !== null) table[(state << 8) | byte] = next;
  };
  const { recordStart, fieldStart, unquoted, quoted, afterQuote, escaped, afterReturn } = scanState;
  const delimiterStates = [...delimiter.keys()].slice(1).map((seen) => firstDelimiterState + seen);
  for (const state of [recordStart, fieldStart, unquoted, afterQuote, afterReturn, ...delimiterStates]) {
    table.fill(unquoted, state << 8, (state + 1) << 8);
    if (state === recordStart || state === fieldStart || state === afterReturn) {
      set(state, blank, fieldStart);
      set(state, quote, quoted);
    }
    set(state, delimiter[0] ?? null, delimiter.length === 1 ? fieldStart : firstDelimiterState + 1);
    set(state, carriageReturn, afterReturn);
    set(state, lineFeed, recordStart);
  }
  for (const [seen, byte] of delimiter.entries()) {
    if (seen > 0)
      set(firstDelimiterState + seen, byte, seen + 1 < delimiter.length ? firstDelimiterState + seen + 1 : fieldStart);
  }
  table.fill(quoted, quoted << 8, (quoted + 1) << 8);
  table.fill(quoted, escaped << 8, (escaped + 1) << 8);
  set(quoted, escapeBy, escaped);
  set(quoted, quote, escapeBy === quote ? afterQuote : unquoted);
  if (escapeBy === quote) set(afterQuote, quote, quoted);
  return table;
}

/** The engine takes one byte for quote and escape; '' is none. */
export function byteOf(character: string): number | null {
  return character === '' ? null : (Buffer.from(character)[0] ?? null);
}

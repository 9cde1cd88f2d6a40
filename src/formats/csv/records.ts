/** One field of a record, without its quotes. */
export interface CsvField {
  readonly text: string;
  readonly quoted: boolean;
}

/** What is wrong with how a record is quoted. */
export type QuoteProblem = 'unterminated quote' | 'text after a closing quote';

/** One record. Offsets count characters of the text that was parsed: bytes, when the text is latin1 of the bytes. */
export interface CsvRecord {
  readonly fields: readonly CsvField[];
  readonly start: number;
  /** Exclusive; the newline is within. */
  readonly end: number;
  /** False when the text ended before the record did; the end of a file ends a record too. */
  readonly complete: boolean;
  readonly problem: QuoteProblem | null;
}

/** What cuts a text into records. */
export interface RecordDialect {
  readonly delimiter: string;
  /** '' for none. */
  readonly quote: string;
  readonly escape: string;
}

/** Where parsing begins and ends. */
export interface ParseOptions {
  readonly from?: number;
  /** Whether `from` lies within a quoted field. */
  readonly inQuotes?: boolean;
  /** Whether the text ends where the file ends. */
  readonly atEnd?: boolean;
}

/**
 * Cuts a text into records by RFC 4180, with `\n`, `\r\n` and `\r` as newlines. A quote opens a quoted field at a field's
 * start only. Blank lines are records of one empty field.
 *
 * It works on latin1 text of bytes, where offsets are bytes, as well as on decoded text.
 */
export function* parseRecords(text: string, dialect: RecordDialect, options: ParseOptions = {}): Generator<CsvRecord> {
  let position = options.from ?? 0;
  let inQuotes = options.inQuotes ?? false;
  while (position < text.length) {
    const record = parseRecord(text, position, dialect, inQuotes, options.atEnd ?? false);
    inQuotes = false;
    yield record;
    position = record.end;
  }
}

function parseRecord(
  text: string,
  start: number,
  dialect: RecordDialect,
  inQuotes: boolean,
  atEnd: boolean,
): CsvRecord {
  const fields: CsvField[] = [];
  let problem: QuoteProblem | null = null;
  let position = start;
  for (;;) {
    const quoted = inQuotes || (dialect.quote !== '' && text[position] === dialect.quote);
    const field = quoted
      ? quotedField(text, inQuotes ? position : position + 1, dialect)
      : plainField(text, position, dialect);
    inQuotes = false;
    fields.push({ text: field.text, quoted });
    problem ??= field.problem;
    position = field.end;
    if (position >= text.length) return { fields, start, end: text.length, complete: atEnd, problem };
    if (!text.startsWith(dialect.delimiter, position)) break;
    position += dialect.delimiter.length;
  }
  const crlf = text[position] === '\r' && text[position + 1] === '\n';
  // A "\r" at the very end may be half of "\r\n": then the record is not known to be whole.
  const complete = atEnd || position + 1 < text.length || text[position] === '\n';
  return { fields, start, end: position + (crlf ? 2 : 1), complete, problem };
}

interface ParsedField {
  readonly text: string;
  /** Where the delimiter or newline stands. */
  readonly end: number;
  readonly problem: QuoteProblem | null;
}

function plainField(text: string, start: number, dialect: RecordDialect): ParsedField {
  const first = dialect.delimiter[0];
  let end = start;
  for (; end < text.length; end++) {
    const character = text[end];
    if (character === '\n' || character === '\r') break;
    if (character === first && text.startsWith(dialect.delimiter, end)) break;
  }
  return { text: text.slice(start, end), end, problem: null };
}

function quotedField(text: string, start: number, dialect: RecordDialect): ParsedField {
  const { quote, escape: escapeBy } = dialect;
  let value = '';
  let from = start;
  for (let position = start; position < text.length; position++) {
    const character = text[position];
    if (character === escapeBy && (escapeBy === quote ? text[position + 1] === quote : position + 1 < text.length)) {
      // The escape itself is dropped, what it escapes is kept.
      value += text.slice(from, position);
      from = ++position;
    } else if (character === quote) {
      const rest = plainField(text, position + 1, dialect);
      const problem = rest.text === '' ? null : 'text after a closing quote';
      return { text: value + text.slice(from, position) + rest.text, end: rest.end, problem };
    }
  }
  return { text: value + text.slice(from), end: text.length, problem: 'unterminated quote' };
}

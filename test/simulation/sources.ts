import { SourceError } from '../../src/errors.ts';
import type { PartSpan } from '../../src/plan/part-span.ts';
import type { FilePart, ScanFile } from '../../src/plan/source.ts';
import { hash32, hashText } from './random.ts';
import { type Row, row } from './rows.ts';

/** What an input holds. */
export interface SimSource {
  readonly uri: string;
  readonly sizeBytes: number;
  readonly version: string;
  readonly rows: number;
  /** Rows of each row group; null where the file is no Parquet. */
  readonly groupRows: number | null;
  /** Of the parts whose start is guessed, as a share: those that are guessed wrong. */
  readonly wrongGuesses: number;
}

/** What a task reads of an input. */
export interface SourceRead {
  readonly rows: readonly Row[];
  readonly span: PartSpan | null;
}

/**
 * The rows of a file or of a part of it, as version and place say it. A part of a file of records that begins at a guess may
 * come out wrong, and does so every time.
 *
 * @param scan which of the plan's scans
 * @throws {SourceError} BAD_RECORD for some wrong guesses, with the span
 */
export function readSourceRows(source: SimSource, file: ScanFile, scan: number): SourceRead {
  const base = hash32(hashText(file.uri), hashText(file.version));
  const all = allRows(base, source.rows);
  const rowsAt = (from: number, to: number) => all.slice(from, Math.max(from, to));
  const { part } = file;
  if (!part) return { rows: rowsAt(0, source.rows), span: null };
  if (part.kind === 'row-groups') {
    const each = source.groupRows ?? source.rows;
    const rows = part.rowGroups.flatMap((group) => rowsAt(group * each, Math.min(source.rows, (group + 1) * each)));
    return { rows, span: null };
  }
  return readRecords(source, file, part, { scan, base, rowsAt });
}

/** Rows of whole files: thousands of jobs read the same ones. */
const known = new Map<number, readonly Row[]>();

function allRows(base: number, count: number): readonly Row[] {
  const found = known.get(base) ?? Array.from({ length: count }, (_, index) => row(hash32(base, index)));
  known.set(base, found);
  return found;
}

interface RecordsContext {
  readonly scan: number;
  readonly base: number;
  readonly rowsAt: (from: number, to: number) => readonly Row[];
}

function readRecords(
  source: SimSource,
  { uri }: ScanFile,
  { startByte, endByte, exactStart }: Extract<FilePart, { kind: 'bytes' }>,
  { scan, base, rowsAt }: RecordsContext,
): SourceRead {
  const from = firstFrom(source, startByte);
  const to = firstFrom(source, endByte);
  const truth = startOf(source, from);
  const guessed = startByte > 0 && exactStart === undefined && source.wrongGuesses > 0;
  const dice = hash32(base, startByte) / 2 ** 32;
  const isWrong = guessed ? dice < source.wrongGuesses : exactStart !== undefined && exactStart !== truth;
  const span: PartSpan = {
    scan,
    uri,
    startByte,
    endByte,
    firstRecordByte: from < to ? truth : null,
    recordsEndByte: from < to ? startOf(source, to) : null,
    endState: 'record',
    newline: '',
    guessed,
  };
  if (!isWrong) return { rows: rowsAt(from, to), span };
  const wrong: PartSpan = {
    ...span,
    firstRecordByte: truth + 1,
    recordsEndByte: dice * 5 < source.wrongGuesses ? null : endByte + 1,
  };
  if (dice * 2 < source.wrongGuesses) {
    throw new SourceError('BAD_RECORD', `${uri} has a record that does not fit.`, {
      details: { spans: [{ ...wrong }] },
    });
  }
  return { rows: [row(hash32(base, truth + 1)), ...rowsAt(from + 2, to)], span: wrong };
}

function startOf({ sizeBytes, rows }: SimSource, index: number): number {
  return Math.floor((sizeBytes * index) / Math.max(1, rows));
}

/** The first record that begins at a byte or behind it. */
function firstFrom(source: SimSource, byte: number): number {
  let index = Math.max(0, Math.floor((byte * source.rows) / source.sizeBytes) - 1);
  while (index < source.rows && startOf(source, index) < byte) index++;
  return index;
}

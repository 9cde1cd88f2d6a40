import { InternalError } from '../errors.ts';
import type { Transfer } from './transfer.ts';
import type { Schema } from './types.ts';

/** A row group of a Parquet file that a scan reads. */
export interface KeptRowGroup {
  readonly index: number;
  /** Of the column chunks that the scan uses. */
  readonly bytes: number;
  /** Number of its first row in the file, from 0. */
  readonly firstRow: number;
  readonly rows: number;
}

/** What cutting a scan into splits goes by, of one Parquet file. */
export interface PrunedFile {
  /** How many the file has. */
  readonly rowGroups: number;
  /** Those in which some row may be wanted, ascending. */
  readonly kept: readonly KeptRowGroup[];
}

/** What a worker tells of a file whose footer it read: {@link PrunedFile}, and what fetching the kept row groups takes. */
export interface InspectedFile extends PrunedFile {
  /** Byte ranges, without those of the footer. */
  readonly ranges: number;
  readonly fetched: Transfer;
  readonly footer: Transfer;
}

/** Columns of a file that are not those that the plan was bound with. */
export interface OtherColumns {
  /** Place of the file among those of the inspection. */
  readonly file: number;
  readonly schema: Schema;
}

/**
 * What an 'inspect' task sends back, as JSON. Per file, in the order of the task's files, one list of whole numbers: row groups
 * of the file; ranges; requests and bytes of fetching; requests and bytes of the footer; then for each kept row group its index,
 * bytes, first row and rows. Some 100 bytes for a file of one row group.
 */
export interface WireInspection {
  readonly files: readonly (readonly number[])[];
  /** Row groups that are not read, by the reason. */
  readonly skipped: readonly (readonly [reason: string, rowGroups: number])[];
  /** The first file whose columns are others; null when there is none. */
  readonly differs: OtherColumns | null;
}

/** What an inspection's tasks told of their files, in the order of these. */
export interface Inspection {
  readonly files: readonly InspectedFile[];
  readonly skipped: WireInspection['skipped'];
  readonly differs: OtherColumns | null;
}

/** Numbers before those of the row groups, and of each of these. */
const fileNumbers = 6;
const rowGroupNumbers = 4;

/** Reasons that a task tells apart; with many row groups each may have its own, and `explain` prints the most frequent. */
const mostReasons = 64;

/** An inspection in the form in which it is sent; reasons beyond the 64 most frequent are counted under a common name. */
export function encodeInspection({ files, skipped, differs }: Inspection): WireInspection {
  const byCount = [...skipped].sort((a, b) => b[1] - a[1]);
  const others = byCount.slice(mostReasons).reduce((sum, [, rowGroups]) => sum + rowGroups, 0);
  return {
    files: files.map(({ rowGroups, kept, ranges, fetched, footer }) => [
      ...[rowGroups, ranges, fetched.requests, fetched.bytes, footer.requests, footer.bytes],
      ...kept.flatMap(({ index, bytes, firstRow, rows }) => [index, bytes, firstRow, rows]),
    ]),
    skipped: [...byCount.slice(0, mostReasons), ...(others > 0 ? [['other statistics', others] as const] : [])],
    differs,
  };
}

/**
 * Reads what an 'inspect' task sent.
 *
 * @throws {InternalError} for anything that no such task sends
 */
export function decodeInspection(wire: unknown): Inspection {
  if (!isRecord(wire) || !Array.isArray(wire.files) || !Array.isArray(wire.skipped)) throw notSo(wire);
  const files = wire.files.map(decodeFile);
  if (!wire.skipped.every(isReason) || !isDifference(wire.differs, files.length)) throw notSo(wire);
  return { files, skipped: wire.skipped, differs: wire.differs };
}

function decodeFile(numbers: unknown): InspectedFile {
  if (!Array.isArray(numbers) || !numbers.every(isCount) || numbers.length < fileNumbers) throw notSo(numbers);
  const [rowGroups = 0, ranges = 0, requests = 0, bytes = 0, footerRequests = 0, footerBytes = 0] = numbers;
  const kept: KeptRowGroup[] = [];
  let last = -1;
  for (let at = fileNumbers; at < numbers.length; at += rowGroupNumbers) {
    const [index = 0, ownBytes = 0, firstRow = 0, rows] = numbers.slice(at, at + rowGroupNumbers);
    if (rows === undefined || index <= last || index >= rowGroups) throw notSo(numbers);
    kept.push({ index, bytes: ownBytes, firstRow, rows });
    last = index;
  }
  const footer = { requests: footerRequests, bytes: footerBytes };
  return { rowGroups, kept, ranges, fetched: { requests, bytes }, footer };
}

function isReason(value: unknown): value is readonly [string, number] {
  return Array.isArray(value) && value.length === 2 && typeof value[0] === 'string' && isCount(value[1]);
}

function isDifference(value: unknown, files: number): value is OtherColumns | null {
  if (value === null) return true;
  return isRecord(value) && isCount(value.file) && value.file < files && Array.isArray(value.schema);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function notSo(value: unknown): InternalError {
  return new InternalError(`A worker sent ${JSON.stringify(value)?.slice(0, 80)}…, which tells of no Parquet footers.`);
}

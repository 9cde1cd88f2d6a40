import type { DuckDBConnection } from '@duckdb/node-api';
import { renderQuery } from '../engine/sql/relation.ts';
import { SourceError } from '../errors.ts';
import { readFooter } from '../formats/parquet/fetch-footer.ts';
import type { ParquetFooter, RowGroup } from '../formats/parquet/footer.ts';
import type { NamedExpr } from '../plan/expr.ts';
import type { RelNode, ScanRel } from '../plan/relation.ts';
import type { ScanFile } from '../plan/source.ts';
import type { ObjectStore } from '../storage/store.ts';
import type { LocalFile } from './localize.ts';
import { hidesRowNumber } from './localize-parquet.ts';

/** A Parquet file that a failed query read. */
export interface FailedParquet {
  readonly scan: ScanRel;
  readonly file: ScanFile;
  readonly local: LocalFile;
}

/** Whether the engine's message may tell of bytes of this file: it names the file, or, for much that is wrong within pages, nothing. */
export function mayBeDamaged(message: string, path: string): boolean {
  return message.startsWith('Invalid Error') || message.includes(path);
}

/**
 * Finds the row group that the engine cannot decode, by reading them one by one.
 *
 * @returns null when all can be read: the error came from somewhere else
 */
export async function explainParquetFailure(
  failed: FailedParquet,
  connection: DuckDBConnection,
  store: ObjectStore,
  cause: unknown,
): Promise<SourceError | null> {
  const { scan, file, local } = failed;
  const footer = await readFooter(store, file);
  for (const rows of hidesRowNumber(scan) ? [wholeFile(footer)] : piecesOf(footer, file, local)) {
    try {
      await connection.runAndReadAll(renderProbe(failed, rows));
    } catch (error) {
      return damaged(file, footer, rows, wordsOf(error), cause);
    }
  }
  return null;
}

/** Rows that are read by themselves, and what of the object they are. */
interface Piece {
  /** Numbers of the rows in the local file; null for all. */
  readonly local: { readonly startRow: number; readonly endRow: number } | null;
  readonly rowGroups: readonly RowGroup[];
}

function wholeFile({ rowGroups }: ParquetFooter): Piece {
  return { local: null, rowGroups };
}

function piecesOf({ rowGroups }: ParquetFooter, file: ScanFile, { slice }: LocalFile): readonly Piece[] {
  const piece = (rowGroup: RowGroup, startRow: number): Piece => ({
    local: { startRow, endRow: startRow + rowGroup.rows },
    rowGroups: [rowGroup],
  });
  if (slice?.kind === 'row-groups') {
    return slice.groups.flatMap(({ row, localRow }) =>
      rowGroups
        .filter(({ firstRow, rows }) => firstRow === row && rows > 0)
        .map((rowGroup) => piece(rowGroup, localRow)),
    );
  }
  const wanted = file.part?.kind === 'row-groups' ? new Set(file.part.rowGroups) : null;
  return rowGroups
    .filter(({ index }) => wanted?.has(index) ?? true)
    .map((rowGroup) => piece(rowGroup, rowGroup.firstRow));
}

/** Every value has to be looked at, and none to be kept; least and greatest ones would come out of the statistics. */
function renderProbe({ scan, file, local: { path } }: FailedParquet, { local }: Piece): string {
  const columns = scan.columns.filter((name) => name !== scan.rowIdentity);
  const input: RelNode = { ...scan, columns, rowIdentity: null, prune: [], source: { ...scan.source, files: [file] } };
  const aggregates = columns.map((name): NamedExpr => {
    const args = [{ kind: 'column', name } as const];
    return {
      name,
      expr: { kind: 'aggregate', fn: 'approxCountDistinct', args, distinct: false, orderBy: [], filter: null },
    };
  });
  return renderQuery(
    { kind: 'aggregate', input, keys: [], aggregates },
    { localPath: () => path, localSlice: () => local && { kind: 'rows', ranges: [local] } },
  );
}

function damaged(
  file: ScanFile,
  footer: ParquetFooter,
  { rowGroups }: Piece,
  told: string,
  cause: unknown,
): SourceError {
  const ranges = rowGroups.flatMap((rowGroup) => rowGroup.chunks.flatMap((chunk) => chunk.ranges));
  const startByte = Math.min(...ranges.map((range) => range.startByte));
  const endByte = Math.max(...ranges.map((range) => range.endByte));
  const startRow = rowGroups[0]?.firstRow ?? 0;
  const endRow = rowGroups.reduce((end, { firstRow, rows }) => Math.max(end, firstRow + rows), startRow);
  const [first] = rowGroups;
  const which =
    rowGroups.length === 1 ? `row group ${(first?.index ?? 0) + 1} of ${footer.rowGroups.length}` : 'some row group';
  return new SourceError(
    'BAD_FORMAT',
    `${file.uri} is damaged: ${which} (rows ${startRow + 1} to ${endRow}, bytes ${startByte} to ${endByte}) cannot be decoded: ${told}. Restore the file, or write it again.`,
    { cause, details: { uri: file.uri, startByte, endByte, startRow, endRow } },
  );
}

/** What the engine said, without its own name of the file. */
function wordsOf(error: unknown): string {
  const message = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
  return message
    .replace(/^[A-Za-z ]+ Error:\s*/, '')
    .replace(/^[^"]*"[^"]*":\s*/, '')
    .replace(/[^!-~]+$/, '')
    .replace(/[.!:]+$/, '');
}

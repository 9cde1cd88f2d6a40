import type { ParquetFooter } from '../../../src/formats/parquet/footer.ts';
import { selectColumns } from '../../../src/formats/parquet/select-columns.ts';

/** The footer of the columns that come along when some are wanted: what is known of them stays as it is. */
export function narrowFooter(footer: ParquetFooter, wanted: readonly string[]): ParquetFooter {
  const selected = selectColumns(footer.columns, wanted);
  const pick = <T>(items: readonly T[]): T[] => selected.flatMap((index) => items[index] ?? []);
  const rowGroups = footer.rowGroups.map((rowGroup) => ({ ...rowGroup, chunks: pick(rowGroup.chunks) }));
  return { ...footer, columns: pick(footer.columns), rowGroups };
}

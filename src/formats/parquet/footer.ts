import type { JsonValue } from '../../errors.ts';
import type { ByteRange } from '../../storage/store.ts';
import { boundValue } from './bound-value.ts';
import type { LeafType } from './column-type.ts';
import { columnChunk, columnMetaData, fileMetaData, rowGroupFields, statisticsFields } from './footer-fields.ts';
import { type SchemaColumn, schemaColumns } from './footer-schema.ts';
import { bytesField, intField, structField, structsField, type ThriftStruct } from './thrift.ts';
import { readThrift } from './thrift-read.ts';

/**
 * What planning needs of a Parquet file's footer: plain JSON. A column chunk takes about 240 bytes of memory, half of it for
 * bounds and indexes.
 */
export interface ParquetFooter {
  /** Size of the object. */
  readonly sizeBytes: number;
  /** The Thrift struct: after the last column chunk, before its own length and the closing magic. */
  readonly footer: ByteRange;
  readonly columns: readonly FooterColumn[];
  readonly rowGroups: readonly RowGroup[];
}

/** A top-level column; columns keep the file's order. */
export interface FooterColumn {
  /** The name under which the engine shows it. */
  readonly name: string;
  /** The name in the file, where the engine shows another one: it numbers names that differ in case only. */
  readonly storedName?: string;
  /** Null for columns of several values a row or of fields: they have no bounds. */
  readonly leaf: LeafType | null;
}

/** Rows that lie together. */
export interface RowGroup {
  /** Its place in the file, from 0. */
  readonly index: number;
  /** Number of its first row in the file, from 0. */
  readonly firstRow: number;
  readonly rows: number;
  /** One for each of the footer's columns. */
  readonly chunks: readonly ColumnChunk[];
}

/** A column's bytes and values in a row group. */
export interface ColumnChunk {
  /** Bytes of its leaves, dictionary pages included; one of them unless the column is nested. */
  readonly ranges: readonly ByteRange[];
  readonly nullCount?: number;
  /** Bounds, as `LiteralExpr` writes values of the column's type. */
  readonly min?: JsonValue;
  readonly max?: JsonValue;
  /** The bloom filter, where the footer tells its length. */
  readonly bloomFilter?: ByteRange;
  /** Bounds of each page: the place to prune pages from, once that is done. */
  readonly columnIndex?: ByteRange;
  readonly offsetIndex?: ByteRange;
}

/**
 * Reads a footer.
 *
 * hyparquet is not used here: it turns decimal and text bounds into floats and repaired text, which must not prune. Tests
 * hold what comes out against it.
 *
 * @param bytes the Thrift struct, as {@link ParquetFooter.footer} says
 * @throws {Error} with what is wrong, where the bytes are no footer of such a file or its columns are encrypted
 */
export function describeFooter(bytes: Uint8Array, sizeBytes: number): ParquetFooter {
  const { struct } = readThrift(bytes);
  if (struct.fields.some((field) => field.id === fileMetaData.encryptionAlgorithm)) {
    throw new Error('some of its columns are encrypted, which shoal does not read');
  }
  const footerStart = sizeBytes - bytes.length - 8;
  const columns = schemaColumns(structsField(struct, fileMetaData.schema));
  let firstRow = 0;
  const rowGroups = structsField(struct, fileMetaData.rowGroups).map((rowGroup, index) => {
    const described = describeRowGroup(rowGroup, index, firstRow, columns, footerStart);
    firstRow += described.rows;
    return described;
  });
  return {
    sizeBytes,
    footer: { startByte: footerStart, endByte: footerStart + bytes.length },
    columns: columns.map(({ name, storedName, leaf }) => ({
      name,
      ...(storedName === name ? {} : { storedName }),
      leaf,
    })),
    rowGroups,
  };
}

function describeRowGroup(
  rowGroup: ThriftStruct,
  index: number,
  firstRow: number,
  columns: readonly SchemaColumn[],
  footerStart: number,
): RowGroup {
  const chunks = structsField(rowGroup, rowGroupFields.columns);
  const leaves = columns.at(-1)?.endLeaf ?? 0;
  if (chunks.length !== leaves)
    throw new Error(`row group ${index} has ${chunks.length} column chunks, but the schema ${leaves} leaves`);
  const rows = intField(rowGroup, rowGroupFields.numRows) ?? 0;
  return {
    index,
    firstRow,
    rows,
    chunks: columns.map((column) => {
      const own = chunks.slice(column.startLeaf, column.endLeaf);
      const ranges = own.map((chunk) => chunkRange(chunk, footerStart));
      const [first] = own;
      return first && column.leaf ? { ranges, ...statisticsOf(first, column.leaf), ...indexesOf(first) } : { ranges };
    }),
  };
}

/** @throws {Error} when the chunk lies in another file or outside of this one's data */
export function chunkRange(chunk: ThriftStruct, footerStart: number): ByteRange {
  if (bytesField(chunk, columnChunk.filePath)?.length)
    throw new Error('its columns lie in other files, which shoal does not follow');
  const metaData = structField(chunk, columnChunk.metaData);
  if (!metaData) throw new Error('a column chunk has no metadata');
  const pages = intField(metaData, columnMetaData.dataPageOffset) ?? 0;
  // Where there is no dictionary, some writers leave the offset out and others write 0.
  const dictionary = intField(metaData, columnMetaData.dictionaryPageOffset) || pages;
  const startByte = Math.min(pages, dictionary);
  const endByte = startByte + (intField(metaData, columnMetaData.totalCompressedSize) ?? 0);
  if (startByte < 0 || endByte < startByte || endByte > footerStart) {
    throw new Error(
      `a column chunk has bytes ${startByte} to ${endByte}, outside of the file's data (which ends at ${footerStart})`,
    );
  }
  return { startByte, endByte };
}

function statisticsOf(chunk: ThriftStruct, leaf: LeafType): Pick<ColumnChunk, 'nullCount' | 'min' | 'max'> {
  const metaData = structField(chunk, columnChunk.metaData);
  const statistics = metaData && structField(metaData, columnMetaData.statistics);
  if (!statistics) return {};
  const nullCount = intField(statistics, statisticsFields.nullCount);
  const old = hasOldBounds(leaf);
  const read = (which: 'min' | 'max', id: number, oldId: number): JsonValue => {
    const bytes = bytesField(statistics, id) ?? (old ? bytesField(statistics, oldId) : undefined);
    return bytes ? boundValue(leaf, bytes, which) : null;
  };
  const min = read('min', statisticsFields.minValue, statisticsFields.oldMin);
  const max = read('max', statisticsFields.maxValue, statisticsFields.oldMax);
  return {
    ...(nullCount === undefined ? {} : { nullCount }),
    ...(min === null ? {} : { min }),
    ...(max === null ? {} : { max }),
  };
}

/**
 * Whether the deprecated bounds are right for a type: those were ordered by signed comparison, which is wrong for texts,
 * bytes and unsigned integers.
 */
export function hasOldBounds({ physical, type }: LeafType): boolean {
  return (
    (physical === 'boolean' || physical === 'int32' || physical === 'int64') &&
    type !== null &&
    !type.kind.startsWith('uint')
  );
}

function indexesOf(chunk: ThriftStruct): Pick<ColumnChunk, 'bloomFilter' | 'columnIndex' | 'offsetIndex'> {
  const metaData = structField(chunk, columnChunk.metaData);
  const bloomFilter = metaData && rangeAt(metaData, columnMetaData.bloomFilterOffset, columnMetaData.bloomFilterLength);
  const columnIndex = rangeAt(chunk, columnChunk.columnIndexOffset, columnChunk.columnIndexLength);
  const offsetIndex = rangeAt(chunk, columnChunk.offsetIndexOffset, columnChunk.offsetIndexLength);
  return {
    ...(bloomFilter ? { bloomFilter } : {}),
    ...(columnIndex ? { columnIndex } : {}),
    ...(offsetIndex ? { offsetIndex } : {}),
  };
}

function rangeAt(struct: ThriftStruct, offsetId: number, lengthId: number): ByteRange | undefined {
  const startByte = intField(struct, offsetId);
  const length = intField(struct, lengthId);
  return startByte !== undefined && length !== undefined && length > 0
    ? { startByte, endByte: startByte + length }
    : undefined;
}

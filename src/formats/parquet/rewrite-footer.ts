import type { LeafType } from './column-type.ts';
import { leafType } from './column-type.ts';
import { hasOldBounds } from './footer.ts';
import {
  columnChunk,
  columnMetaData,
  fileMetaData,
  rowGroupFields,
  schemaElement,
  statisticsFields,
} from './footer-fields.ts';
import { type SchemaColumn, schemaColumns } from './footer-schema.ts';
import { selectColumns } from './select-columns.ts';
import {
  changeFields,
  intField,
  structField,
  structList,
  structsField,
  type ThriftStruct,
  type ThriftValue,
} from './thrift.ts';
import { readThrift } from './thrift-read.ts';
import { writeThrift } from './thrift-write.ts';

/** What a rewritten footer still names. */
export interface FooterSelection {
  /** Indexes of the row groups, ascending. */
  readonly rowGroups: readonly number[];
  /** Names of top-level columns; null for all. */
  readonly columns: readonly string[] | null;
}

/**
 * A footer for a file in which only some row groups and columns have their bytes: it names nothing else, so that no scan
 * can meet a hole. Offsets stay those of the whole file.
 *
 * Left out, too: bloom filters and page indexes (they lie elsewhere and are not fetched), bounds of floats (NaN is left
 * out of them but sorts above all), deprecated bounds of types for which these were wrong.
 *
 * @param bytes the Thrift struct of the whole file's footer
 * @returns the Thrift struct of the new one
 * @throws {Error} when the bytes are no footer
 */
export function rewriteFooter(bytes: Uint8Array, selection: FooterSelection): Uint8Array {
  const { struct } = readThrift(bytes);
  const elements = structsField(struct, fileMetaData.schema);
  const columns = schemaColumns(elements);
  const kept = selectColumns(columns, selection.columns).flatMap((index) => columns[index] ?? []);
  const leaves = leafTypes(elements);
  const keptLeaves = kept.flatMap((column) => range(column.startLeaf, column.endLeaf));
  const rowGroups = structsField(struct, fileMetaData.rowGroups);
  const keptGroups = selection.rowGroups.map((index, place) => {
    const rowGroup = rowGroups[index];
    if (!rowGroup) throw new Error(`there is no row group ${index}, only ${rowGroups.length} of them`);
    return rewriteRowGroup(rowGroup, place, keptLeaves, leaves);
  });
  const rows = keptGroups.reduce((sum, rowGroup) => sum + (intField(rowGroup, rowGroupFields.numRows) ?? 0), 0);
  const orders = structsField(struct, fileMetaData.columnOrders);
  const set = new Map<number, ThriftValue>([
    [fileMetaData.schema, structList(rewriteSchema(elements, kept))],
    [fileMetaData.numRows, rows],
    [fileMetaData.rowGroups, structList(keptGroups)],
    [fileMetaData.columnOrders, structList(keptLeaves.flatMap((leaf) => orders[leaf] ?? []))],
  ]);
  return writeThrift(changeFields(struct, { set }));
}

function rewriteSchema(elements: readonly ThriftStruct[], kept: readonly SchemaColumn[]): readonly ThriftStruct[] {
  const [root] = elements;
  if (!root) return [];
  const changed = changeFields(root, { set: new Map([[schemaElement.numChildren, kept.length]]) });
  return [changed, ...kept.flatMap((column) => elements.slice(column.startElement, column.endElement))];
}

function leafTypes(elements: readonly ThriftStruct[]): readonly LeafType[] {
  return elements
    .slice(1)
    .flatMap((element) => (intField(element, schemaElement.type) === undefined ? [] : [leafType(element)]));
}

function rewriteRowGroup(
  rowGroup: ThriftStruct,
  place: number,
  keptLeaves: readonly number[],
  leaves: readonly LeafType[],
): ThriftStruct {
  const chunks = structsField(rowGroup, rowGroupFields.columns);
  const kept = keptLeaves.flatMap((leaf) => {
    const [chunk, type] = [chunks[leaf], leaves[leaf]];
    return chunk && type ? [rewriteChunk(chunk, type)] : [];
  });
  const total = (id: number) => kept.reduce((sum, chunk) => sum + (metaDataField(chunk, id) ?? 0), 0);
  const set = new Map<number, ThriftValue>([
    [rowGroupFields.columns, structList(kept)],
    [rowGroupFields.totalByteSize, total(columnMetaData.totalUncompressedSize)],
    [rowGroupFields.totalCompressedSize, total(columnMetaData.totalCompressedSize)],
    [rowGroupFields.ordinal, place],
  ]);
  // Sorting columns are told by their place in the schema, which is another one now.
  return changeFields(rowGroup, { drop: [rowGroupFields.sortingColumns], set });
}

function rewriteChunk(chunk: ThriftStruct, type: LeafType): ThriftStruct {
  const metaData = structField(chunk, columnChunk.metaData);
  const drop = [
    columnChunk.offsetIndexOffset,
    columnChunk.offsetIndexLength,
    columnChunk.columnIndexOffset,
    columnChunk.columnIndexLength,
  ];
  if (!metaData) return changeFields(chunk, { drop });
  const statistics = structField(metaData, columnMetaData.statistics);
  const changed = changeFields(metaData, {
    drop: [columnMetaData.bloomFilterOffset, columnMetaData.bloomFilterLength],
    ...(statistics
      ? { set: new Map([[columnMetaData.statistics, changeFields(statistics, { drop: untrusted(type) })]]) }
      : {}),
  });
  return changeFields(chunk, { drop, set: new Map([[columnChunk.metaData, changed]]) });
}

/** Fields of the statistics that the engine must not see. */
function untrusted(type: LeafType): readonly number[] {
  const old = [statisticsFields.oldMin, statisticsFields.oldMax];
  const exact = [statisticsFields.isMinValueExact, statisticsFields.isMaxValueExact];
  const isFloat = type.type?.kind === 'float32' || type.type?.kind === 'float64';
  if (isFloat || type.type === null) return [...old, ...exact, statisticsFields.minValue, statisticsFields.maxValue];
  return hasOldBounds(type) ? [] : old;
}

function metaDataField(chunk: ThriftStruct, id: number): number | undefined {
  const metaData = structField(chunk, columnChunk.metaData);
  return metaData && intField(metaData, id);
}

function range(start: number, end: number): readonly number[] {
  return Array.from({ length: end - start }, (_, index) => start + index);
}

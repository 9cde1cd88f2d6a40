/**
 * Field ids of the structs in a Parquet footer, as far as shoal looks at them.
 *
 * @see https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift
 */
export const fileMetaData = {
  schema: 2,
  numRows: 3,
  rowGroups: 4,
  columnOrders: 7,
  encryptionAlgorithm: 8,
} as const;

/** The schema is a flat list, depth first; the root comes first. */
export const schemaElement = {
  type: 1,
  typeLength: 2,
  repetitionType: 3,
  name: 4,
  numChildren: 5,
  convertedType: 6,
  scale: 7,
  precision: 8,
  logicalType: 10,
} as const;

export const rowGroupFields = {
  columns: 1,
  totalByteSize: 2,
  numRows: 3,
  sortingColumns: 4,
  totalCompressedSize: 6,
  ordinal: 7,
} as const;

export const columnChunk = {
  filePath: 1,
  metaData: 3,
  offsetIndexOffset: 4,
  offsetIndexLength: 5,
  columnIndexOffset: 6,
  columnIndexLength: 7,
  cryptoMetadata: 8,
} as const;

export const columnMetaData = {
  numValues: 5,
  totalUncompressedSize: 6,
  totalCompressedSize: 7,
  dataPageOffset: 9,
  indexPageOffset: 10,
  dictionaryPageOffset: 11,
  statistics: 12,
  bloomFilterOffset: 14,
  bloomFilterLength: 15,
} as const;

/** `oldMax` and `oldMin` are deprecated: writers ordered them by signed comparison whatever the type. */
export const statisticsFields = {
  oldMax: 1,
  oldMin: 2,
  nullCount: 3,
  maxValue: 5,
  minValue: 6,
  isMaxValueExact: 7,
  isMinValueExact: 8,
} as const;

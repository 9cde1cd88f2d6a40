import type { Table } from 'apache-arrow';
import type { Batch } from '../../plan/batch.ts';
import type { Schema } from '../../plan/types.ts';
import { toArrowData } from './arrow-data.ts';
import { toArrowField } from './arrow-type.ts';
import { storableTable, typesOfTable } from './storable-table.ts';
import { toCarrier } from './to-carrier.ts';

/**
 * An apache-arrow table with exactly these values, a record batch for each batch. int128 and uint128 become
 * decimal(38, 0), enums and UUIDs texts, `timestamptz` microseconds in UTC, intervals months, days and nanoseconds.
 *
 * @throws {ResultError} UNSAFE_VALUE for a 128-bit integer of 39 digits or an interval that overflows in nanoseconds
 */
export async function batchesToArrow(schema: Schema, batches: readonly Batch[]): Promise<Table> {
  const arrow = await import('apache-arrow');
  const fields = schema.map((field) => toArrowField(arrow, field));
  const arrowSchema = new arrow.Schema(fields);
  const type = new arrow.Struct(fields);
  const recordBatches = batches.map(({ numRows, columns }) => {
    const children = columns.map((column, index) => toArrowData(arrow, column, schema[index]?.name ?? ''));
    return new arrow.RecordBatch(arrowSchema, arrow.makeData({ type, length: numRows, nullCount: 0, children }));
  });
  return new arrow.Table(arrowSchema, recordBatches);
}

/**
 * An Arrow table, of whatever types Parquet knows, as the bytes of a Parquet file (lz4_raw, one row group a million rows).
 * {@link arrowTypes} tells the types of its columns.
 *
 * @throws {PlanError} UNSUPPORTED_TYPE, INVALID_ROWS; see {@link storableTable}
 */
export async function arrowToParquet(table: Table): Promise<Uint8Array> {
  const [arrow, parquet] = await Promise.all([import('apache-arrow'), import('parquet-wasm')]);
  const wasmTable = parquet.Table.fromIPCStream(arrow.tableToIPC(storableTable(arrow, table), 'stream'));
  const properties = new parquet.WriterPropertiesBuilder().setCompression(parquet.Compression.LZ4_RAW).build();
  return parquet.writeParquet(wasmTable, properties);
}

/** Types of an Arrow table's columns, from those of the file that {@link arrowToParquet} makes of it. */
export async function arrowTypes(table: Table, file: Schema): Promise<Schema> {
  return typesOfTable(await import('apache-arrow'), table, file);
}

/**
 * A batch as the bytes of a Parquet file whose columns have the types `carrierType` says: cast back, they are the batch's
 * own values, at all limits.
 */
export async function batchToParquet(batch: Batch): Promise<Uint8Array> {
  const columns = batch.columns.map(toCarrier);
  const schema = batch.schema.map((field, index) => ({ name: field.name, type: columns[index]?.type ?? field.type }));
  return arrowToParquet(await batchesToArrow(schema, [{ schema, numRows: batch.numRows, columns }]));
}

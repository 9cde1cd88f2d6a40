import type * as Arrow from 'apache-arrow';
import { PlanError } from '../../errors.ts';
import type { DataType, Field, Schema } from '../../plan/types.ts';
import type { ArrowModule } from './arrow-type.ts';
import { intervalText } from './interval-text.ts';
import { toMicros } from './to-carrier.ts';

/**
 * The table in types that Parquet files keep: of seconds they would keep the number alone, so that those become microseconds,
 * and intervals of months, days and nanoseconds become texts (see {@link typesOfTable}). Buffers of other columns are shared.
 *
 * @throws {PlanError} UNSUPPORTED_TYPE for other intervals, INVALID_ROWS for values that the engine's types do not hold
 */
export function storableTable(arrow: ArrowModule, table: Arrow.Table): Arrow.Table {
  const batches = table.batches.map((batch) => new Converter(arrow).convert(batch.data, ''));
  const [first] = batches;
  if (!first || batches.every((data, index) => data === table.batches[index]?.data)) return table;
  const schema = new arrow.Schema((first.type as Arrow.Struct).children);
  return new arrow.Table(
    schema,
    batches.map((data) => new arrow.RecordBatch(schema, data as Arrow.Data<Arrow.Struct>)),
  );
}

/** Types of a table's columns, from those of the file that {@link storableTable} makes of it. */
export function typesOfTable(arrow: ArrowModule, table: Arrow.Table, file: Schema): Schema {
  const types = new Map(table.schema.fields.map((field) => [field.name, field.type as Arrow.DataType]));
  return file.map((field) => withIntervals(arrow, field, types.get(field.name)));
}

function withIntervals(arrow: ArrowModule, field: Field, type: Arrow.DataType | undefined): Field {
  const child = (index: number, inner: Arrow.DataType | undefined = type): Arrow.DataType | undefined =>
    (inner?.children as readonly Arrow.Field[] | undefined)?.[index]?.type;
  const within = (of: DataType, inner: Arrow.DataType | undefined) =>
    withIntervals(arrow, { name: '', type: of }, inner).type;
  if (type && arrow.DataType.isInterval(type)) return { ...field, type: { kind: 'interval' } };
  switch (field.type.kind) {
    case 'list':
      return { ...field, type: { kind: 'list', item: within(field.type.item, child(0)) } };
    case 'struct': {
      const fields = field.type.fields.map((inner, index) => ({ ...inner, type: within(inner.type, child(index)) }));
      return { ...field, type: { kind: 'struct', fields } };
    }
    case 'map': {
      const entries = child(0);
      const [key, value] = [within(field.type.key, child(0, entries)), within(field.type.value, child(1, entries))];
      return { ...field, type: { kind: 'map', key, value } };
    }
    default:
      return field;
  }
}

class Converter {
  private readonly arrow: ArrowModule;

  constructor(arrow: ArrowModule) {
    this.arrow = arrow;
  }

  /** The same data when nothing in it changes. */
  convert(data: Arrow.Data, name: string): Arrow.Data {
    const { DataType, TimeUnit } = this.arrow;
    const type = data.type as Arrow.DataType;
    if (DataType.isTimestamp(type) && type.unit === TimeUnit.SECOND) return this.toMicroseconds(data, type, name);
    if (DataType.isInterval(type)) return this.toTexts(data, name);
    const children = (data.children ?? []).map((child, index) => {
      const field = (type.children as readonly Arrow.Field[])[index];
      return this.convert(child, [...(name === '' ? [] : [name]), field?.name ?? ''].join('.'));
    });
    if (children.every((child, index) => child === data.children[index])) return data;
    const fields = children.map((child, index) => {
      const { name: own, nullable } = (type.children as readonly Arrow.Field[])[index] as Arrow.Field;
      return new this.arrow.Field(own, child.type as Arrow.DataType, nullable);
    });
    return data.clone(this.nested(type, fields), data.offset, data.length, data.nullCount, data.buffers, children);
  }

  private nested(type: Arrow.DataType, fields: readonly Arrow.Field[]): Arrow.DataType {
    const { DataType, List, FixedSizeList, Map_, Struct } = this.arrow;
    const [first] = fields as [Arrow.Field, ...Arrow.Field[]];
    if (DataType.isList(type)) return new List(first);
    if (DataType.isFixedSizeList(type)) return new FixedSizeList(type.listSize, first);
    if (DataType.isMap(type)) return new Map_(first as Arrow.Field<Arrow.Struct>, type.keysSorted);
    return new Struct([...fields]);
  }

  private toMicroseconds(data: Arrow.Data, type: Arrow.Timestamp, name: string): Arrow.Data {
    const micros = toMicros(data.values as BigInt64Array, 's');
    const overflows = (data.values as BigInt64Array).some(
      (seconds, row) => isValid(data, row) && Math.abs(Number(seconds)) > 9.3e12 && micros[row] !== seconds,
    );
    if (overflows) throw beyond(name, 'seconds', 'microseconds in 64 bits');
    const micro = new this.arrow.Timestamp(this.arrow.TimeUnit.MICROSECOND, type.timezone);
    const { valueOffsets, nullBitmap, typeIds } = data;
    const buffers = [valueOffsets, micros, nullBitmap, typeIds] as unknown as Arrow.Data['buffers'];
    return data.clone(micro, data.offset, data.length, data.nullCount, buffers);
  }

  private toTexts(data: Arrow.Data, name: string): Arrow.Data {
    const type = data.type as Arrow.Interval;
    if (type.unit !== this.arrow.IntervalUnit.MONTH_DAY_NANO)
      throw new PlanError(
        'UNSUPPORTED_TYPE',
        `Column ${JSON.stringify(name)} of the Arrow table is ${type}, which shoal does not read; of intervals it reads months, days and nanoseconds. Convert the column first.`,
        { details: { column: name } },
      );
    const words = data.values as Int32Array;
    const longs = new BigInt64Array(words.buffer, words.byteOffset, words.length / 2);
    const texts = Array.from({ length: data.length }, (_, row) => {
      if (!isValid(data, row)) return null;
      const nanos = longs[row * 2 + 1] ?? 0n;
      if (nanos % 1_000n !== 0n) throw beyond(name, `${nanos} nanoseconds`, 'whole microseconds');
      return intervalText({ months: words[row * 4] ?? 0, days: words[row * 4 + 1] ?? 0, micros: nanos / 1_000n });
    });
    return this.arrow.vectorFromArray(texts, new this.arrow.Utf8()).data[0] as unknown as Arrow.Data;
  }
}

function isValid(data: Arrow.Data, row: number): boolean {
  return data.nullCount === 0 || data.getValid(row);
}

function beyond(name: string, what: string, held: string): PlanError {
  return new PlanError(
    'INVALID_ROWS',
    `Column ${JSON.stringify(name)} of the Arrow table has ${what}, and shoal holds ${held}. Convert the column first.`,
    { details: { column: name } },
  );
}

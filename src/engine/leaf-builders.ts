import type { Column, ColumnData } from '../plan/batch.ts';
import type { DataType } from '../plan/types.ts';
import type { ColumnBuilder, ReadObjects } from './column-builder.ts';
import type { Bindings } from './duckdb.ts';
import type { FixedArray, FixedLayout } from './fixed-layout.ts';
import { ValidityBuilder } from './validity-builder.ts';
import { readValidity, type Vector } from './vector.ts';

/** Numbers and all that is stored as one: copied array by array. */
export class FixedBuilder implements ColumnBuilder {
  private readonly validity = new ValidityBuilder();
  private length = 0;
  /** Rows of the batch before: the next one likely has as many. */
  private expected = 0;
  private data: FixedArray;
  private readonly bindings: Bindings;
  private readonly type: DataType;
  private readonly layout: FixedLayout;

  constructor(bindings: Bindings, type: DataType, layout: FixedLayout) {
    this.bindings = bindings;
    this.type = type;
    this.layout = layout;
    this.data = new layout.target(0);
  }

  append(vector: Vector, size: number, start: number, count: number): void {
    if (count === 0) return;
    this.validity.append(readValidity(this.bindings, vector, size), start, count);
    const { source } = this.layout;
    const width = source.BYTES_PER_ELEMENT;
    const bytes = this.bindings.vector_get_data(vector, size * width);
    const values = new source(bytes.buffer, bytes.byteOffset + start * width, count);
    if (this.length + count > this.data.length) {
      const larger = new this.layout.target(Math.max(this.length + count, this.data.length * 2, this.expected));
      (larger as Uint8Array).set(this.data as Uint8Array);
      this.data = larger;
    }
    // Source and target are both of numbers or both of bigints: fixedLayout pairs them.
    (this.data as Uint8Array).set(values as Uint8Array, this.length);
    this.length += count;
  }

  finish(): Column {
    const { length, type } = this;
    const data = this.data.length === length ? this.data : this.data.slice(0, length);
    this.data = new this.layout.target(0);
    this.length = 0;
    this.expected = length;
    return { type, length, validity: this.validity.finish(), data };
  }
}

/** Values that are JavaScript objects or strings. */
export class ObjectBuilder<T> implements ColumnBuilder {
  private readonly validity = new ValidityBuilder();
  private data: T[] = [];
  private length = 0;
  /** Rows of the batch before: the next one likely has as many. */
  private expected = 0;
  private readonly bindings: Bindings;
  private readonly type: DataType;
  private readonly filler: T;
  private readonly read: ReadObjects<T>;

  constructor(bindings: Bindings, type: DataType, filler: T, read: ReadObjects<T>) {
    this.bindings = bindings;
    this.type = type;
    this.filler = filler;
    this.read = read;
  }

  append(vector: Vector, size: number, start: number, count: number): void {
    if (count === 0) return;
    const validity = readValidity(this.bindings, vector, size);
    this.validity.append(validity, start, count);
    this.reserve(this.length + count);
    this.read(vector, size, validity, start, count, this.data, this.length);
    this.length += count;
  }

  finish(): Column {
    const { data, length, type } = this;
    this.read.flush?.(data);
    data.length = length;
    this.data = [];
    this.length = 0;
    this.expected = length;
    return { type, length, validity: this.validity.finish(), data: data as unknown as ColumnData };
  }

  /** Filled at once, so that values may come in any order and the array never has holes. */
  private reserve(length: number): void {
    const { data } = this;
    if (length <= data.length) return;
    const from = data.length;
    data.length = Math.max(length, from * 2, this.expected);
    data.fill(this.filler, from);
  }
}

/** Nothing but nulls. */
export class NullBuilder implements ColumnBuilder {
  private length = 0;
  private readonly type: DataType;

  constructor(type: DataType) {
    this.type = type;
  }

  append(_vector: Vector, _size: number, _start: number, count: number): void {
    this.length += count;
  }

  finish(): Column {
    const { length, type } = this;
    this.length = 0;
    return { type, length, validity: new Uint8Array(Math.ceil(length / 8)), data: new Array<null>(length).fill(null) };
  }
}

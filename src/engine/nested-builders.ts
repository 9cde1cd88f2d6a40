import type { Column } from '../plan/batch.ts';
import type { DataType } from '../plan/types.ts';
import type { ColumnBuilder } from './column-builder.ts';
import type { Bindings } from './duckdb.ts';
import { ValidityBuilder } from './validity-builder.ts';
import { readValidity, type Vector } from './vector.ts';

/** Lists, and maps, which the engine stores as lists of (key, value) structs. */
export class ListBuilder implements ColumnBuilder {
  private readonly validity = new ValidityBuilder();
  private offsets: number[] = [0];
  private readonly bindings: Bindings;
  private readonly type: DataType;
  private readonly children: readonly ColumnBuilder[];

  constructor(bindings: Bindings, type: DataType, children: readonly ColumnBuilder[]) {
    this.bindings = bindings;
    this.type = type;
    this.children = children;
  }

  append(vector: Vector, size: number, start: number, count: number): void {
    if (count === 0) return;
    const validity = readValidity(this.bindings, vector, size);
    this.validity.append(validity, start, count);
    // An entry is two u64: offset into the child and length. Both are far below 2^32: a chunk has 2048 rows.
    const bytes = this.bindings.vector_get_data(vector, size * 16);
    const entries = new Uint32Array(bytes.buffer, bytes.byteOffset, size * 4);
    const child = this.bindings.list_vector_get_child(vector);
    const childSize = this.bindings.list_vector_get_size(vector);
    let end = this.offsets[this.offsets.length - 1] ?? 0;
    let from = 0;
    let to = 0;
    for (let row = start; row < start + count; row++) {
      const valid = validity === null || ((validity[row >> 3] ?? 0) & (1 << (row & 7))) !== 0;
      const length = valid ? (entries[row * 4 + 2] ?? 0) : 0;
      if (length > 0) {
        const offset = entries[row * 4] ?? 0;
        // Rows usually lie one after another: their items are copied in one go.
        if (offset !== to) {
          this.appendItems(child, childSize, from, to - from);
          from = offset;
        }
        to = offset + length;
      }
      end += length;
      this.offsets.push(end);
    }
    this.appendItems(child, childSize, from, to - from);
  }

  finish(): Column {
    const offsets = Int32Array.from(this.offsets);
    this.offsets = [0];
    const children = this.children.map((child) => child.finish());
    return {
      type: this.type,
      length: offsets.length - 1,
      validity: this.validity.finish(),
      data: { offsets, children },
    };
  }

  private appendItems(child: Vector, size: number, start: number, count: number): void {
    if (count === 0) return;
    if (this.type.kind === 'list') this.children[0]?.append(child, size, start, count);
    else
      for (const [index, builder] of this.children.entries()) {
        builder.append(this.bindings.struct_vector_get_child(child, index), size, start, count);
      }
  }
}

/** Arrays: `itemsPerRow` items a row, those of nulls too. */
export class ArrayBuilder implements ColumnBuilder {
  private readonly validity = new ValidityBuilder();
  private length = 0;
  private readonly bindings: Bindings;
  private readonly type: DataType;
  private readonly child: ColumnBuilder;
  private readonly itemsPerRow: number;

  constructor(bindings: Bindings, type: DataType, child: ColumnBuilder, itemsPerRow: number) {
    this.bindings = bindings;
    this.type = type;
    this.child = child;
    this.itemsPerRow = itemsPerRow;
  }

  append(vector: Vector, size: number, start: number, count: number): void {
    if (count === 0) return;
    this.validity.append(readValidity(this.bindings, vector, size), start, count);
    const items = this.itemsPerRow;
    this.child.append(this.bindings.array_vector_get_child(vector), size * items, start * items, count * items);
    this.length += count;
  }

  finish(): Column {
    const { length, type } = this;
    this.length = 0;
    return { type, length, validity: this.validity.finish(), data: { offsets: null, children: [this.child.finish()] } };
  }
}

/** Structs: one child a field, as long as the struct. */
export class StructBuilder implements ColumnBuilder {
  private readonly validity = new ValidityBuilder();
  private length = 0;
  private readonly bindings: Bindings;
  private readonly type: DataType;
  private readonly children: readonly ColumnBuilder[];

  constructor(bindings: Bindings, type: DataType, children: readonly ColumnBuilder[]) {
    this.bindings = bindings;
    this.type = type;
    this.children = children;
  }

  append(vector: Vector, size: number, start: number, count: number): void {
    if (count === 0) return;
    this.validity.append(readValidity(this.bindings, vector, size), start, count);
    for (const [index, child] of this.children.entries()) {
      child.append(this.bindings.struct_vector_get_child(vector, index), size, start, count);
    }
    this.length += count;
  }

  finish(): Column {
    const { length, type } = this;
    this.length = 0;
    const children = this.children.map((child) => child.finish());
    return { type, length, validity: this.validity.finish(), data: { offsets: null, children } };
  }
}

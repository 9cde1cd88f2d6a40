import type { DataType } from '../plan/types.ts';
import type { ColumnBuilder } from './column-builder.ts';
import type { Bindings } from './duckdb.ts';
import { fixedLayout } from './fixed-layout.ts';
import { FixedBuilder, NullBuilder, ObjectBuilder } from './leaf-builders.ts';
import { ArrayBuilder, ListBuilder, StructBuilder } from './nested-builders.ts';
import { readBlobs, readStrings } from './read-strings.ts';
import { readEnums, readInt128s, readIntervals, readUuids } from './read-wide.ts';

/** A builder for columns of `type`, lossless for every type. */
export function createColumnBuilder(bindings: Bindings, type: DataType): ColumnBuilder {
  const layout = fixedLayout(type);
  if (layout !== null) return new FixedBuilder(bindings, type, layout);
  const child = (of: DataType) => createColumnBuilder(bindings, of);
  switch (type.kind) {
    case 'string':
      return new ObjectBuilder(bindings, type, '', readStrings(bindings));
    case 'binary':
      return new ObjectBuilder(bindings, type, new Uint8Array(0), readBlobs(bindings));
    case 'enum':
      return new ObjectBuilder(bindings, type, '', readEnums(bindings, type.values));
    case 'uuid':
      return new ObjectBuilder(bindings, type, '', readUuids(bindings));
    case 'interval':
      return new ObjectBuilder(bindings, type, { months: 0, days: 0, micros: 0n }, readIntervals(bindings));
    case 'list':
      return new ListBuilder(bindings, type, [child(type.item)]);
    case 'map':
      return new ListBuilder(bindings, type, [child(type.key), child(type.value)]);
    case 'array':
      return new ArrayBuilder(bindings, type, child(type.item), type.length);
    case 'struct':
      return new StructBuilder(
        bindings,
        type,
        type.fields.map((field) => child(field.type)),
      );
    case 'null':
      return new NullBuilder(type);
    default:
      // decimal beyond 18 digits, int128, uint128: fixedLayout has all the others.
      return new ObjectBuilder(bindings, type, 0n, readInt128s(bindings, type.kind !== 'uint128'));
  }
}

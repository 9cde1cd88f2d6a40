import { fixedLayout } from '../../engine/fixed-layout.ts';
import type { Column, ColumnData } from '../../plan/batch.ts';
import type { DataType } from '../../plan/types.ts';

/** A column of `type` without rows. */
export function emptyColumn(type: DataType): Column {
  return { type, length: 0, validity: null, data: emptyData(type) };
}

function emptyData(type: DataType): ColumnData {
  const layout = fixedLayout(type);
  if (layout !== null) return new layout.target(0);
  switch (type.kind) {
    case 'list':
      return { offsets: new Int32Array(1), children: [emptyColumn(type.item)] };
    case 'array':
      return { offsets: null, children: [emptyColumn(type.item)] };
    case 'struct':
      return { offsets: null, children: type.fields.map((field) => emptyColumn(field.type)) };
    case 'map':
      return { offsets: new Int32Array(1), children: [emptyColumn(type.key), emptyColumn(type.value)] };
    default:
      return [];
  }
}

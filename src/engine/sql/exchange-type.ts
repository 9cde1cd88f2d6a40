import { carrierType } from '../../plan/carrier-type.ts';
import { type DataType, sameType } from '../../plan/types.ts';
import { intervalParts } from './interval-text.ts';
import { mapParts } from './map-parts.ts';
import { renderType } from './type.ts';

/**
 * SQL of a value in its wire type, from which the engine's cast gives the same value back. The engine's casts do both, but
 * for intervals: its own text of many hours is one that it cannot read.
 *
 * @param value SQL without side effects; it may stand several times in the result
 */
export function renderCarried(value: string, type: DataType): string {
  return mapParts(value, type, carried) ?? value;
}

function carried(value: string, type: DataType): string | null {
  if (type.kind === 'interval') return intervalParts(value);
  const carrier = carrierType(type);
  return holdsInterval(type) || sameType(carrier, type) ? null : `CAST(${value} AS ${renderType(carrier)})`;
}

function holdsInterval(type: DataType): boolean {
  return mapParts('v', type, (value, { kind }) => (kind === 'interval' ? value : null)) !== null;
}

import type { WindowFrame } from '../../plan/expr.ts';
import type { WindowFunction } from '../../plan/functions.ts';
import { renderNumber } from './number-literal.ts';

/** The engine's names of functions that only windows have. */
export const windowFunctionSql: Readonly<Record<WindowFunction, string>> = {
  rowNumber: 'row_number',
  rank: 'rank',
  denseRank: 'dense_rank',
  percentRank: 'percent_rank',
  cumeDist: 'cume_dist',
  ntile: 'ntile',
  lag: 'lag',
  lead: 'lead',
  firstValue: 'first_value',
  lastValue: 'last_value',
  nthValue: 'nth_value',
};

/**
 * `OVER (…)`. Without a frame it is SQL's: up to the current row and its ties, or all rows without an order.
 *
 * @param partitionBy SQL of the keys, '' for none
 * @param orderBy SQL of the sort keys, '' for none
 */
export function renderOver(partitionBy: string, orderBy: string, frame: WindowFrame | null): string {
  const parts = [
    partitionBy && `PARTITION BY ${partitionBy}`,
    orderBy && `ORDER BY ${orderBy}`,
    frame ? renderFrame(frame) : '',
  ];
  return `OVER (${parts.filter(Boolean).join(' ')})`;
}

function renderFrame(frame: WindowFrame): string {
  const start = frame.start === null ? 'UNBOUNDED PRECEDING' : renderBound(frame.start);
  const end = frame.end === null ? 'UNBOUNDED FOLLOWING' : renderBound(frame.end);
  return `${frame.unit === 'rows' ? 'ROWS' : 'RANGE'} BETWEEN ${start} AND ${end}`;
}

function renderBound(offset: number): string {
  if (offset === 0) return 'CURRENT ROW';
  return `${renderNumber(Math.abs(offset), 'comparison')} ${offset < 0 ? 'PRECEDING' : 'FOLLOWING'}`;
}

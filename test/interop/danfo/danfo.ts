/**
 * `result.toDanfo` against the real danfojs-node, which is installed in this folder alone. Run it with
 * `npm run test:danfo` at the root.
 */
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { type DanfoModule, Result } from '../../../src/dataset/result.ts';
import { rowsToBatch } from '../../../src/dataset/rows.ts';
import { parseType } from '../../../src/plan/type-name.ts';

/** What this script asks of a danfo DataFrame. */
interface DataFrame {
  readonly shape: [rows: number, columns: number];
  readonly columns: string[];
  readonly dtypes: string[];
  readonly values: unknown[][];
  groupby(columns: string[]): { col(columns: string[]): { sum(): DataFrame } };
  query(condition: unknown): DataFrame;
  column(name: string): { gt(value: number): unknown; sum(): number };
}

const danfo = createRequire(import.meta.url)('danfojs-node') as DanfoModule<DataFrame>;

const batch = rowsToBatch(
  [
    { city: 'Oslo', people: 709_000, share: 0.13, big: 5n, day: '2024-02-29', open: true },
    { city: 'Łódź', people: 670_000, share: 0.018, big: 6n, day: '2024-03-01', open: false },
    { city: 'Oslo', people: 1, share: null, big: null, day: null, open: null },
  ],
  { day: parseType('date') },
);
const frame = new Result(batch.schema, [batch]).toDanfo(danfo);

assert.ok(frame instanceof danfo.DataFrame);
assert.deepEqual(frame.shape, [3, 6]);
assert.deepEqual(frame.columns, ['city', 'people', 'share', 'big', 'day', 'open']);
assert.deepEqual(frame.values, [
  ['Oslo', 709_000, 0.13, 5, '2024-02-29T00:00:00.000Z', true],
  ['Łódź', 670_000, 0.018, 6, '2024-03-01T00:00:00.000Z', false],
  ['Oslo', 1, null, null, null, null],
]);
assert.equal(frame.column('people').sum(), 1_379_001);
assert.deepEqual(frame.query(frame.column('people').gt(670_000)).values.length, 1);
assert.deepEqual(frame.groupby(['city']).col(['people']).sum().values, [
  ['Oslo', 709_001],
  ['Łódź', 670_000],
]);

const empty = new Result(batch.schema, []).toDanfo(danfo);
assert.deepEqual(empty.columns, frame.columns);

console.log(`danfojs-node: ${frame.shape.join(' × ')} values as expected, dtypes ${frame.dtypes.join(', ')}`);

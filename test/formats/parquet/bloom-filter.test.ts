import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bloomFilterRequests, plainBytes } from '../../../src/formats/parquet/bloom-filter.ts';
import { pruneByBloomFilters, readFooter } from '../../../src/formats/parquet/fetch-footer.ts';
import { type PruneOptions, pruneRowGroups } from '../../../src/formats/parquet/prune-row-groups.ts';
import { comparable } from '../../../src/formats/statistics/comparable.ts';
import type { Expr } from '../../../src/plan/expr.ts';
import type { DataType } from '../../../src/plan/types.ts';
import { call, cast, column, number, text, typed } from './conditions.ts';
import { MemoryReads } from './memory-reads.ts';
import { Bench, zooPath, zooRows } from './zoo.ts';

let bench: Bench;
let byDuck: string;
beforeAll(async () => {
  bench = await Bench.open();
  byDuck = bench.freshPath();
  // The engine writes a filter where it writes a dictionary; 7,919 spreads the values over all row groups.
  await bench.connection.run(`COPY (
    SELECT i AS id, code, code::BIGINT AS long, code::UTINYINT AS tiny, (code * 1000000007::BIGINT)::UBIGINT AS wide, 'w' || code AS word,
      DATE '2000-01-01' + code::INT AS day, TIMESTAMP '2000-01-01' + INTERVAL (code) HOUR AS at, (code / 4)::DECIMAL(9, 2) AS price, (code / 4)::DECIMAL(30, 2) AS large,
      md5(code::VARCHAR)::UUID AS key, encode('b' || code) AS raw
    FROM (SELECT i, (i * 7919 % 101 + (i // 2048) % 2 * 101)::INT AS code FROM range(8192) t(i))
  ) TO '${byDuck}' (ROW_GROUP_SIZE 2048)`);
});
afterAll(() => bench.close());

async function skipped(path: string, condition: Expr, options: PruneOptions = {}) {
  const reads = new MemoryReads(readFileSync(path));
  const footer = await readFooter(reads, reads.file);
  const before = reads.ranges.length;
  const pruned = pruneRowGroups(footer, [condition], options);
  const result = await pruneByBloomFilters(
    reads,
    reads.file,
    footer,
    pruned,
    [condition],
    () => Number.POSITIVE_INFINITY,
    options,
  );
  return { result, pruned, requests: reads.ranges.slice(before) };
}

const date: DataType = { kind: 'date' };
const { rows } = zooRows(zooPath('pyarrow-bloom'));
/** A row of row group 2 whose code lies within the bounds of all four. */
const row = rows.slice(40, 60).find((values) => Number(values[1]) > 300 && Number(values[1]) < 3500) ?? [];
const code = Number(row[1]);

test.each<[string, Expr, string]>([
  ['an integer', call('eq', column('code'), number(code)), `code = ${code}`],
  ['a text', call('eq', text(String(row[2])), column('word')), `word = '${row[2]}'`],
  ['a date', call('eq', column('day'), cast(String(row[3]), date)), `day = ${row[3]}`],
])("pyarrow's filters find the one row group that has %s", async (_, condition, shown) => {
  const { result, pruned, requests } = await skipped(zooPath('pyarrow-bloom'), condition);
  expect(pruned.kept).toEqual([0, 1, 2, 3]);
  expect(result.kept).toEqual([2]);
  expect(result.skipped).toEqual(
    [0, 1, 3].map((rowGroup) => ({ rowGroup, reason: `${shown} is not in the bloom filter` })),
  );
  expect(requests).toHaveLength(4);
});

test('several columns are one request a row group', async () => {
  const condition = call(
    'and',
    call('isIn', column('code'), number(code), number(-1)),
    call('eq', column('word'), text('word')),
  );
  const { result, requests } = await skipped(zooPath('pyarrow-bloom'), condition);
  expect(result.kept).toEqual([]);
  // 'word' is below every word, so statistics alone leave nothing to ask.
  expect(requests).toEqual([]);
  const both = call('or', call('eq', column('code'), number(code)), call('eq', column('word'), text('word-2001')));
  expect((await skipped(zooPath('pyarrow-bloom'), both)).requests).toHaveLength(4);
});

// Row groups 0 and 2 have the codes from 0 to 100, 1 and 3 those from 101 to 201.
test.each<[string, Expr]>([
  ['INT32', call('eq', column('code'), number(50))],
  ['INT64', call('eq', column('long'), number(50))],
  ['unsigned 8 bits', call('eq', column('tiny'), number(50))],
  ['unsigned 64 bits', call('eq', column('wide'), typed({ kind: 'uint64' }, String(50n * 1000000007n)))],
  ['text', call('eq', column('word'), text('w50'))],
  ['date', call('eq', column('day'), typed(date, '2000-02-20'))],
  ['timestamp', call('eq', column('at'), typed({ kind: 'timestamp', unit: 'us' }, '2000-01-03 02:00:00'))],
  ['decimal in INT32', call('eq', column('price'), number(12.5))],
  ['decimal in 16 bytes', call('eq', column('large'), typed({ kind: 'decimal', precision: 30, scale: 1 }, '12.5'))],
  ['binary', call('eq', column('raw'), typed({ kind: 'binary' }, Buffer.from('b50').toString('base64')))],
])("the engine's own filters: %s", async (_, condition) => {
  const { result, requests } = await skipped(byDuck, condition);
  expect(result.kept).toEqual([0, 2]);
  expect(requests.length).toBeLessThanOrEqual(4);
});

test('each row keeps its row group, whatever its type', async () => {
  for (const name of ['pyarrow-integers', 'pyarrow-bloom']) {
    const path = zooPath(name);
    const reads = new MemoryReads(readFileSync(path));
    const footer = await readFooter(reads, reads.file);
    const table = zooRows(path).rows;
    for (const [index, row] of table.entries()) {
      const rowGroup = footer.rowGroups.findLast(({ firstRow }) => firstRow <= index);
      const equalities = footer.columns.flatMap(({ name: own, leaf }, place) => {
        const value = row[place];
        return leaf?.type && value !== null
          ? [call('eq', column(own), typed(leaf.type, typeof value === 'number' ? value : String(value)))]
          : [];
      });
      const { result } = await skipped(path, call('and', ...equalities));
      expect(result.kept).toContain(rowGroup?.index);
    }
  }
});

test('nothing is asked where it cannot pay', async () => {
  const reads = new MemoryReads(readFileSync(zooPath('pyarrow-bloom')));
  const footer = await readFooter(reads, reads.file);
  const requests = (condition: Expr, bytes = 1e6) =>
    bloomFilterRequests(footer, [1, 2], [condition], () => bytes).map(({ rowGroup, filters }) => [
      rowGroup,
      ...filters.keys(),
    ]);
  expect(requests(call('eq', column('CODE'), number(1)))).toEqual([
    [1, 'code'],
    [2, 'code'],
  ]);
  expect(requests(call('gt', column('code'), number(1)))).toEqual([]);
  expect(requests(call('eq', column('id'), number(1)))).toEqual([]);
  expect(requests(call('eq', column('code'), number(1)), 40)).toEqual([]);
});

test('a column that the plan reads as another type is not asked', async () => {
  const condition = call('eq', column('code'), number(code));
  const { result } = await skipped(zooPath('pyarrow-bloom'), condition, {
    types: new Map([['code', { kind: 'float64' }]]),
  });
  expect(result.kept).toEqual([0, 1, 2, 3]);
});

test('the bytes that are hashed', () => {
  const bytes = (
    leaf: Parameters<typeof plainBytes>[0],
    type: DataType | { kind: 'number' },
    value: string | number,
  ) => {
    const form = comparable(type, value);
    const plain = form && plainBytes(leaf, form);
    return plain && Buffer.from(plain).toString('hex');
  };
  const int = { kind: 'number' } as const;
  expect(bytes({ physical: 'int32', type: { kind: 'int8' } }, int, -2)).toBe('feffffff');
  expect(bytes({ physical: 'int32', type: { kind: 'uint32' } }, int, 4_294_967_295)).toBe('ffffffff');
  expect(bytes({ physical: 'int64', type: { kind: 'int64' } }, int, 1)).toBe('0100000000000000');
  expect(bytes({ physical: 'int64', type: { kind: 'decimal', precision: 18, scale: 2 } }, int, 2.5)).toBe(
    'fa00000000000000',
  );
  expect(bytes({ physical: 'fixed', type: { kind: 'decimal', precision: 9, scale: 2 }, lengthBytes: 4 }, int, -1)).toBe(
    'ffffff9c',
  );
  expect(
    bytes({ physical: 'int64', type: { kind: 'timestamp', unit: 'ms' }, unit: 'ms' }, { kind: 'date' }, '1970-01-02'),
  ).toBe('005c260500000000');
  // No such value is in the column, or many are: the filter cannot tell.
  expect(bytes({ physical: 'int32', type: { kind: 'int32' } }, int, 2.5)).toBeUndefined();
  expect(bytes({ physical: 'int32', type: { kind: 'int32' } }, int, 2 ** 31)).toBeUndefined();
  expect(
    bytes({ physical: 'int32', type: { kind: 'date' } }, { kind: 'timestamp', unit: 'us' }, '1970-01-01 00:00:01'),
  ).toBeUndefined();
  expect(
    bytes(
      { physical: 'int64', type: { kind: 'timestamptz' }, unit: 'ns' },
      { kind: 'timestamptz' },
      '1970-01-01 00:00:01',
    ),
  ).toBeUndefined();
  expect(bytes({ physical: 'double', type: { kind: 'float64' } }, int, 1)).toBeUndefined();
  expect(bytes({ physical: 'bytes', type: { kind: 'binary' } }, { kind: 'string' }, 'a')).toBeUndefined();
});

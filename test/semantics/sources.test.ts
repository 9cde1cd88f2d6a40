import { expect, test } from 'vitest';
import { col } from '../../src/index.ts';
import { errorOf, useSession } from '../support/use-session.ts';

const { session, path, file } = useSession();

test('CSV: dialect and types come from samples at the start, middle and end', async () => {
  const rows = Array.from({ length: 40_000 }, (_, i) => `${i};${i === 39_999 ? '0.5' : i};x`);
  const csv = await file('late.csv', `id;n;t\n${rows.join('\n')}\n`);
  const data = session().read.csv(csv);
  expect((await data.schema()).map((f) => f.type.kind)).toEqual(['int64', 'float64', 'string']);
  expect(await data.count()).toBe(40_000);
});

test('CSV: ambiguous dates stay text unless dateFormat says what they are', async () => {
  const csv = await file('dates.csv', 'd\n01/02/2020\n03/04/2020\n');
  expect(await session().read.csv(csv).first()).toEqual({ d: '01/02/2020' });
  expect(await session().read.csv(csv, { dateFormat: '%d/%m/%Y' }).first()).toEqual({ d: new Date('2020-02-01') });
});

test('CSV: a later misfit is an error with uri, byte offset, row and the schema that mends it', async () => {
  const misfit = await misfitFile('misfit.csv');
  const error = await errorOf(session().read.csv(misfit).toArray());
  expect(error.message.replaceAll(misfit, '<path>')).toBe(
    "Row 30002 of file://<path> (byte 337785) has \"none\" in column \"v\", which is no int64. Read the column as text with { schema: { v: 'string' } }, or leave such rows out with { onBadRow: 'skip' } or { onBadRow: 'collect' }.",
  );
  expect(error).toMatchObject({ code: 'BAD_RECORD' });
  expect(
    await session()
      .read.csv(misfit, { schema: { v: 'string' } })
      .count(),
  ).toBe(90_000);
});

test('CSV: a later misfit goes by onBadRow, and nothing widens in silence', async () => {
  const misfit = await misfitFile('skipped.csv');
  const skipped = await session().read.csv(misfit, { onBadRow: 'skip' }).collect();
  expect([skipped.numRows, skipped.rejected.count, skipped.rejected.records]).toEqual([89_999, 1, []]);
  const collected = await session().read.csv(misfit, { onBadRow: 'collect' }).collect();
  expect(collected.rejected.records.map(({ row, column, text }) => ({ row, column, text }))).toEqual([
    { row: 30_002, column: 'v', text: '30000,none' },
  ]);
  expect(collected.schema.map((field) => field.type.kind)).toEqual(['int64', 'int64']);
});

/** A CSV file whose misfit lies between the samples. */
function misfitFile(name: string): Promise<string> {
  const rows = Array.from({ length: 90_000 }, (_, i) => `${i},${i === 30_000 ? 'none' : i % 100_000}`);
  return file(name, `id,v\n${rows.join('\n')}\n`);
}

test('several files: columns go by name', async () => {
  const paths = [await file('ab.csv', 'a,b\n1,x\n'), await file('ba.csv', 'b,a\ny,2\n')];
  expect(await session().read.csv(paths).toArray()).toEqual([
    { a: 1, b: 'x' },
    { a: 2, b: 'y' },
  ]);
});

test('several files: different columns are an error that names both, unless { unionByName: true }', async () => {
  const paths = [await file('one.csv', 'a,b\n1,x\n'), await file('two.csv', 'a,c\n2,y\n')];
  const { message } = await errorOf(session().read.csv(paths).toArray());
  expect(message.replaceAll(path(''), '<folder>')).toBe(
    'file://<folder>/one.csv and file://<folder>/two.csv have different columns: "b" only in the first, "c" only in the second. Read them apart, or pass { unionByName: true } to make missing columns null.',
  );
  expect(await session().read.csv(paths, { unionByName: true }).toArray()).toEqual([
    { a: 1, b: 'x', c: null },
    { a: 2, b: null, c: 'y' },
  ]);
});

test('several files: objects may leave keys out, files may not, unless { unionByName: true } or { schema }', async () => {
  const sparse = await file('sparse.ndjson', '{"a":1,"b":"x"}\n{"a":2}\n{"b":null}\n');
  const full = await file('full.ndjson', '{"b":"y","a":3}\n');
  const rows = [
    { a: 3, b: 'y' },
    { a: 1, b: 'x' },
    { a: 2, b: null },
    { a: null, b: null },
  ];
  expect(await session().read.ndjson([sparse, full]).toArray()).toEqual(rows);
  const other = await file('other.ndjson', '{"a":4,"c":true}\n');
  const both = [full, await file('none.ndjson', ''), other];
  const { message } = await errorOf(session().read.ndjson(both).toArray());
  expect(message.replaceAll(path(''), '<folder>')).toBe(
    'file://<folder>/full.ndjson and file://<folder>/other.ndjson have different columns: "b" only in the first, "c" only in the second. Read them apart, or pass { unionByName: true } to make missing columns null.',
  );
  const united = [
    { b: 'y', a: 3, c: null },
    { b: null, a: 4, c: true },
  ];
  expect(await session().read.ndjson(both, { unionByName: true }).toArray()).toEqual(united);
  expect(
    await session()
      .read.ndjson(both, { schema: { b: 'string', c: 'boolean' } })
      .toArray(),
  ).toEqual(united);
});

test('several files: what a file lacks is not known of one that is sampled in parts', async () => {
  const line = (i: number) => JSON.stringify({ a: i, ...(i === 9_000 ? { rare: 'x' } : {}) });
  const large = await file('large.ndjson', Array.from({ length: 100_000 }, (_, i) => line(i)).join('\n'));
  const small = await file('small.ndjson', '{"a":1,"rare":"y"}\n');
  expect(await session().read.ndjson([large, small]).filter(col('rare').isNotNull()).count()).toBe(2);
  const less = await file('less.ndjson', '{"b":1}\n');
  const { message } = await errorOf(session().read.ndjson([large, less]).toArray());
  expect(message.replaceAll(path(''), '<folder>')).toBe(
    'file://<folder>/large.ndjson and file://<folder>/less.ndjson have different columns: "a" only in the first. Read them apart, or pass { unionByName: true } to make missing columns null.',
  );
});

test('union, join names: union goes by name', async () => {
  const left = session().from([{ a: 1, b: 'x' }]);
  const right = session().from([{ b: 'y', a: 2 }]);
  expect(await left.union(right).toArray()).toEqual([
    { a: 1, b: 'x' },
    { a: 2, b: 'y' },
  ]);
});

test('union, join names: clashing columns of the right side get the suffix, keys of `on` appear once', async () => {
  const left = session().from([{ id: 1, v: 'l' }]);
  const right = session().from([{ id: 1, v: 'r' }]);
  expect(await left.join(right, { on: 'id' }).toArray()).toEqual([{ id: 1, v: 'l', v_right: 'r' }]);
  expect(await left.join(right, { on: 'id', suffix: '2' }).toArray()).toEqual([{ id: 1, v: 'l', v2: 'r' }]);
  expect(await left.join(right, { leftOn: 'id', rightOn: 'id' }).toArray()).toEqual([
    { id: 1, v: 'l', id_right: 1, v_right: 'r' },
  ]);
  const more = session().from([{ id: 2, v: 'm' }]);
  expect(await left.join(more, { on: 'id', how: 'full' }).sort('id').toArray()).toEqual([
    { id: 1, v: 'l', v_right: null },
    { id: 2, v: null, v_right: 'm' },
  ]);
});

test('sample: the same rows every time, by a hash of where they stand and the seed', async () => {
  const rows = Array.from({ length: 20_000 }, (_, id) => ({ id, same: 'x' }));
  await session().from(rows).write.parquet(path('sample.parquet'), { rowGroupRows: 2048 });
  const data = session().read.parquet(path('sample.parquet'));
  const ids = async (seed: number) => (await data.sample(0.1, { seed }).select('id').toArray()).map((r) => r.id);
  const once = await ids(1);
  expect(await ids(1)).toEqual(once);
  expect(await ids(2)).not.toEqual(once);
  expect(Math.abs(once.length - 2000)).toBeLessThan(200);
  // Equal rows are told apart by their place: about a tenth of them stays.
  expect(Math.abs((await data.select('same').sample(0.1, { seed: 1 }).count()) - 2000)).toBeLessThan(200);
  // Whatever else is read or left out, the same rows stay.
  const late = await data.filter(col('id').gte(15_000)).sample(0.1, { seed: 1 }).select('id').toArray();
  expect(late.map((r) => r.id)).toEqual(once.filter((id) => (id as number) >= 15_000));
});

test('hash: keys of a join meet over their common type', async () => {
  const keys = ['int8', 'int64', 'uint16', 'int128', 'decimal(9, 3)', 'float64', 'float32'];
  const sides = keys.map((type) =>
    session()
      .from([{ k: 1 }, { k: 2 }])
      .select({ k: col('k').cast(type) }),
  );
  for (const left of sides) {
    for (const right of sides) expect(await left.join(right, { on: 'k' }).count()).toBe(2);
  }
});

test('hash: keys never meet over their text', async () => {
  const left = session().from([{ k: 1 }]);
  const right = session().from([{ k: '1' }]);
  // @ts-expect-error TypeScript sees it too
  expect((await errorOf(left.join(right, { on: 'k' }).toArray())).message).toBe(
    'Cannot compare col("k") (int64) with col("k") (string) in join(). Cast one side, for instance col("k").cast("int64").',
  );
});

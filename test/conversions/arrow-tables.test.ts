import {
  Field,
  FixedSizeList,
  Int32,
  IntervalMonthDayNano,
  IntervalYearMonth,
  List,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Table,
  TimestampMicrosecond,
  TimestampSecond,
  Vector,
  vectorFromArray,
} from 'apache-arrow';
import { expect, test } from 'vitest';
import { errorOf, useSession } from '../support/use-session.ts';

const { session } = useSession();

/** A table of one column, `v`, out of its Arrow data. */
function tableOf(data: ReturnType<typeof makeData>): Table {
  const type = new Struct([new Field('v', data.type, true)]);
  const struct = makeData({ type, length: data.length, nullCount: 0, children: [data] });
  return new Table(new Schema(type.children), [new RecordBatch(new Schema(type.children), struct)]);
}

const noon = 1_709_208_000;

test('seconds of Arrow tables become microseconds, nested and sliced ones too', async () => {
  const seconds = makeData({
    type: new TimestampSecond(),
    length: 3,
    nullCount: 1,
    nullBitmap: new Uint8Array([0b101]),
    data: BigInt64Array.of(BigInt(noon), 2n ** 62n, -1n),
  });
  const at = [new Date(noon * 1000), null, new Date(-1000)];
  expect(await session().fromArrow(tableOf(seconds)).toArray()).toEqual(at.map((v) => ({ v })));
  expect(await session().fromArrow(tableOf(seconds).slice(1)).toArray()).toEqual(at.slice(1).map((v) => ({ v })));
  const list = makeData({
    type: new List(new Field('item', seconds.type, true)),
    length: 2,
    nullCount: 0,
    valueOffsets: Int32Array.of(0, 2, 3),
    child: seconds,
  });
  expect(await session().fromArrow(tableOf(list)).toArray()).toEqual([{ v: at.slice(0, 2) }, { v: at.slice(2) }]);
});

test('a table in which nothing changes goes as it is', async () => {
  const table = new Table({ v: vectorFromArray([1, null], new Int32()) });
  expect(await session().fromArrow(table).toArray()).toEqual([{ v: 1 }, { v: null }]);
  const micros = makeData({
    type: new TimestampMicrosecond(),
    length: 1,
    nullCount: 0,
    data: BigInt64Array.of(1_000n),
  });
  expect(await session().fromArrow(tableOf(micros)).toArray()).toEqual([{ v: new Date(1) }]);
});

test('intervals of Arrow tables are intervals, within lists and structs too', async () => {
  const words = Int32Array.of(14, -3, 4_000, 0, 0, 0, 0, 0);
  const interval = makeData({ type: new IntervalMonthDayNano(), length: 2, nullCount: 0, data: words });
  const values = [
    { months: 14, days: -3, micros: 4 },
    { months: 0, days: 0, micros: 0 },
  ];
  expect(await session().fromArrow(tableOf(interval)).toArray()).toEqual(values.map((v) => ({ v })));
  const pair = makeData({
    type: new FixedSizeList(2, new Field('item', interval.type, true)),
    length: 1,
    nullCount: 0,
    child: interval,
  });
  const struct = makeData({
    type: new Struct([new Field('both', pair.type, true)]),
    length: 1,
    nullCount: 0,
    children: [pair],
  });
  const rows = session().fromArrow(tableOf(struct));
  expect(await rows.toArray()).toEqual([{ v: { both: values } }]);
  expect(await rows.limit(1).toArray()).toEqual([{ v: { both: values } }]);
});

test.each([
  [
    makeData({ type: new TimestampSecond(), length: 1, nullCount: 0, data: BigInt64Array.of(10n ** 13n) }),
    'Column "v" of the Arrow table has seconds, and shoal holds microseconds in 64 bits. Convert the column first.',
  ],
  [
    makeData({ type: new IntervalMonthDayNano(), length: 1, nullCount: 0, data: Int32Array.of(0, 0, 1, 0) }),
    'Column "v" of the Arrow table has 1 nanoseconds, and shoal holds whole microseconds. Convert the column first.',
  ],
  [
    makeData({ type: new IntervalYearMonth(), length: 1, nullCount: 0, data: Int32Array.of(1) }),
    'Column "v" of the Arrow table is Interval<YEAR_MONTH>, which shoal does not read; of intervals it reads months, days and nanoseconds. Convert the column first.',
  ],
])('what shoal does not hold is an error, %#', async (data, message) => {
  expect((await errorOf(session().fromArrow(tableOf(data)).toArray())).message).toBe(message);
});

test('vectors of several chunks are converted chunk by chunk', async () => {
  const chunk = (seconds: bigint) =>
    makeData({ type: new TimestampSecond(), length: 1, nullCount: 0, data: BigInt64Array.of(seconds) });
  const table = new Table({ v: new Vector([chunk(1n), chunk(2n)]) });
  expect(await session().fromArrow(table).toArray()).toEqual([{ v: new Date(1_000) }, { v: new Date(2_000) }]);
});

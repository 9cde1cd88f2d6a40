import { expect, test } from 'vitest';
import { renderType } from '../../src/engine/sql/type.ts';
import type { Partitioning, RelNode } from '../../src/plan/relation.ts';
import type { TaskOutput } from '../../src/plan/task.ts';
import { formatType, parseType } from '../../src/plan/type-name.ts';
import type { DataType, Schema } from '../../src/plan/types.ts';
import { asc, col, desc, named, schema, sql } from '../engine/sql/plan-builders.ts';
import { filesOf, partsOf, type Row, readOf, useWorker } from './support.ts';

const worker = useWorker({ threads: 1 });

/** SQL of values at the limits of each type, and of what is special in it. */
const values: readonly (readonly [DataType, readonly string[]])[] = [
  [parseType('boolean'), ['true', 'false']],
  [parseType('int8'), ['-128', '127', '0']],
  [parseType('int16'), ['-32768', '32767']],
  [parseType('int32'), ['-2147483648', '2147483647']],
  [parseType('int64'), ['-9223372036854775808', '9223372036854775807', '0', '-1']],
  [
    parseType('int128'),
    ["'-170141183460469231731687303715884105728'", "'170141183460469231731687303715884105727'", '27021597764222979'],
  ],
  [parseType('uint8'), ['0', '255']],
  [parseType('uint16'), ['0', '65535']],
  [parseType('uint32'), ['0', '4294967295']],
  [parseType('uint64'), ['0', '18446744073709551615', '9223372036854775808']],
  [parseType('uint128'), ['0', "'340282366920938463463374607431768211455'"]],
  [parseType('float32'), ["'NaN'", "'inf'", "'-inf'", "'-0'", '0', '1.4e-45', '3.4028235e38', '0.1']],
  [parseType('float64'), ["'NaN'", "'inf'", "'-inf'", "'-0'", '0', '5e-324', '1.7976931348623157e308', '0.1']],
  [parseType('decimal(4,2)'), ['-99.99', '99.99']],
  [parseType('decimal(9,0)'), ['-999999999', '999999999']],
  [parseType('decimal(18,18)'), ['-0.999999999999999999', '0.000000000000000001']],
  [
    parseType('decimal(38,2)'),
    ["'-999999999999999999999999999999999999.99'", "'999999999999999999999999999999999999.99'"],
  ],
  [parseType('string'), ["''", "'é🐟\u{10FFFF}'", "'a' || chr(0) || 'b'", "repeat('long ', 5000)", "'NULL'"]],
  [parseType('binary'), ["''::BLOB", "'\\x00\\xFF'::BLOB", "'\\x00'::BLOB"]],
  [parseType('date'), ["'infinity'", "'-infinity'", "'5877642-06-25 (BC)'", "'5881580-07-10'", "'1970-01-01'"]],
  [parseType('time'), ["'00:00:00'", "'23:59:59.999999'", "'24:00:00'"]],
  [parseType('timestamp(s)'), ["'infinity'", "'-infinity'", "'290309-12-22 (BC) 00:00:00'", "'294247-01-10 04:00:54'"]],
  [
    parseType('timestamp(ms)'),
    [
      "'infinity'",
      "'-infinity'",
      "'290309-12-22 (BC) 00:00:00'",
      "'294247-01-10 04:00:54.775'",
      "'1969-12-31 23:59:59.999'",
    ],
  ],
  [
    parseType('timestamp(us)'),
    ["'infinity'", "'-infinity'", "'290309-12-22 (BC) 00:00:00'", "'294247-01-10 04:00:54.775806'"],
  ],
  [
    parseType('timestamp(ns)'),
    ["'infinity'", "'-infinity'", "'1677-09-22 00:00:00'", "'2262-04-11 23:47:16.854775806'"],
  ],
  [
    parseType('timestamptz'),
    ["'infinity'", "'-infinity'", "'290309-12-22 (BC) 00:00:00+00'", "'294247-01-10 04:00:54.775806+00'"],
  ],
  [
    parseType('interval'),
    [
      'to_microseconds(9223372036854775807)',
      'to_microseconds(-9223372036854775807) - to_microseconds(1)',
      'to_months(2147483647)',
      'to_months(-2147483647) - to_months(1)',
      'to_days(2147483647)',
      'to_days(-2147483647) - to_days(1)',
      "INTERVAL '-1 month 2 days -3 microseconds'",
      'to_hours(700000)',
      "INTERVAL '0 days'",
    ],
  ],
  [parseType('uuid'), ["'00000000-0000-0000-0000-000000000000'", "'ffffffff-ffff-ffff-ffff-ffffffffffff'"]],
  [{ kind: 'null' }, ['NULL']],
  [{ kind: 'enum', values: ['z', 'a', "it's", ''] }, ["'z'", "'a'", "'it''s'", "''"]],
];

/** Nested types over a value type, with values of theirs made of SQL of its values. */
const nestings: readonly {
  readonly type: (inner: DataType) => DataType;
  readonly values: (inner: readonly string[], sqlType: string) => readonly string[];
}[] = [
  {
    type: (item) => ({ kind: 'list', item }),
    values: (inner, type) => [`[${inner.join(', ')}, NULL]`, `[]::${type}[]`],
  },
  {
    type: (item) => ({ kind: 'array', item, length: 2 }),
    values: (inner, type) => inner.map((value) => `[${value}, NULL]::${type}[2]`),
  },
  {
    type: (type) => ({
      kind: 'struct',
      fields: [
        { name: 'a "b"', type },
        { name: 'é', type: { kind: 'list', item: type } },
      ],
    }),
    values: (inner) => inner.map((value) => `{'a "b"': ${value}, 'é': [NULL, ${value}]}`),
  },
  {
    type: (type) => ({ kind: 'map', key: type, value: { kind: 'struct', fields: [{ name: 'x', type }] } }),
    values: (inner, type) => {
      // Keys differ, and none is null; −0 is 0.
      const keys = inner.filter((value) => !value.includes("'-0'"));
      const entries = keys.map((value) => `{'x': ${value}}`);
      return type === '"NULL"' ? [] : [`MAP([${keys.join(', ')}], [${entries.join(', ')}])`];
    },
  },
];

const cases = values.flatMap(([type, texts]): (readonly [string, DataType, readonly string[]])[] => {
  const sqlType = renderType(type);
  const typed = texts.map((text) => `CAST(${text} AS ${sqlType})`);
  return [
    [formatType(type), type, typed],
    ...nestings.map((nesting): readonly [string, DataType, readonly string[]] => {
      const outer = nesting.type(type);
      return [formatType(outer), outer, nesting.values(typed, sqlType)];
    }),
  ];
});

/** A row for each value and one for null, numbered. */
function rowsOf(type: DataType, texts: readonly string[]): RelNode {
  const list = `[${[...texts, 'NULL'].map((text) => `CAST(${text} AS ${renderType(type)})`).join(', ')}]`;
  const none: RelNode = { kind: 'values', schema: schema({ one: 'int32' }), rows: [[1]] };
  return {
    kind: 'project',
    input: none,
    columns: named({ n: sql(`unnest(range(${texts.length + 1}))`), v: sql(`unnest(${list})`) }),
  };
}

const keep: Partitioning = { kind: 'keep', sampleKeys: [] };
const output = (partitioning: Partitioning): TaskOutput => ({
  kind: 'exchange',
  partitioning,
  prefix: worker.uri('types'),
  maxInlineBytes: 4 << 20,
  sample: null,
});

test.each(cases)('%s comes out of an exchange as it went in', async (_, type, texts) => {
  const columns: Schema = [...schema({ n: 'int64' }), { name: 'v', type }];
  const plan = rowsOf(type, texts);
  const expected = (await worker.rows(plan)).rows;
  expect(expected.length).toBe(texts.length + 1);
  const kept = await worker.write(plan, columns, output(keep));
  expect((await worker.rows(readOf(columns, partsOf([kept])))).rows).toEqual(expected);
  const hashed = await worker.write(
    plan,
    columns,
    output({ kind: 'hash', keys: [col('v')], partitions: 2, nullsTogether: false }),
  );
  const { rows } = await worker.rows(readOf(columns, partsOf([hashed])));
  expect([...rows].sort((a, b) => Number(a[0]) - Number(b[0]))).toEqual(expected);
  // What is read has the very type, too.
  const read = readOf(columns, partsOf([kept]));
  const same: RelNode = { kind: 'project', input: read, columns: named({ type: sql('typeof("v")') }) };
  expect(new Set((await worker.rows(same)).rows.flat())).toEqual(
    new Set((await worker.rows({ ...same, input: plan })).rows.flat()),
  );
});

/** The engine's own sort turns −0 into 0. */
const positive = (row: Row) => row.map((value) => value?.replaceAll('-0.0', '0.0'));

test.each(cases)(
  '%s: dealt by ranges in either order, the ranges one after another are the sorted rows',
  async (_, type, texts) => {
    const columns: Schema = [...schema({ n: 'int64' }), { name: 'v', type }];
    const plan = rowsOf(type, texts);
    const isNested = ['list', 'array', 'struct', 'map'].includes(type.kind);
    const orders = [desc(col('v'), true), asc(col('v')), ...(isNested ? [] : [asc(col('v'), true), desc(col('v'))])];
    for (const key of orders) {
      const keys = [key, asc(col('n'))];
      const sampled = { ...output(keep), sample: { keys, rows: 1_000 } } as TaskOutput;
      const { sample } = await worker.write(plan, columns, sampled);
      expect(sample.length).toBe(texts.length + 1);
      const bounds = [...sample].sort().slice(0, -1);
      const dealt = await worker.write(plan, columns, output({ kind: 'range', keys, bounds }));
      // As many ranges as rows: each has one.
      expect([dealt.rows, filesOf(dealt).map((files) => files.length)]).toEqual([sample.length, sample.map(() => 1)]);
      const sorted = await worker.rows({ kind: 'sort', input: plan, keys, stable: false });
      const { rows } = await worker.rows(readOf(columns, partsOf([dealt])));
      expect(rows.map(positive)).toEqual(sorted.rows.map(positive));
    }
  },
);

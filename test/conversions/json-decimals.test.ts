import fc from 'fast-check';
import { expect, test } from 'vitest';
import { quoteNumbers } from '../../src/engine/sql/json-numbers.ts';
import { quoteString } from '../../src/engine/sql/quote.ts';
import { useConnection } from '../engine/sql/plan-builders.ts';
import { errorOf, useSession } from '../support/use-session.ts';

const { session, file } = useSession();
const connection = useConnection();
const strings = { results: { decimal: 'string', int64: 'bigint' } } as const;

test('decimals of NDJSON have all their digits, wherever they stand', async () => {
  const path = await file(
    'exact.ndjson',
    '{"s":"1234567890.123456789 \\" 7","d":1234567890123456789.0123456789,"n":{"l":[0.12345678901234567891,null],"t":"12"}}\n' +
      '{"d":-0.0000000001,"s":12345678901234567.10,"n":{"l":[],"t":34567890123456789.10}}\n' +
      '{"d":1.5e3,"n":null}\n{"d":"2.5"}\n',
  );
  const schema = { d: 'decimal(38, 10)', n: 'struct<l: list<decimal(38, 20)>, t: string>' } as const;
  const rows = session().read.ndjson(path, { schema }).select('d', 'n');
  const expected = [
    { d: '1234567890123456789.0123456789', n: { l: ['0.12345678901234567891', null], t: '12' } },
    { d: '-0.0000000001', n: { l: [], t: '34567890123456789.10' } },
    { d: '1500.0000000000', n: null },
    { d: '2.5000000000', n: null },
  ];
  expect(await rows.toArray(strings)).toEqual(expected);
  for (const onBadRow of ['skip', 'collect'] as const) {
    const lenient = session().read.ndjson(path, { schema, onBadRow }).select('d', 'n');
    expect(await lenient.toArray(strings)).toEqual(expected);
  }
  expect(
    await session()
      .read.ndjson(path, { schema: { d: 'decimal(38, 10)' } })
      .count(),
  ).toBe(4);
});

test('decimals of an array file have all their digits too', async () => {
  const path = await file('exact.json', '[{"d": 0.12345678901234567891, "a-1": [1]},\n {"d": 7}]');
  const rows = session().read.ndjson(path, { schema: { d: 'decimal(38, 20)' } });
  expect(await rows.select('d').toArray(strings)).toEqual([
    { d: '0.12345678901234567891' },
    { d: '7.00000000000000000000' },
  ]);
});

test.each([
  ['decimal(9, 2)', '1.005', 'Column "d" has what is no decimal(9, 2): 1.005.'],
  ['decimal(9, 2)', '1234567890123456789.01', 'Column "d" has what is no decimal(9, 2): 1234567890123456789.01.'],
  ['decimal(9, 2)', '1.005e0', 'Column "d" has what is no decimal(9, 2): 1.005.'],
  ['decimal(38, 20)', '0.123456789012345678901', 'Column "d" has what is no decimal(38, 20): 0.123456789012345678901.'],
  [
    'struct<d: decimal(9, 2), json: string>',
    '{"d":1.5,"json":{"n":12345678901234567890}}',
    'Column "d" has what is no struct<d: decimal(9, 2), json: string>: {"d":"1.5","json":{"n":"12345678901234567890"}}.',
  ],
])('%s does not hold %s, and says so', async (type, value, message) => {
  const path = await file('misfit.ndjson', `{"d":${value}}\n`);
  const rows = session().read.ndjson(path, { schema: { d: type } });
  expect((await errorOf(rows.toArray())).message).toBe(`The query failed: ${message}`);
});

test('an error names the line that is wrong, not one with a number in a text', async () => {
  const path = await file('words.ndjson', '{"x":"NaN","d":"0.5"}\n{"x":true,"d":1}\n');
  const rows = session().read.ndjson(path, { schema: { x: 'float64', d: 'decimal(2, 1)' } });
  expect((await errorOf(rows.toArray())).message).toMatch(
    /^Line 2 of .* \(byte 22\) has in "x" what is no float64: true\. /,
  );
});

test('quoteNumbers puts the numbers of any JSON in quotes, and nothing else', async () => {
  const numberTexts = (value: unknown): unknown => {
    if (typeof value === 'number') return JSON.stringify(value);
    if (Array.isArray(value)) return value.map(numberTexts);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, numberTexts(part)]));
  };
  const text = fc.string({ unit: fc.constantFrom('"', '\\', '1', '-', '.', 'e', '{', ',', ':', '\n', 'é', '🐟', ' ') });
  const json = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      text,
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.maxSafeInteger(),
      fc.constantFrom(null, true, false),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(text, tie('value'), { maxKeys: 3, noNullPrototype: true }),
    ),
  })).value;
  await fc.assert(
    fc.asyncProperty(fc.array(json, { minLength: 20, maxLength: 20 }), async (values) => {
      const list = values.map((value) => quoteString(JSON.stringify(value))).join(', ');
      const sql = `SELECT ${quoteNumbers('t')} FROM (SELECT unnest([${list}]::VARCHAR[]) AS t)`;
      const rows = (await connection().runAndReadAll(sql)).getRows();
      expect(rows.map(([quoted]) => JSON.parse(String(quoted)))).toEqual(values.map(numberTexts));
    }),
    { numRuns: 30 },
  );
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { renderLiteral, renderValue } from '../../../src/engine/sql/literal.ts';
import { renderNumber } from '../../../src/engine/sql/number-literal.ts';
import { fromDuckDBType } from '../../../src/engine/types.ts';
import { parseType } from '../../../src/plan/type-name.ts';
import { lit, rows, useConnection } from './plan-builders.ts';

const connection = useConnection();

test('numbers: integers bare, fractions as decimals where they are compared, floats where they are computed with', () => {
  const places = (value: number | string) => [
    renderNumber(value, 'comparison'),
    renderNumber(value, 'cast'),
    renderNumber(value, 'value'),
  ];
  expect(places(5)).toEqual(['5', '5', '5']);
  expect(places(-5)).toEqual(['(-5)', '(-5)', '(-5)']);
  expect(places(0.1)).toEqual(['0.1', '0.1', '0.1::DOUBLE']);
  expect(places(-2.5)).toEqual(['(-2.5)', '(-2.5)', '(-2.5)::DOUBLE']);
  expect(places(1e-7)).toEqual(['0.0000001', '0.0000001', '0.0000001::DOUBLE']);
  expect(places(0.30000000000000004)).toEqual(Array(3).fill(`'0.30000000000000004'::DOUBLE`));
  expect(places(1e-300)).toEqual(Array(3).fill(`'1e-300'::DOUBLE`));
  expect(places(1e21)).toEqual(Array(3).fill('1000000000000000000000'));
  expect(places(1e300)).toEqual(Array(3).fill(`'1e+300'::DOUBLE`));
  expect(places('NaN')).toEqual(Array(3).fill(`'NaN'::DOUBLE`));
  expect(places('-Infinity')).toEqual(Array(3).fill(`'-Infinity'::DOUBLE`));
  expect(places('-0')).toEqual(['0', `'-0'::DOUBLE`, `'-0'::DOUBLE`]);
});

test('a number that is none is a defect', () => {
  expect(() => renderNumber('1; DROP TABLE x', 'value')).toThrow(
    'A number in the plan is "1; DROP TABLE x". This is a defect in shoal; please report it with the query\'s explain() text.',
  );
});

test('every float64 arrives as it is, and equals itself in a comparison', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.double({ noNaN: true }), { minLength: 1, maxLength: 50 }), async (numbers) => {
      const encoded = numbers.map((value) =>
        Number.isFinite(value) && !Object.is(value, -0) ? value : Object.is(value, -0) ? '-0' : String(value),
      );
      const list = encoded.map((value) => `CAST(${renderNumber(value, 'value')} AS DOUBLE)`).join(', ');
      const compared = encoded.map(
        (value) => `CAST(${renderNumber(value, 'value')} AS DOUBLE) = ${renderNumber(value, 'comparison')}`,
      );
      const [row] = (await connection().runAndReadAll(`SELECT ${list}`)).getRowsJS();
      expect(row).toEqual(numbers);
      expect((await connection().runAndReadAll(`SELECT ${compared.join(' AND ')}`)).getRows()).toEqual([[true]]);
    }),
    { numRuns: 50 },
  );
});

test.each([
  ['boolean', true, 'true'],
  ['int8', '-128', '-128'],
  ['int64', '-9223372036854775808', '-9223372036854775808'],
  ['uint64', '18446744073709551615', '18446744073709551615'],
  ['int128', '-170141183460469231731687303715884105728', '-170141183460469231731687303715884105728'],
  ['uint128', '340282366920938463463374607431768211455', '340282366920938463463374607431768211455'],
  ['decimal(38, 2)', '-123456789012345678901234567890123456.78', '-123456789012345678901234567890123456.78'],
  ['float32', 0.1, '0.1'],
  ['float64', 'NaN', 'nan'],
  ['float64', '-0', '-0.0'],
  ['string', `it's "x" \n 😀`, `it's "x" \n 😀`],
  ['string', 'a\0b', 'a\0b'],
  ['binary', 'AAH/', '\\x00\\x01\\xFF'],
  ['date', '2024-02-29', '2024-02-29'],
  ['time', '23:59:59.999999', '23:59:59.999999'],
  ['timestamp', '2024-01-01 00:00:00.123456', '2024-01-01 00:00:00.123456'],
  ['timestamp(s)', '2024-01-01 00:00:01', '2024-01-01 00:00:01'],
  ['timestamp(ms)', '2024-01-01T00:00:01.5', '2024-01-01 00:00:01.5'],
  ['timestamp(ns)', '2024-01-01 00:00:00.123456789', '2024-01-01 00:00:00.123456789'],
  ['timestamptz', '2024-01-01T02:00:00+02:00', '2024-01-01 00:00:00+00'],
  ['interval', '1 month 2 days 00:00:03', '1 month 2 days 00:00:03'],
  ['uuid', '00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-00000000000a'],
  [`enum('a', 'b''c')`, "b'c", "b'c"],
  ['list<int32>', ['1', null], '[1, NULL]'],
  ['list<string>', [], '[]'],
  ['int16[2]', [1, 2], '[1, 2]'],
  ['struct<a: int32, "b c": list<string>>', ['1', ['x']], "{'a': 1, 'b c': [x]}"],
  [
    'map<string, float64>',
    [
      ['k', 1.5],
      ['l', null],
    ],
    '{k=1.5, l=NULL}',
  ],
  ['map<string, int32>', [], '{}'],
] as const)('%s %j', async (text, value, expected) => {
  const type = parseType(text);
  const query = `SELECT ${renderValue(value, type)} AS x`;
  const statement = await connection().prepare(query);
  expect(fromDuckDBType(statement.columnType(0))).toEqual(type);
  expect(await rows(connection(), `SELECT x::VARCHAR FROM (${query})`)).toEqual([[expected]]);
});

test('nulls keep their type', async () => {
  expect(renderLiteral(lit(null))).toBe('NULL');
  expect(renderLiteral(lit(null, 'list<date>'))).toBe('NULL::DATE[]');
});

test('text in the place of digits cannot leave its quotes', () => {
  expect(renderValue(`1'; DROP TABLE x --`, { kind: 'int64' })).toBe(`'1''; DROP TABLE x --'::BIGINT`);
});

/** A type and SQL of values at its limits and of what is special in it. */
export interface TypeSample {
  /** As `formatType` writes it. */
  readonly type: string;
  /** Each is cast to the type. */
  readonly values: readonly string[];
}

/** SQL of a text, which the type's cast reads. */
const texts = (...values: readonly string[]) => values.map((value) => `'${value.replaceAll("'", "''")}'`);

const leaves: readonly TypeSample[] = [
  { type: 'boolean', values: texts('true', 'false') },
  { type: 'int8', values: texts('-128', '0', '127') },
  { type: 'int16', values: texts('-32768', '32767') },
  { type: 'int32', values: texts('-2147483648', '2147483647') },
  { type: 'int64', values: texts('-9223372036854775808', '9007199254740993', '9223372036854775807') },
  {
    type: 'int128',
    values: texts(
      '27021597764222979',
      '99999999999999999999999999999999999999',
      '-99999999999999999999999999999999999999',
      '170141183460469231731687303715884105727',
      '-170141183460469231731687303715884105728',
    ),
  },
  { type: 'uint8', values: texts('0', '255') },
  { type: 'uint16', values: texts('0', '65535') },
  { type: 'uint32', values: texts('0', '4294967295') },
  { type: 'uint64', values: texts('0', '9223372036854775808', '18446744073709551615') },
  {
    type: 'uint128',
    values: texts('0', '99999999999999999999999999999999999999', '340282366920938463463374607431768211455'),
  },
  {
    type: 'float32',
    values: texts('0.1', '-0', '16777217', '1.4e-45', '3.4028235e38', 'NaN', 'inf', '-inf'),
  },
  {
    type: 'float64',
    values: texts('0.1', '-0', '9007199254740993', '5e-324', '1.7976931348623157e308', 'NaN', 'inf', '-inf'),
  },
  { type: 'decimal(4, 1)', values: texts('-999.9', '0', '999.9') },
  { type: 'decimal(18, 3)', values: texts('-999999999999999.999', '0.001', '999999999999999.999') },
  {
    type: 'decimal(38, 10)',
    values: texts('-9999999999999999999999999999.9999999999', '0.0000000001', '1234567890123456789.0123456789'),
  },
  { type: 'decimal(38, 38)', values: texts('-0.99999999999999999999999999999999999999', '0.5') },
  {
    type: 'string',
    values: [
      ...texts(
        '',
        ' a ',
        'grüße 🐟\u{10ffff}',
        `a "b", 'c'; \\n`,
        'NULL',
        'null',
        '-0.0',
        '007',
        '1_000',
        '2024-01-01',
      ),
      "'two' || chr(10) || 'lines' || chr(13)",
      "'a' || chr(9) || chr(1) || 'b'",
    ],
  },
  { type: 'binary', values: ["''::BLOB", "'\\x00\\x22\\xFF'::BLOB", "'abc'::BLOB"] },
  {
    type: 'date',
    values: texts('2024-02-29', '0001-01-01', '9999-12-31', '0044-03-15 (BC)', '5881580-07-10', 'infinity'),
  },
  { type: 'time', values: texts('00:00:00', '23:59:59.999999', '24:00:00') },
  {
    type: 'timestamp(s)',
    values: texts('2024-02-29 12:00:01', '0001-01-01 00:00:00', '294247-01-10 04:00:54', '-infinity'),
  },
  {
    type: 'timestamp(ms)',
    values: texts('2024-02-29 12:00:00.001', '1969-12-31 23:59:59.999', '294247-01-10 04:00:54.775', 'infinity'),
  },
  {
    type: 'timestamp',
    values: texts(
      '2024-02-29 12:00:00.000001',
      '1969-12-31 23:59:59.999999',
      '290309-12-22 (BC) 00:00:00',
      '294247-01-10 04:00:54.775806',
      'infinity',
    ),
  },
  {
    type: 'timestamp(ns)',
    values: texts('2024-02-29 12:00:00.000000001', '1677-09-22 00:00:00', '2262-04-11 23:47:16.854775806', 'infinity'),
  },
  {
    type: 'timestamptz',
    values: texts(
      '2024-02-29 12:00:00.000001+00',
      '2024-02-29 12:00:00+05:30',
      '290309-12-22 (BC) 00:00:00+00',
      '294247-01-09 04:00:54.775806+00',
      'infinity',
    ),
  },
  {
    type: 'interval',
    values: [
      ...texts('1 month -2 days 00:00:03.000004', '0 days'),
      'to_microseconds(9223372036854775807)',
      'to_months(2147483647)',
      'to_days(-2147483648)',
      'to_hours(700000)',
    ],
  },
  { type: 'uuid', values: texts('00000000-0000-0000-0000-000000000001', 'ffffffff-ffff-ffff-ffff-ffffffffffff') },
  { type: "enum('a', 'it''s, \"b\"', '')", values: texts('a', `it's, "b"`, '') },
  { type: 'null', values: [] },
];

const nested: readonly TypeSample[] = [
  { type: 'list<int64>', values: ['[1, NULL, 9223372036854775807]', '[]'] },
  { type: 'list<string>', values: [`['a, "b"', '', NULL, 'NULL', '🐟']`] },
  { type: 'list<float64>', values: ["['NaN', 'inf', '-0', '0.1', NULL]"] },
  { type: 'list<decimal(38, 10)>', values: ["['1234567890123456789.0123456789', NULL]"] },
  { type: 'int32[2]', values: ['[1, NULL]', '[-2147483648, 2147483647]'] },
  {
    type: 'struct<a: int64, "b c": string>',
    values: ["{'a': 9223372036854775807, 'b c': 'x, \"y\"'}", "{'a': NULL, 'b c': NULL}"],
  },
  {
    type: 'struct<n: int128, d: decimal(18, 3), at: timestamptz>',
    values: ["{'n': '27021597764222979', 'd': '999999999999999.999', 'at': '2024-02-29 12:00:00.000001+00'}"],
  },
  { type: 'map<string, int64>', values: ["MAP {'k': 1, 'a, \"b\"': NULL}", 'MAP {}'] },
  { type: 'map<int32, binary>', values: ["MAP {1: '\\x00\\xFF'::BLOB}"] },
  {
    type: 'list<struct<a: map<string, list<date>>>>',
    values: ["[{'a': MAP {'k': ['2024-02-29'::DATE, NULL]}}, {'a': NULL}, NULL]", '[]'],
  },
];

/** Every type; nested ones by example, down to three levels. */
export const samples: readonly TypeSample[] = [...leaves, ...nested];

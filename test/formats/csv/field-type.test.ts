import { expect, test } from 'vitest';
import { fieldFits } from '../../../src/formats/csv/field-fits.ts';
import { fieldClassifier, joinKinds } from '../../../src/formats/csv/field-type.ts';
import { parseType } from '../../../src/plan/type-name.ts';

const iso = { dateFormat: null, timestampFormat: null };
const classify = fieldClassifier(iso);

test.each([
  ['0', 'int64'],
  ['-12', 'int64'],
  ['+12', 'int64'],
  [' 12 ', 'int64'],
  ['9223372036854775807', 'int64'],
  ['9223372036854775808', 'int128'],
  ['-170141183460469231731687303715884105728', 'int128'],
  ['170141183460469231731687303715884105728', 'string'],
  ['00501', 'string'],
  ['-007', 'string'],
  ['1.5', 'float64'],
  ['.5', 'float64'],
  ['5.', 'float64'],
  ['1e-3', 'float64'],
  ['1e400', 'string'],
  ['NaN', 'float64'],
  ['-inf', 'float64'],
  ['1,5', 'string'],
  ['1_000', 'string'],
  ['0x10', 'string'],
  ['1.2.3', 'string'],
  ['true', 'boolean'],
  ['FALSE', 'boolean'],
  ['yes', 'string'],
  ['t', 'string'],
  ['2024-02-29', 'date'],
  ['2023-02-29', 'string'],
  ['2024-1-1', 'string'],
  ['01/02/2020', 'string'],
  ['20240101', 'int64'],
  ['2024-01-01 10:00', 'timestamp'],
  ['2024-01-01T10:00:00.123456', 'timestamp'],
  ['2024-01-01T10:00:00.123456000', 'timestamp'],
  ['2024-01-01T10:00:00.123456789', 'timestamp-ns'],
  ['2024-01-01T24:00', 'string'],
  ['2024-01-01T10:00:00Z', 'timestamptz'],
  ['2024-01-01 10:00:00+02', 'timestamptz'],
  ['2024-01-01 10:00:00 Europe/Berlin', 'string'],
  ['N/A', 'string'],
  ['nano', 'string'],
])('%j reads as %s', (text, kind) => {
  expect(classify(text)).toBe(kind);
});

test('patterns of the user come first, and know their months', () => {
  const european = fieldClassifier({ dateFormat: '%d.%m.%Y', timestampFormat: '%d/%b/%Y:%H:%M:%S %z' });
  expect(european('29.02.2024')).toBe('date-format');
  expect(european('30.02.2024')).toBe('string');
  expect(european('2024-01-01')).toBe('date');
  expect(european('10/Oct/2000:13:55:36 -0700')).toBe('timestamp-format');
  expect(fieldClassifier({ dateFormat: '%Y%m%d', timestampFormat: null })('20240101')).toBe('date-format');
});

test('an unknown specifier is an error that lists the known ones', () => {
  expect(() => fieldClassifier({ dateFormat: '%d-%Q', timestampFormat: null })).toThrow(
    expect.objectContaining({
      code: 'INVALID_ARGUMENT',
      message:
        'The date pattern "%d-%Q" has "%Q", which is unknown. Known are %Y %y %m %d %H %I %M %S %f %g %n %j %p %b %B %a %A %z %Z %%.',
    }),
  );
});

test.each([
  ['int64', 'float64', 'float64'],
  ['int64', 'int128', 'int128'],
  ['int128', 'float64', 'float64'],
  ['date', 'timestamp', 'timestamp'],
  ['timestamp-ns', 'date', 'timestamp-ns'],
  ['timestamp', 'timestamptz', 'string'],
  ['boolean', 'int64', 'string'],
  ['date', 'date-format', 'string'],
] as const)('%s and %s are %s', (a, b, joined) => {
  expect([joinKinds(a, b), joinKinds(b, a)]).toEqual([joined, joined]);
});

test.each([
  // The engine would round, cut or drop each of the second ones silently.
  [
    'int64',
    ['1', '-9223372036854775808', '00501', '1.0', '1e3', '1.5e+09', '1_000', '0x10'],
    ['1.5', '1e-3', '15e-1', '1__0', '_1', '9223372036854775808', ''],
  ],
  ['int128', ['170141183460469231731687303715884105727'], ['0x10', '1.5']],
  ['int8', ['127', '-128'], ['128', '-129']],
  ['uint8', ['255'], ['-1', '256']],
  ['float64', ['1.5', '1e400', 'nan', ' 2 '], ['1,5', 'N/A', '']],
  ['decimal(5, 2)', ['123.45', '-1', '1.500', '.5'], ['1234', '1.234', '.', 'x']],
  ['boolean', ['true', 'F', '1'], ['2', 'on']],
  ['date', ['2024-01-31'], ['2024-01-31 00:00:00', '31.01.2024', '2024-01-32']],
  ['timestamp', ['2024-01-31', '2024-01-31T10:00'], ['2024-01-31T10:00Z', '2024-01-31T10:00:00.123456789']],
  ['timestamp(ns)', ['2024-01-31T10:00:00.123456789'], ['noon']],
  ['timestamp(s)', ['2024-01-31T10:00:00.000'], ['2024-01-31T10:00:00.5']],
  ['timestamptz', ['2024-01-31T10:00Z', '2024-01-31'], ['2024-01-31T00', '2024-01-31T10:00:00.1234567Z']],
  ['time', ['10:00', '9:05:01.5'], ['2024-01-31', '10:00:00.1234567', '10']],
  ['string', ['', 'anything'], []],
])('what fits %s', (type, fitting, misfits) => {
  const fits = fieldFits(iso);
  expect(fitting.filter((text) => !fits(text, parseType(type)))).toEqual([]);
  expect(misfits.filter((text) => fits(text, parseType(type)))).toEqual([]);
});

import { expect, test } from 'vitest';
import { evaluateCondition, reasonToSkip } from '../../../src/formats/statistics/evaluate-condition.ts';
import { allNull, type RangeEvidence, type ValueRange } from '../../../src/formats/statistics/value-range.ts';
import type { Expr } from '../../../src/plan/expr.ts';
import type { DataType } from '../../../src/plan/types.ts';
import { call, cast, column, number, text, typed } from '../parquet/conditions.ts';

const range = (
  type: DataType,
  min: ValueRange['min'],
  max: ValueRange['max'],
  nulls: ValueRange['nulls'] = 'some',
): ValueRange => ({ type, min, max, nulls });
const date: DataType = { kind: 'date' };
const int64: DataType = { kind: 'int64' };
const decimal: DataType = { kind: 'decimal', precision: 12, scale: 2 };
const micros: DataType = { kind: 'timestamp', unit: 'us' };

const ranges: Readonly<Record<string, ValueRange>> = {
  x: range({ kind: 'int32' }, 10, 20),
  big: range(int64, '9007199254740993', '9007199254740995', 'none'),
  five: range(int64, '5', '5', 'none'),
  fiveOrNull: range(int64, '5', '5', 'some'),
  price: range(decimal, '1.50', '2.50', 'none'),
  day: range(date, '1994-01-01', '1994-12-31', 'none'),
  at: range(micros, '2020-01-01 00:00:00', '2020-01-01 12:00:00.5', 'none'),
  zoned: range({ kind: 'timestamptz' }, '2020-01-01 00:00:00', '2020-01-01 12:00:00', 'none'),
  name: range({ kind: 'string' }, 'banana', 'cherry', 'none'),
  emoji: range({ kind: 'string' }, 'ｚ', '😀', 'none'),
  raw: range(
    { kind: 'binary' },
    Buffer.from([0x10]).toString('base64'),
    Buffer.from([0xf0]).toString('base64'),
    'none',
  ),
  key: range({ kind: 'uuid' }, '10000000-0000-0000-0000-000000000000', '20000000-0000-0000-0000-000000000000', 'none'),
  clock: range({ kind: 'time' }, '08:00:00', '09:30:00.5', 'none'),
  off: range({ kind: 'boolean' }, false, false, 'none'),
  flag: range({ kind: 'boolean' }, false, true, 'none'),
  real: range({ kind: 'float64' }, null, null, 'none'),
  lower: range(int64, '100', null, 'none'),
  nothing: { ...allNull, type: int64 },
};
const evidence: RangeEvidence = { rangeOf: (name) => ranges[name] };
const reason = (...conditions: Expr[]) => reasonToSkip(conditions, evidence);
const [x, big, five, price, day, at, name] = ['x', 'big', 'five', 'price', 'day', 'at', 'name'].map(column) as [
  Expr,
  Expr,
  Expr,
  Expr,
  Expr,
  Expr,
  Expr,
];
const seven = number(7);

test.each<[Expr, string]>([
  [call('eq', x, seven), 'x min 10 > 7'],
  [call('eq', number(21), x), 'x max 20 < 21'],
  [call('lt', x, number(10)), 'x min 10 = 10'],
  [call('lte', x, seven), 'x min 10 > 7'],
  [call('gt', x, number(20)), 'x max 20 = 20'],
  [call('gte', x, number(20.5)), 'x max 20 < 20.5'],
  [call('lt', number(20), x), 'x max 20 = 20'],
  [call('gte', seven, x), 'x min 10 > 7'],
  [call('ne', five, number(5)), 'five 5 = 5'],
  [call('ne', column('fiveOrNull'), number(5)), 'fiveOrNull 5 = 5'],
  [call('not', call('gte', five, number(5))), 'five 5 = 5'],
  [call('between', x, number(1), number(9)), 'x min 10 > 9'],
  [
    call('isIn', x, seven, number(8), typed({ kind: 'null' }, null)),
    'x min 10 > 7 and x min 10 > 8 and nothing compares with null',
  ],
  [call('isIn', x), 'nothing is asked'],
  [call('not', call('isIn', five, seven, number(5))), 'five 5 = 5'],
  [call('not', call('isIn', x, typed(int64, null))), 'nothing compares with null'],
  [call('eq', x, typed(int64, null)), 'nothing compares with null'],
  [call('or', call('lt', x, seven), call('gt', x, number(30))), 'x min 10 > 7 and x max 20 < 30'],
  [call('and', call('gt', x, seven), call('lt', x, seven)), 'x min 10 > 7'],
  [call('eq', x, five), 'five 5 < x min 10'],
  [call('gte', five, x), 'five 5 < x min 10'],
  [call('eq', big, typed(int64, '9007199254740992')), 'big min 9007199254740993 > 9007199254740992'],
  [call('gt', price, number(2.5)), 'price max 2.50 = 2.5'],
  [call('eq', price, typed(decimal, '1.49')), 'price min 1.50 > 1.49'],
  [call('lt', price, number(1)), 'price min 1.50 > 1'],
  [call('gte', day, typed(date, '1995-01-01')), 'day max 1994-12-31 < 1995-01-01'],
  [call('gte', day, cast('1995-01-01', date)), 'day max 1994-12-31 < 1995-01-01'],
  [call('gte', day, typed(micros, '1994-12-31 00:00:01')), 'day max 1994-12-31 < 1994-12-31 00:00:01'],
  [call('gte', at, typed(date, '2020-01-02')), 'at max 2020-01-01 12:00:00.5 < 2020-01-02'],
  [call('gt', at, cast('2020-01-01T12:00:00.500', micros)), 'at max 2020-01-01 12:00:00.5 = 2020-01-01T12:00:00.500'],
  [
    call('lt', column('zoned'), typed({ kind: 'timestamptz' }, '2020-01-01 00:00:00+00')),
    'zoned min 2020-01-01 00:00:00 = 2020-01-01 00:00:00+00',
  ],
  [call('lt', name, text('b')), "name min 'banana' > 'b'"],
  [call('gt', name, text(`d${'x'.repeat(60)}`)), `name max 'cherry' < 'd${'x'.repeat(38)}…'`],
  // By code points, not by UTF-16 units, 😀 is the greater one.
  [call('gt', column('emoji'), text('😀')), "emoji max '😀' = '😀'"],
  [call('str.startsWith', name, text('bal')), "name min 'banana' is past all that begin with 'bal'"],
  [call('str.startsWith', name, text('d')), "name max 'cherry' < 'd'"],
  [
    call('gt', column('raw'), typed({ kind: 'binary' }, Buffer.from([0xf0, 1]).toString('base64'))),
    'raw max 8A== < 8AE=',
  ],
  [
    call('lt', column('key'), typed({ kind: 'uuid' }, '0FFFFFFF-0000-0000-0000-000000000000')),
    'key min 10000000-0000-0000-0000-000000000000 > 0FFFFFFF-0000-0000-0000-000000000000',
  ],
  [call('gt', column('clock'), typed({ kind: 'time' }, '09:30:00.500001')), 'clock max 09:30:00.5 < 09:30:00.500001'],
  [column('off'), 'off false < true'],
  [typed({ kind: 'boolean' }, false), 'false < true'],
  [call('gt', column('nothing'), number(1)), 'nothing is null in every row'],
  [call('isNotNull', column('nothing')), 'nothing is null in every row'],
  [call('isNull', five), 'five is never null'],
  [call('not', call('isNull', column('nothing'))), 'nothing is null in every row'],
  [call('eqNullSafe', five, number(6)), 'five 5 < 6'],
  [call('eqNullSafe', five, typed(int64, null)), 'five is never null'],
  [call('not', call('eqNullSafe', five, number(5))), 'five 5 = 5'],
  [call('lt', column('lower'), seven), 'lower min 100 > 7'],
])('%j is true in no row', (condition, expected) => {
  expect(reason(condition)).toBe(expected);
});

test.each<[string, Expr]>([
  ['the value is within', call('eq', x, number(15))],
  [
    'at the bounds',
    call('and', call('lte', x, number(10)), call('or', call('gte', x, number(20)), call('gt', x, number(19)))),
  ],
  ['another value differs', call('ne', x, number(15))],
  ['one of a list is within', call('isIn', x, number(1), number(15))],
  ['a null may be there', call('isNull', x)],
  ['null safe, and both can be null', call('eqNullSafe', x, column('fiveOrNull'))],
  ['bounds of floats are not known', call('gt', column('real'), number(1e300))],
  ['floats among the operands make the engine round the others', call('isIn', big, number('NaN'), number(1))],
  ['… in BETWEEN, too', call('between', big, typed({ kind: 'float64' }, 9007199254740996), number(9007199254740996))],
  ['a float constant', call('eq', big, typed({ kind: 'float64' }, 9007199254740992))],
  ['a fraction of too many digits is a float', call('eq', price, number(3.1234567890123457))],
  ['a text compared with a number', call('eq', x, text('7'))],
  ['a column that nothing is known of', call('eq', column('other'), seven)],
  ['a function', call('eq', call('abs', x), seven)],
  ['a cast of a column', call('eq', { kind: 'cast', input: x, type: int64, safe: false }, seven)],
  ['a fragment', { kind: 'sql', text: 'x = 7' }],
  ['a date that is none', call('gt', day, typed(date, '1999-02-30'))],
  ['a date as people write it', call('gt', day, cast('1999-2-3', date))],
  ['a timestamp finer than its type', call('gt', at, typed(micros, '2020-01-01 12:00:00.5000001'))],
  [
    'a timestamp of another zone',
    call('gt', column('zoned'), typed({ kind: 'timestamptz' }, '2021-01-01 00:00:00+02')),
  ],
  ['no upper bound', call('gt', column('lower'), number(1e9))],
  ['texts with the prefix', call('str.startsWith', name, text('ch'))],
  ['the empty prefix', call('str.startsWith', name, text(''))],
  ['a boolean that may be true', column('flag')],
  ['nothing is asked', call('not', call('isIn', x))],
  ['not of the unknown', call('not', call('str.like', name, text('z%')))],
])('may be true: %s', (_, condition) => {
  expect(reason(condition)).toBeNull();
});

test('all of the conditions have to hold', () => {
  expect(reason()).toBeNull();
  expect(reason(call('gt', x, seven), call('sub', x, seven), call('lt', x, seven))).toBe('x min 10 > 7');
});

test('null is kept apart from false', () => {
  const answers = (condition: Expr) => evaluateCondition(condition, evidence);
  expect(answers(call('eq', x, seven))).toEqual({ canBeNull: true, neverTrue: 'x min 10 > 7', neverFalse: null });
  expect(answers(call('gt', five, seven)).canBeNull).toBe(false);
  expect(answers(call('and', call('gt', five, seven), call('eq', x, number(15)))).canBeNull).toBe(false);
  expect(answers(call('or', call('gt', five, seven), call('eq', x, number(15)))).canBeNull).toBe(true);
  expect(answers(typed({ kind: 'boolean' }, null))).toEqual({
    canBeNull: true,
    neverTrue: 'nothing compares with null',
    neverFalse: 'nothing compares with null',
  });
});

test('an index can show that a value is nowhere', () => {
  const asked: unknown[] = [];
  const indexed: RangeEvidence = {
    ...evidence,
    mayContain: (of, value) => {
      asked.push([of, value]);
      return false;
    },
  };
  const skip = (condition: Expr) => reasonToSkip([condition], indexed);
  expect(skip(call('eq', x, number(15)))).toBe('x = 15 is not in the bloom filter');
  expect(skip(call('isIn', name, text('c'), text('a')))).toBe(
    "name = 'c' is not in the bloom filter and name min 'banana' > 'a'",
  );
  expect(skip(call('lt', x, number(15)))).toBeNull();
  expect(skip(call('ne', x, number(15)))).toBeNull();
  expect(skip(call('not', call('eq', x, number(15))))).toBeNull();
  expect(skip(call('eq', x, column('lower')))).toBe('x max 20 < lower min 100');
  expect(asked).toEqual([
    ['x', { family: 'number', unscaled: 15n, scale: 0 }],
    ['name', { family: 'text', bytes: Buffer.from('c') }],
    ['x', { family: 'number', unscaled: 15n, scale: 0 }],
    ['x', { family: 'number', unscaled: 15n, scale: 0 }],
  ]);
});

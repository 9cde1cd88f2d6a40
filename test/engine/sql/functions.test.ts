import { expect, test } from 'vitest';
import { renderExpr } from '../../../src/engine/sql/expr.ts';
import { loadFunctions } from '../../../src/engine/sql/fragment-functions.ts';
import { scalarFunctionSql } from '../../../src/engine/sql/functions.ts';
import type { Expr } from '../../../src/plan/expr.ts';
import { type ScalarFunction, scalarFunctions } from '../../../src/plan/functions.ts';
import { call, cast, col, lambda, lit, rows, useConnection } from './plan-builders.ts';

const connection = useConnection();

async function valueOfCall(expr: Expr): Promise<unknown> {
  const [row] = await rows(connection(), `SELECT ${renderExpr(expr, { columns: new Map(), checked: false })}`);
  return row?.[0];
}

const ints = lit(['1', '2', '3'], 'list<int64>');
const day = lit('2024-01-31', 'date');
const moment = lit('2024-03-05 06:07:08.123456', 'timestamp');
const nullText = lit(null, 'string');
const typed = (value: string | number, type: string) => lit(value, type);

const cases: [ScalarFunction, Expr[], unknown][] = [
  ['add', [lit(1), lit(2)], 3],
  ['sub', [day, lit('2024-01-01', 'date')], 30],
  ['mul', [lit('1.5', 'decimal(4, 2)'), lit(2)], 3],
  ['div', [lit(7), lit(2)], 3.5],
  ['div', [lit('1', 'decimal(10, 2)'), lit(3)], 1 / 3],
  ['intDiv', [lit(7), lit(2)], 3],
  ['intDiv', [lit(-7), lit(2)], -3],
  ['intDiv', [lit(7.5), lit(2)], 3],
  ['intDiv', [lit('7.5', 'decimal(3, 1)'), lit(2)], 3],
  ['intDiv', [typed('9007199254740993', 'int64'), lit(1)], '9007199254740993'],
  ['mod', [lit(-7), lit(2)], -1],
  ['pow', [lit(2), lit(10)], 1024],
  ['neg', [lit(-5)], 5],
  ['abs', [lit(-5)], 5],
  ['sign', [lit(-5)], -1],
  ['round', [lit(2.5)], 3],
  ['round', [lit(-2.5)], -3],
  ['round', [lit(1.256), lit(2)], 1.26],
  ['floor', [lit(-1.5)], -2],
  ['ceil', [lit(1.2)], 2],
  ['trunc', [lit(-1.7)], -1],
  ['sqrt', [lit(9)], 3],
  ['cbrt', [lit(1)], 1],
  ['exp', [lit(0)], 1],
  ['ln', [lit(1)], 0],
  ['log10', [lit(1000)], 3],
  ['log2', [lit(8)], 3],
  ['sin', [lit(0)], 0],
  ['cos', [lit(0)], 1],
  ['tan', [lit(0)], 0],
  ['asin', [lit(0)], 0],
  ['acos', [lit(1)], 0],
  ['atan', [lit(0)], 0],
  ['atan2', [lit(0), lit(1)], 0],
  ['isNaN', [typed('NaN', 'float64')], true],
  ['isFinite', [typed('Infinity', 'float64')], false],
  ['bitAnd', [lit(6), lit(3)], 2],
  ['bitOr', [lit(6), lit(3)], 7],
  ['bitXor', [lit(6), lit(3)], 5],
  ['shiftLeft', [lit(1), lit(3)], 8],
  ['shiftRight', [lit(8), lit(3)], 1],
  ['greatest', [lit(1), lit(3), lit(null, 'int32')], 3],
  ['least', [lit(1), lit(3)], 1],
  ['eq', [typed('NaN', 'float64'), typed('NaN', 'float64')], true],
  ['eq', [typed('-0', 'float64'), lit(0)], true],
  ['eq', [lit('0.10', 'decimal(10, 2)'), lit(0.1)], true],
  ['eq', [typed(0.1, 'float32'), lit(0.1)], true],
  ['ne', [lit(1), lit(2)], true],
  ['lt', [lit('a'), lit('B')], false],
  ['lte', [lit(1), lit(1)], true],
  ['gt', [typed('NaN', 'float64'), typed('Infinity', 'float64')], true],
  ['gte', [lit(1), lit(null, 'int32')], null],
  ['eqNullSafe', [lit(null, 'int32'), lit(null, 'int32')], true],
  ['between', [lit(2), lit(1), lit(3)], true],
  ['isIn', [lit(2), lit(1), lit(2)], true],
  ['isIn', [lit(2), lit(1), lit(null, 'int32')], null],
  ['isIn', [lit(2)], false],
  ['isNull', [lit(null, 'int32')], true],
  ['isNotNull', [lit(null, 'int32')], false],
  ['and', [lit(true), lit(null, 'boolean'), lit(false)], false],
  ['or', [lit(false), lit(null, 'boolean')], null],
  ['not', [lit(true)], false],
  ['coalesce', [lit(null, 'int32'), lit(5)], 5],
  ['nullIf', [lit('1.5', 'decimal(4, 1)'), lit(1.5)], null],
  ['str.length', [lit('a😀é')], 3],
  ['str.lower', [lit('ÀB')], 'àb'],
  ['str.upper', [lit('àb')], 'ÀB'],
  ['str.trim', [lit('  a ')], 'a'],
  ['str.trim', [lit('xxaxx'), lit('x')], 'a'],
  ['str.trimStart', [lit(' a ')], 'a '],
  ['str.trimEnd', [lit(' a ')], ' a'],
  ['str.contains', [lit('50% off'), lit('%')], true],
  ['str.contains', [lit('abc'), lit('a_c')], false],
  ['str.startsWith', [lit('%a'), lit('%')], true],
  ['str.endsWith', [lit('a_'), lit('_')], true],
  ['str.like', [lit('abc'), lit('a%')], true],
  ['str.ilike', [lit('ABC'), lit('a_c')], true],
  ['str.matches', [lit('xaby'), lit('a.')], true],
  ['str.extract', [lit('key=val'), lit('(\\w+)=(\\w+)'), lit(2)], 'val'],
  ['str.extract', [lit('key=val'), lit('z')], ''],
  ['str.replace', [lit('a.b.c'), lit('.'), lit('-')], 'a-b-c'],
  ['str.replaceRegex', [lit('a1b22'), lit('[0-9]+'), lit('#')], 'a#b#'],
  ['str.slice', [lit('a😀cde'), lit(1), lit(2)], '😀c'],
  ['str.slice', [lit('abcde'), lit(2)], 'cde'],
  ['str.slice', [lit('abcde'), lit(-2)], 'de'],
  ['str.slice', [lit('abcde'), lit(-3), lit(2)], 'cd'],
  ['str.slice', [lit('abcde'), lit(-9), lit(2)], 'ab'],
  ['str.slice', [lit('abcde'), lit(1), lit(-1)], ''],
  ['str.slice', [lit('abcde'), call('sub', 1, 3), call('sub', 3, 1)], 'de'],
  ['str.slice', [lit('abcde'), call('sub', 3, 2), lit(2)], 'bc'],
  ['str.split', [lit('a,b,'), lit(',')], ['a', 'b', '']],
  ['str.concat', [lit('a'), lit(1), lit('b')], 'a1b'],
  ['str.concat', [lit(5)], '5'],
  ['str.concat', [lit('a'), nullText], null],
  ['str.repeat', [lit('ab'), lit(3)], 'ababab'],
  ['str.reverse', [lit('a😀')], '😀a'],
  ['str.padStart', [lit('7'), lit(3), lit('0')], '007'],
  ['str.padEnd', [lit('7'), lit(3), lit('.')], '7..'],
  ['str.indexOf', [lit('a😀b'), lit('b')], 2],
  ['str.indexOf', [lit('abc'), lit('z')], -1],
  ['str.toDate', [lit('02/01/2020'), lit('%d/%m/%Y')], '2020-01-02'],
  ['str.toTimestamp', [lit('02/01/2020 03:04'), lit('%d/%m/%Y %H:%M')], '2020-01-02T03:04:00Z'],
  ['str.md5', [lit('a')], '0cc175b9c0f1b6a831c399e269772661'],
  ['str.sha256', [lit('a')], 'ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb'],
  ['dt.year', [day], 2024],
  ['dt.quarter', [day], 1],
  ['dt.month', [day], 1],
  ['dt.week', [lit('2024-12-30', 'date')], 1],
  ['dt.day', [day], 31],
  ['dt.dayOfWeek', [lit('2024-01-01', 'date')], 1],
  ['dt.dayOfWeek', [lit('2024-01-07', 'date')], 7],
  ['dt.dayOfYear', [lit('2024-12-31', 'date')], 366],
  ['dt.hour', [moment], 6],
  ['dt.minute', [moment], 7],
  ['dt.second', [moment], 8],
  ['dt.millisecond', [moment], 123],
  ['dt.microsecond', [moment], 123456],
  ['dt.epochMs', [lit('1970-01-02', 'date')], 86_400_000],
  ['dt.truncate', [moment, lit('month')], '2024-03-01'],
  ['dt.truncate', [lit('2024-01-03', 'date'), lit('week')], '2024-01-01'],
  ['dt.format', [day, lit('%Y/%m')], '2024/01'],
  ['dt.date', [moment], '2024-03-05'],
  ['dt.add', [day, lit('month'), lit(1)], '2024-02-29'],
  ['dt.add', [day, lit('day'), lit(-31)], '2023-12-31'],
  ['dt.diff', [day, lit('month'), lit('2024-03-01', 'date')], 2],
  ['dt.diff', [day, lit('day'), lit('2024-01-01', 'date')], -30],
  ['dt.lastDayOfMonth', [lit('2023-02-03', 'date')], '2023-02-28'],
  ['dt.atTimeZone', [lit('2024-01-01 00:00:00', 'timestamp'), lit('America/New_York')], '2024-01-01T05:00:00Z'],
  ['list.length', [ints], 3],
  ['list.get', [ints, lit(0)], 1],
  ['list.get', [ints, lit(-1)], 3],
  ['list.get', [ints, lit(3)], null],
  ['list.get', [ints, call('sub', 1, 2)], 3],
  ['list.slice', [ints, lit(1), lit(1)], [2]],
  ['list.slice', [ints, lit(1)], [2, 3]],
  ['list.slice', [ints, lit(-2)], [2, 3]],
  ['list.slice', [ints, lit(-2), lit(1)], [2]],
  ['list.slice', [ints, lit(-9), lit(2)], [1, 2]],
  ['list.slice', [ints, lit(0), lit(0)], []],
  ['list.contains', [ints, lit(2)], true],
  ['list.indexOf', [ints, lit(3)], 2],
  ['list.indexOf', [ints, lit(9)], -1],
  ['list.indexOf', [lit(null, 'list<int64>'), lit(9)], null],
  ['list.sum', [ints], 6],
  ['list.avg', [ints], 2],
  ['list.min', [ints], 1],
  ['list.max', [ints], 3],
  ['list.sort', [lit(['2', null, '1'], 'list<int64>')], [1, 2, null]],
  ['list.reverse', [ints], [3, 2, 1]],
  ['list.distinct', [lit(['1', '1', null], 'list<int64>')], [1]],
  ['list.concat', [ints, ints], [1, 2, 3, 1, 2, 3]],
  ['list.join', [ints, lit('-')], '1-2-3'],
  ['list.map', [ints, lambda('x', call('mul', col('x'), 2))], [2, 4, 6]],
  ['list.filter', [ints, lambda('x "y"', call('gt', col('x "y"'), 1))], [2, 3]],
  ['list.of', [lit(1), lit(2)], [1, 2]],
  ['list.of', [], []],
  ['struct.of', [lit('a b'), lit(1), lit('c"d'), lit('x')], { 'a b': 1, 'c"d': 'x' }],
  ['struct.field', [call('struct.of', 'a b', 1), lit('a b')], 1],
  ['map.get', [lit([['k', '1']], 'map<string, int64>'), lit('k')], 1],
  ['map.get', [lit([['k', '1']], 'map<string, int64>'), lit('z')], null],
  ['map.keys', [lit([['k', '1']], 'map<string, int64>')], ['k']],
  ['map.values', [lit([['k', '1']], 'map<string, int64>')], [1]],
  ['map.length', [lit([['k', '1']], 'map<string, int64>')], 1],
  ['bin.length', [lit('AAH/', 'binary')], 3],
  ['hash', [lit(null, 'int64')], '14796386815713026195'],
];

test.each(cases)('%s (case %#)', async (fn, args, expected) => {
  const value = await valueOfCall(call(fn, ...args));
  if (fn === 'hash') expect(typeof value).toBe('string');
  else expect(value).toEqual(expected);
});

test('every function has a case', () => {
  const tried = new Set(cases.map(([fn]) => fn));
  expect(Object.keys(scalarFunctions).filter((fn) => !tried.has(fn as ScalarFunction))).toEqual([]);
});

test('arithmetic overflow is an error, never wraps', async () => {
  const max = lit('9223372036854775807', 'int64');
  await expect(valueOfCall(call('add', max, 1))).rejects.toThrow(
    'Overflow in addition of INT64 (9223372036854775807 + 1)!',
  );
});

test('a unit of time that is none is refused', () => {
  const render = () => renderExpr(call('dt.truncate', day, "day', now()) --"), { columns: new Map(), checked: false });
  expect(render).toThrow(
    `Unknown unit of time "day', now()) --". Units are year, quarter, month, week, day, hour, minute, second, millisecond, microsecond.`,
  );
});

test('no function that depends on more than its arguments can be reached', async () => {
  const functions = await loadFunctions(connection());
  const words = Object.values(scalarFunctionSql).flatMap((render) => {
    const text = render.toString() + tryRender(render);
    return [...text.matchAll(/([a-z_0-9]+)\(/g)].map((match) => match[1] ?? '');
  });
  const used = [...new Set(words)].filter((word) => functions.has(word));
  expect(used.length).toBeGreaterThan(60);
  expect(used.filter((word) => functions.get(word) !== 'scalar')).toEqual([]);
});

function tryRender(render: (...args: string[]) => string): string {
  try {
    return render('x', 'day', 'z');
  } catch {
    return '';
  }
}

test('a cast takes the decimal that was written, and tryCast gives null', async () => {
  expect(await valueOfCall(cast(cast(lit(0.1), 'decimal(38, 30)'), 'string'))).toBe('0.100000000000000000000000000000');
  expect(await valueOfCall(cast(lit('x'), 'int32', true))).toBe(null);
  expect(await valueOfCall(call('isNaN', cast(lit('nan'), 'float64')))).toBe(true);
});

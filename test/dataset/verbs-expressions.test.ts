import { expect, test } from 'vitest';
import {
  coalesce,
  col,
  type Dataset,
  type Expression,
  fn,
  greatest,
  least,
  list,
  lit,
  struct,
  when,
} from '../../src/index.ts';
import { errorOf, useSession } from '../support/use-session.ts';

const { session } = useSession();

type Case = readonly [name: string, expression: unknown, expected: unknown];

/** Computes all expressions over one row, and holds each against what is expected. */
async function holds(
  row: object,
  cases: readonly Case[],
  schema: Readonly<Record<string, string>> = {},
): Promise<void> {
  const data = session().from([row], { schema }) as unknown as Dataset;
  const columns = Object.fromEntries(cases.map(([name, expression]) => [name, expression as Expression]));
  const expected = Object.fromEntries(cases.map(([name, , value]) => [name, value]));
  expect(await data.select(columns).first()).toEqual(expected);
}

test('comparison and logic', async () => {
  const [a, none, yes] = [col('a'), col('none'), col('yes')];
  await holds(
    { a: 5, none: null, yes: true },
    [
      ['eq', a.eq(5), true],
      ['ne', a.ne(5), false],
      ['lt', a.lt(5.5), true],
      ['lte', a.lte(5), true],
      ['gt', a.gt(5), false],
      ['gte', a.gte(5), true],
      ['eq null', none.eq(none), null],
      ['eqNullSafe', none.eqNullSafe(null), true],
      ['eqNullSafe of one', a.eqNullSafe(null), false],
      ['between', a.between(5, 6), true],
      ['isIn', a.isIn([1, 5]), true],
      ['isIn of none', a.isIn([]), false],
      ['isNull', none.isNull(), true],
      ['isNotNull', a.isNotNull(), true],
      ['and', yes.and(a.gt(1), a.lt(9)), true],
      ['or', yes.not().or(none.gt(1), a.lt(1), yes), true],
      ['and alone', yes.and(), true],
      ['not', yes.not(), false],
    ],
    { none: 'int64' },
  );
});

test('arithmetic', async () => {
  const [a, f] = [col('a'), col('f')];
  await holds({ a: -7, f: 2.5 }, [
    ['add', a.add(10), 3],
    ['sub', a.sub(f), -9.5],
    ['mul', a.mul(a), 49],
    ['div', a.div(2), -3.5],
    ['intDiv', a.intDiv(2), -3],
    ['mod', a.mod(4), -3],
    ['pow', a.pow(2), 49],
    ['neg', a.neg(), 7],
    ['abs', a.abs(), 7],
    ['sign', a.sign(), -1],
    ['round', f.round(), 3],
    ['round to', lit(2.345).round(2), 2.35],
    ['floor', f.floor(), 2],
    ['ceil', f.ceil(), 3],
    ['sqrt', f.sqrt(), Math.sqrt(2.5)],
    ['isNaN', f.isNaN(), false],
    ['isFinite', f.isFinite(), true],
    ['fn trunc', fn('trunc', f), 2],
    ['fn cbrt', fn('cbrt', lit(8)), 2],
    ['fn ln', fn('ln', lit(1)), 0],
    ['fn log10', fn('log10', lit(1000)), 3],
    ['fn log2', fn('log2', lit(8)), 3],
    ['fn exp', fn('exp', lit(0)), 1],
    ['fn atan2', fn('atan2', lit(0), lit(1)), 0],
    ['fn bitAnd', fn('bitAnd', lit(6), lit(3)), 2],
    ['fn shiftLeft', fn('shiftLeft', lit(1), lit(4)), 16],
  ]);
});

test('nulls, constants, cases and casts', async () => {
  const [a, none, text] = [col('a'), col('none'), col('text')];
  await holds(
    { a: 5, none: null, text: '12' },
    [
      ['fillNull', none.fillNull(1), 1],
      ['nullIf', a.nullIf(5), null],
      ['coalesce', coalesce(none, a, 9), 5],
      ['greatest', greatest(a, none, 7), 7],
      ['least', least(a, none, 7), 5],
      ['when', when(a.gt(9), 'many').when(a.gt(3), 'some').otherwise('few'), 'some'],
      ['when none holds', when(a.gt(9), 'many'), null],
      ['cast', text.cast('int32').add(1), 13],
      ['cast to decimal', a.cast('decimal(5, 2)').cast('string'), '5.00'],
      ['tryCast', lit('x').tryCast('int64'), null],
      ['lit null', lit(null), null],
      ['lit boolean', lit(true), true],
      ['lit bigint', lit(5n), 5],
      ['lit date', lit(new Date('2024-02-29')), new Date('2024-02-29')],
      ['lit timestamp', lit(new Date('2024-02-29T01:02:03.004Z')), new Date('2024-02-29T01:02:03.004Z')],
      ['lit bytes', lit(new Uint8Array([1, 2])), new Uint8Array([1, 2])],
    ],
    { none: 'int64' },
  );
});

test('a value that does not convert is an error that offers tryCast', async () => {
  const data = session().from([{ text: 'twelve' }]);
  expect((await errorOf(data.select({ n: col('text').cast('int64') }).toArray())).message).toBe(
    "A value could not be converted: Could not convert string 'twelve' to INT64 when casting from source column text. Use .tryCast() for null instead of an error.",
  );
});

test('a function that is not defined for a value says so', async () => {
  const data = session().from([{ n: -1 }]);
  expect((await errorOf(data.select({ root: col('n').sqrt() }).toArray())).message).toBe(
    'The query failed: cannot take square root of a negative number.',
  );
});

test('strings count code points, from 0, negative positions from the end', async () => {
  const s = col('s').str;
  await holds({ s: '  Añb😀b ' }, [
    ['length', s.length(), 8],
    ['lower', s.lower(), '  añb😀b '],
    ['upper', s.upper(), '  AÑB😀B '],
    ['trim', s.trim(), 'Añb😀b'],
    ['trimStart', s.trimStart(), 'Añb😀b '],
    ['trimEnd', s.trimEnd(' b'), '  Añb😀'],
    ['contains', s.contains('ñb'), true],
    ['startsWith', s.startsWith(' '), true],
    ['endsWith', s.endsWith('b'), false],
    ['like', s.like('%b_b%'), true],
    ['ilike', s.ilike('%AÑB%'), true],
    ['matches', s.matches(/^ +a/i), true],
    ['extract', s.extract(/(\w)(.)b/u, 2), 'ñ'],
    ['extract nothing', s.extract('x+'), ''],
    ['replace', s.replace('b', '-'), '  Añ-😀- '],
    ['replaceRegex', s.replaceRegex('(b)', '<\\1>'), '  Añ<b>😀<b> '],
    ['slice', s.slice(2, 3), 'Añb'],
    ['slice to the end', s.slice(-3), '😀b '],
    ['slice a negative start', s.slice(-3, 1), '😀'],
    ['split', s.split('b'), ['  Añ', '😀', ' ']],
    ['concat', s.concat('!', col('s').str.trim()), '  Añb😀b !Añb😀b'],
    ['repeat', lit('ab').str.repeat(2), 'abab'],
    ['reverse', lit('ab😀').str.reverse(), '😀ba'],
    ['padStart', lit('7').str.padStart(3, '0'), '007'],
    ['padEnd', lit('7').str.padEnd(2), '7 '],
    ['padStart cuts', lit('123').str.padStart(2), '12'],
    ['indexOf', s.indexOf('b'), 4],
    ['indexOf nothing', s.indexOf('x'), -1],
    ['toDate', lit('31/12/2024').str.toDate('%d/%m/%Y'), new Date('2024-12-31')],
    ['toTimestamp', lit('2024-12-31 23:59').str.toTimestamp('%Y-%m-%d %H:%M'), new Date('2024-12-31T23:59:00Z')],
    ['md5', lit('a').str.md5(), '0cc175b9c0f1b6a831c399e269772661'],
    ['sha256', lit('').str.sha256(), 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
  ]);
});

test('dates and timestamps', async () => {
  const [t, d] = [col('t').dt, col('d').dt];
  await holds(
    { t: '2024-12-30 23:59:58.123456', d: '2024-02-29' },
    [
      ['year', t.year(), 2024],
      ['quarter', t.quarter(), 4],
      ['month', t.month(), 12],
      ['week', t.week(), 1],
      ['day', t.day(), 30],
      ['dayOfWeek', t.dayOfWeek(), 1],
      ['dayOfYear', t.dayOfYear(), 365],
      ['hour', t.hour(), 23],
      ['minute', t.minute(), 59],
      ['second', t.second(), 58],
      ['millisecond', t.millisecond(), 123],
      ['microsecond', t.microsecond(), 123456],
      ['epochMs', t.epochMs(), Date.parse('2024-12-30T23:59:58.123Z')],
      ['truncate', t.truncate('quarter'), new Date('2024-10-01')],
      ['format', t.format('%Y-%m'), '2024-12'],
      ['date', t.date(), new Date('2024-12-30')],
      ['add months', d.add(12, 'month'), new Date('2025-02-28')],
      ['add negative', d.add(-1, 'day'), new Date('2024-02-28')],
      ['diff', d.diff(new Date('2024-03-01'), 'day'), 1],
      ['diff of months', d.diff(col('t'), 'month'), 10],
      ['lastDayOfMonth', d.lastDayOfMonth(), new Date('2024-02-29')],
      ['atTimeZone', t.atTimeZone('Europe/Berlin').dt.truncate('second'), new Date('2024-12-30T22:59:58Z')],
    ],
    { t: 'timestamp', d: 'date' },
  );
});

test('lists count from 0, negative positions from the end', async () => {
  const [l, s] = [col('l').list, col('s').list];
  await holds({ l: [3, null, 1, 3], s: ['b', 'a'], bonus: 10, nested: [[1, 2], []] }, [
    ['length', l.length(), 4],
    ['get', l.get(0), 3],
    ['get from the end', l.get(-2), 1],
    ['get beyond', l.get(9), null],
    ['slice', l.slice(1, 2), [null, 1]],
    ['slice to the end', l.slice(-1), [3]],
    ['contains', l.contains(1), true],
    ['indexOf', l.indexOf(1), 2],
    ['indexOf nothing', l.indexOf(9), -1],
    ['sum', l.sum(), 7],
    ['avg', l.avg(), 7 / 3],
    ['min', l.min(), 1],
    ['max', l.max(), 3],
    ['sort', l.sort(), [1, 3, 3, null]],
    ['reverse', s.reverse(), ['a', 'b']],
    ['distinct', s.distinct().list.length(), 2],
    ['concat', s.concat(list('c')), ['b', 'a', 'c']],
    ['join', s.join('-'), 'b-a'],
    ['list', list(col('bonus'), 1), [10, 1]],
    ['map', l.map((item) => item.mul(2).add(col('bonus'))), [16, null, 12, 16]],
    ['map to a constant', s.map(() => 0), [0, 0]],
    ['map to text', s.map((item) => item.str.upper()), ['B', 'A']],
    ['filter', l.filter((item) => item.lt(col('bonus')).and(item.ne(1))), [3, 3]],
    [
      'nested',
      col('nested').list.map((inner) => inner.list.map((item) => item.add(inner.list.length()))),
      [[3, 4], []],
    ],
  ]);
});

test('an item is told from a column of the same name, in sql() too', async () => {
  const named = col('l').list;
  await holds({ l: [1, 2], item: 10, item2: 100 }, [
    ['column', named.map((x) => x.add(col('item'))), [11, 12]],
    ['sql', named.map(() => fn('add', col('item'), col('item2'))), [110, 110]],
  ]);
});

test('structs and maps', async () => {
  const [s, m] = [col('s').struct, col('m').map];
  await holds(
    {
      s: { a: 1, 'b c': { d: 'x' } },
      m: new Map([
        ['k', 1],
        ['l', 2],
      ]),
      n: 7,
    },
    [
      ['field', s.field('a'), 1],
      ['nested field', s.field('b c').struct.field('d'), 'x'],
      ['struct', struct({ n: col('n'), text: 'x' }), { n: 7, text: 'x' }],
      ['get', m.get('l'), 2],
      ['get nothing', m.get('z'), null],
      ['keys', m.keys(), ['k', 'l']],
      ['values', m.values(), [1, 2]],
      ['length', m.length(), 2],
    ],
  );
  const data = session().from([{ s: { alpha: 1 } }]);
  expect((await errorOf(data.select({ x: col('s').struct.field('alhpa') }).toArray())).message).toBe(
    'Unknown column "alhpa" in the struct col("s"). Did you mean "alpha"? Available: alpha',
  );
});

test('binary values', async () => {
  await holds({ b: new Uint8Array([1, 2, 3]) }, [['length', col('b').bin.length(), 3]]);
});

test('expressions are named by their column, casts too, others by as()', async () => {
  const data = session().from([{ a: 1 }]);
  expect(await data.select(col('a').cast('string')).toArray()).toEqual([{ a: '1' }]);
  expect(await data.select(col('a').add(1).as('b')).toArray()).toEqual([{ b: 2 }]);
});

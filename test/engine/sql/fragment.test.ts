import { expect, test } from 'vitest';
import { checkFragment } from '../../../src/engine/sql/fragment.ts';
import { useConnection } from './plan-builders.ts';

const connection = useConnection();

test.each([
  ['a + 1 -- more', ['a']],
  ['"a b"."c" > lower(d) OR a', ['a b', 'd', 'a']],
  ['s.x.y', ['s']],
  ['case when a then b else c end', ['a', 'b', 'c']],
  [`x in (1, 2) and y between 1 and 2 and z is not null and n like 'a%' escape '!'`, ['x', 'y', 'z', 'n']],
  ["cast(x as decimal(10, 2)) + y::int + date '2020-01-01' + interval 1 day", ['x', 'y']],
  ['list_transform(l, lambda x, i: x + y + i)', ['l', 'y']],
  ['list_filter(l, lambda x: list_contains(list_transform(m, lambda y: x + y), z))', ['l', 'm', 'z']],
  ['[x + 1 for x in l if x > 2]', ['l']],
  [`j -> '$.a' ->> 'b'`, ['j']],
  [`{'x': a, 'y': [b]}`, ['a', 'b']],
  ['extract(year from d)', ['d']],
  ['pi()', []],
  ['current_date', ['current_date']],
])('%s may stand', async (text, columns) => {
  expect(await checkFragment(connection(), text)).toEqual({ columns });
});

const more =
  'depends on more than its arguments (time, chance, settings, files); compute the value before and put it in with lit(…)';

test.each([
  ['', 'it does not parse: syntax error at or near ")"'],
  ['a b', 'it does not parse: syntax error at or near "b"'],
  ['1; DROP TABLE x', 'it does not parse: syntax error at or near ";"'],
  ['1) , (2', 'it is not one single expression'],
  ['1) FROM x WHERE (true', 'it is not one single expression'],
  ['1) UNION SELECT (2', 'it is not one single expression'],
  ['1); SELECT (2', 'it is not one single expression'],
  ['(SELECT 1)', 'it has a subquery; use join() instead'],
  ['x IN (SELECT 1)', 'it has a subquery; use join() instead'],
  ["EXISTS(FROM read_text('/etc/passwd'))", 'it has a subquery; use join() instead'],
  ['sum(x)', 'sum() is an aggregate; use agg() or .over({ … }) instead'],
  ['sum(x) OVER ()', 'it has a window function; use .over({ … }) instead'],
  ['grouping(x)', 'it has GROUPING(), which means nothing here'],
  ['random()', `random() ${more}`],
  ['now()', `now() ${more}`],
  ["nextval('s')", `nextval() ${more}`],
  ["getvariable('x')", `getvariable() ${more}`],
  ["current_setting('threads')", `current_setting() ${more}`],
  ['version()', `version() ${more}`],
  ["json_serialize_plan('SELECT 1')", `json_serialize_plan() ${more}`],
  ['*', 'it has a star; name the columns'],
  ['COLUMNS(*)', 'it has a star; name the columns'],
  ['#1', 'it refers to a column by position; name the column'],
  ['$1', 'it has a parameter; put the value in with lit(…)'],
  ['other.lower(x)', 'it names a schema before lower(); leave the schema out'],
  ['a\0b', 'it holds the NUL character'],
])('%j is refused', async (text, reason) => {
  await expect(checkFragment(connection(), text)).rejects.toMatchObject({
    name: 'PlanError',
    code: 'INVALID_EXPRESSION',
    message: `sql(${JSON.stringify(text)}) is refused: ${reason}.`,
  });
});

test('an unknown function is told, with the nearest one', async () => {
  await expect(checkFragment(connection(), 'lowr(x)')).rejects.toMatchObject({
    name: 'PlanError',
    code: 'UNKNOWN_FUNCTION',
    message: 'Unknown function lowr() in sql("lowr(x)"). Did you mean lower()? Scalar functions of DuckDB may be used.',
  });
  await expect(checkFragment(connection(), `read_text('/etc/passwd')`)).rejects.toMatchObject({
    message: `Unknown function read_text() in sql("read_text('/etc/passwd')"). Scalar functions of DuckDB may be used.`,
  });
});

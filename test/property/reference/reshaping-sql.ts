import type { PlanExpr, PlanStep } from '../random-plan.ts';
import { constantSql } from './literals.ts';
import { idOf, ids, type Relation } from './relation.ts';

type Constant = Extract<PlanExpr, { kind: 'constant' }>;

/** One row an item; with `keepEmpty` one with null where there is none. */
export function explode(input: Relation, column: string, keepEmpty: boolean): Relation {
  const list = idOf(input, column);
  const items = keepEmpty ? `greatest(coalesce(len(${list}), 0), 1)` : `coalesce(len(${list}), 0)`;
  const numbered = `SELECT *, unnest(generate_series(1, ${items})) AS nth FROM (${input.sql})`;
  const columns = ids(input.names).map((id) => (id === list ? `${id}[nth] AS ${id}` : id));
  const position = input.ordered ? ', row_number() OVER (ORDER BY pos, nth) AS pos' : '';
  return { ...input, sql: `SELECT ${columns.join(', ')}${position} FROM (${numbered})` };
}

/** For each row one for each of the columns, in their order. */
export function unpivot(
  input: Relation,
  { columns, nameTo, valueTo }: Extract<PlanStep, { verb: 'unpivot' }>,
): Relation {
  const kept = input.names.filter((name) => !columns.includes(name));
  const sides = columns.map((name, index) => {
    const list = [...kept.map((other) => idOf(input, other)), `'${name.replaceAll("'", "''")}'`, idOf(input, name)];
    const position = input.ordered ? `, pos, ${index} AS nth` : '';
    return `SELECT ${list.map((sql, at) => `${sql} AS c${at}`).join(', ')}${position} FROM (${input.sql})`;
  });
  const names = [...kept, nameTo, valueTo];
  const position = input.ordered ? ', row_number() OVER (ORDER BY pos, nth) AS pos' : '';
  return { ...input, names, sql: `SELECT ${ids(names).join(', ')}${position} FROM (${sides.join(' UNION ALL ')})` };
}

/** Named columns, whose types the value fits; without names all such columns. They keep their types. */
export function fillNull(
  input: Relation,
  value: Constant,
  columns: readonly string[],
  types: readonly string[],
): Relation {
  const list = input.names.map((name, index) => {
    const id = `c${index}`;
    const type = types[index] ?? '';
    const filled = `CASE WHEN ${id} IS NULL THEN CAST(${constantSql(value, true)} AS ${type}) ELSE ${id} END AS ${id}`;
    return (columns.length > 0 ? columns.includes(name) : fits(value, type)) ? filled : id;
  });
  return { ...input, sql: `SELECT ${[...list, ...(input.ordered ? ['pos'] : [])].join(', ')} FROM (${input.sql})` };
}

/** All numbers that plans fill with are small enough for every integer and decimal that has a digit before the point. */
function fits({ type, value }: Constant, column: string): boolean {
  if (type === 'string') return column === 'VARCHAR';
  if (type === 'boolean') return column === 'BOOLEAN';
  if (type === 'date') return column === 'DATE' || column === 'TIMESTAMP';
  const whole = /^(TINYINT|INTEGER|BIGINT|HUGEINT)$/;
  return /^(DOUBLE|DECIMAL\(\d+,\d+\))$/.test(column) || (Number.isInteger(value) && whole.test(column));
}

/** Distinct rows, or of each combination the first row in source order. */
export function distinct(input: Relation, on: readonly string[] | null): Relation {
  const columns = ids(input.names).join(', ');
  if (!on) return { names: input.names, ordered: false, sql: `SELECT DISTINCT ${columns} FROM (${input.sql})` };
  const keys = on.map((name) => idOf(input, name)).join(', ');
  const numbered = `SELECT *, row_number() OVER (PARTITION BY ${keys} ORDER BY pos) AS nth FROM (${input.sql})`;
  return { names: input.names, ordered: false, sql: `SELECT ${columns} FROM (${numbered}) WHERE nth = 1` };
}

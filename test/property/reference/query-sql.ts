import type { PlanQuery, PlanStep } from '../random-plan.ts';
import { join, setOperation, union } from './combining-sql.ts';
import { exprSql, keySql } from './expr-sql.ts';
import { idOf, ids, plain, project, type Relation, scope } from './relation.ts';
import { distinct, explode, fillNull, unpivot } from './reshaping-sql.ts';

/** Types of a relation's columns, for the one verb whose meaning hangs on them. */
export type Describe = (relation: Relation) => Promise<readonly string[]>;

/** The relation of a query over tables called t0, t1, …, which have the columns c0, c1, … and `pos`. */
export async function queryRelation(
  query: PlanQuery,
  tables: readonly (readonly string[])[],
  describe: Describe,
): Promise<Relation> {
  const names = tables[query.table];
  if (!names) throw new RangeError(`The plan has no table ${query.table}.`);
  let relation: Relation = { sql: `SELECT * FROM t${query.table}`, names, ordered: true };
  for (const step of query.steps) {
    const other = 'other' in step ? await queryRelation(step.other, tables, describe) : relation;
    relation = stepRelation(relation, step, other, step.verb === 'fillNull' ? await describe(relation) : []);
  }
  return relation;
}

/** The rows in their order, under c0, c1, …. */
export function finalSql({ sql, names, ordered }: Relation): string {
  return `SELECT ${ids(names).join(', ')} FROM (${sql})${ordered ? ' ORDER BY pos' : ''}`;
}

function stepRelation(input: Relation, step: PlanStep, other: Relation, types: readonly string[]): Relation {
  switch (step.verb) {
    case 'select':
      return project(input, step.columns);
    case 'withColumns': {
      const kept = input.names.map((name) => step.columns.find((column) => column.name === name) ?? plain(name));
      return project(input, [...kept, ...step.columns.filter((column) => !input.names.includes(column.name))]);
    }
    case 'drop':
      return project(input, input.names.filter((name) => !step.names.includes(name)).map(plain));
    case 'rename':
      return { ...input, names: input.names.map((name) => step.names[name] ?? name) };
    case 'filter': {
      const kept = `SELECT *, ${exprSql(step.condition, scope(input))} AS kept FROM (${input.sql})`;
      return { ...input, sql: `SELECT * EXCLUDE (kept) FROM (${kept}) WHERE kept` };
    }
    case 'dropNulls': {
      const columns = step.columns.length > 0 ? step.columns : input.names;
      const tests = columns.map((name) => `${idOf(input, name)} IS NOT NULL`);
      return { ...input, sql: `SELECT * FROM (${input.sql}) WHERE ${tests.join(' AND ')}` };
    }
    case 'fillNull':
      return fillNull(input, step.value, step.columns, types);
    case 'sample':
      return step.fraction === 1 ? input : { ...input, sql: `SELECT * FROM (${input.sql}) WHERE FALSE` };
    case 'persist':
      return input;
    case 'distinct':
      return distinct(input, step.on);
    case 'sort':
      return sort(input, step);
    case 'limit':
    case 'head':
      return { ...input, sql: `SELECT * FROM (${input.sql}) ORDER BY pos LIMIT ${step.rows}` };
    case 'offset':
      return { ...input, sql: `SELECT * FROM (${input.sql}) ORDER BY pos OFFSET ${step.rows}` };
    case 'union':
      return union(input, other);
    case 'except':
      return setOperation(input, other, 'EXCEPT');
    case 'intersect':
      return setOperation(input, other, 'INTERSECT');
    case 'join':
      return join(input, other, step);
    case 'groupBy':
      return groupBy(input, step);
    case 'explode':
      return explode(input, step.column, step.keepEmpty);
    case 'unpivot':
      return unpivot(input, step);
  }
}

function sort(input: Relation, step: Extract<PlanStep, { verb: 'sort' }>): Relation {
  const keys = [...step.keys.map((key) => keySql(key, scope(input))), ...(step.stable ? ['pos'] : [])];
  const position = `row_number() OVER (ORDER BY ${keys.join(', ')}) AS pos`;
  const sql = `SELECT ${[...ids(input.names), position].join(', ')} FROM (${input.sql})`;
  return { ...input, ordered: true, sql };
}

/** Without keys there is one row. */
function groupBy(input: Relation, { keys, aggregates }: Extract<PlanStep, { verb: 'groupBy' }>): Relation {
  const columns = [...keys, ...aggregates];
  const list = columns.map(({ expr }, index) => `${exprSql(expr, scope(input))} AS c${index}`);
  const names = columns.map(({ name }) => name);
  if (keys.length === 0)
    return { names, ordered: true, sql: `SELECT ${list.join(', ')}, 0 AS pos FROM (${input.sql})` };
  const group = keys.map((_, index) => index + 1).join(', ');
  return { names, ordered: false, sql: `SELECT ${list.join(', ')} FROM (${input.sql}) GROUP BY ${group}` };
}

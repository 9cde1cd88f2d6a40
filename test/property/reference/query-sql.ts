import type { PlanExpr, PlanJoin, PlanNamed, PlanQuery, PlanStep } from '../random-plan.ts';
import { exprSql, keySql, type Names } from './expr-sql.ts';
import { constantSql } from './literals.ts';

/**
 * A SELECT whose columns are called c0, c1, …; an ordered one has their position as `pos`, so that nothing hangs on the order
 * in which the engine happens to give rows.
 */
export interface Relation {
  readonly sql: string;
  /** The columns' names, in order. */
  readonly names: readonly string[];
  readonly ordered: boolean;
}

type Constant = Extract<PlanExpr, { kind: 'constant' }>;

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
    case 'filter':
      return {
        ...input,
        sql: `SELECT * EXCLUDE (kept) FROM (SELECT *, ${exprSql(step.condition, scope(input))} AS kept FROM (${input.sql})) WHERE kept`,
      };
    case 'dropNulls': {
      const columns = step.columns.length > 0 ? step.columns : input.names;
      return {
        ...input,
        sql: `SELECT * FROM (${input.sql}) WHERE ${columns.map((name) => `${idOf(input, name)} IS NOT NULL`).join(' AND ')}`,
      };
    }
    case 'fillNull':
      return fillNull(input, step.value, step.columns, types);
    case 'sample':
      return step.fraction === 1 ? input : { ...input, sql: `SELECT * FROM (${input.sql}) WHERE FALSE` };
    case 'persist':
      return input;
    case 'distinct':
      return distinct(input, step.on);
    case 'sort': {
      const keys = [...step.keys.map((key) => keySql(key, scope(input))), ...(step.stable ? ['pos'] : [])];
      const position = `row_number() OVER (ORDER BY ${keys.join(', ')}) AS pos`;
      return {
        ...input,
        ordered: true,
        sql: `SELECT ${[...ids(input.names), position].join(', ')} FROM (${input.sql})`,
      };
    }
    case 'limit':
    case 'head':
      return { ...input, sql: `SELECT * FROM (${input.sql}) ORDER BY pos LIMIT ${step.rows}` };
    case 'offset':
      return { ...input, sql: `SELECT * FROM (${input.sql}) ORDER BY pos OFFSET ${step.rows}` };
    case 'union':
      return union(input, other);
    case 'except':
    case 'intersect':
      return {
        names: input.names,
        ordered: false,
        sql: `(${columnsOf(input)}) ${step.verb.toUpperCase()} (${columnsOf(other, input.names)})`,
      };
    case 'join':
      return join(input, other, step);
    case 'groupBy': {
      const columns = [...step.keys, ...step.aggregates];
      const list = columns.map(({ expr }, index) => `${exprSql(expr, scope(input))} AS c${index}`);
      const group = step.keys.length > 0 ? ` GROUP BY ${step.keys.map((_, index) => index + 1).join(', ')}` : '';
      const position = step.keys.length === 0 ? ['0 AS pos'] : [];
      return {
        names: columns.map(({ name }) => name),
        ordered: step.keys.length === 0,
        sql: `SELECT ${[...list, ...position].join(', ')} FROM (${input.sql})${group}`,
      };
    }
    case 'explode':
      return explode(input, step.column, step.keepEmpty);
    case 'unpivot':
      return unpivot(input, step);
  }
}

const ids = (names: readonly string[]) => names.map((_, index) => `c${index}`);
const plain = (name: string): PlanNamed => ({ name, expr: { kind: 'column', name } });
const idOf = ({ names }: Relation, name: string) => `c${names.indexOf(name)}`;

function scope({ names }: Relation, alias = ''): Names {
  return new Map(names.map((name, index) => [name, `${alias}c${index}`]));
}

function project(input: Relation, columns: readonly PlanNamed[]): Relation {
  const list = columns.map(({ expr }, index) => `${exprSql(expr, scope(input))} AS c${index}`);
  const position = input.ordered ? ['pos'] : [];
  return {
    ...input,
    names: columns.map(({ name }) => name),
    sql: `SELECT ${[...list, ...position].join(', ')} FROM (${input.sql})`,
  };
}

/** The columns in the order of `names`, without position. */
function columnsOf(input: Relation, names = input.names): string {
  return `SELECT ${names.map((name, index) => `${idOf(input, name)} AS c${index}`).join(', ')} FROM (${input.sql})`;
}

function union(input: Relation, other: Relation): Relation {
  const ordered = input.ordered && other.ordered;
  const side = (relation: Relation, index: number) =>
    `SELECT ${input.names.map((name, column) => `${idOf(relation, name)} AS c${column}`).join(', ')}, ${index} AS side, ${ordered ? 'pos' : '0 AS pos'} FROM (${relation.sql})`;
  const position = ordered ? ', row_number() OVER (ORDER BY side, pos) AS pos' : '';
  return {
    names: input.names,
    ordered,
    sql: `SELECT ${ids(input.names).join(', ')}${position} FROM (${side(input, 0)} UNION ALL ${side(other, 1)})`,
  };
}

/** Of each combination the first row in source order. */
function distinct(input: Relation, on: readonly string[] | null): Relation {
  const columns = ids(input.names).join(', ');
  if (!on) return { names: input.names, ordered: false, sql: `SELECT DISTINCT ${columns} FROM (${input.sql})` };
  const keys = on.map((name) => idOf(input, name)).join(', ');
  const numbered = `SELECT *, row_number() OVER (PARTITION BY ${keys} ORDER BY pos) AS nth FROM (${input.sql})`;
  return { names: input.names, ordered: false, sql: `SELECT ${columns} FROM (${numbered}) WHERE nth = 1` };
}

function join(left: Relation, right: Relation, step: PlanJoin): Relation {
  const { how, on, pairs, where, suffix } = step;
  const added = right.names.filter((name) => !on.includes(name));
  const names = [...left.names, ...added.map((name) => (left.names.includes(name) ? name + suffix : name))];
  const result = [
    ...left.names.map((name) => `l.${idOf(left, name)}`),
    ...added.map((name) => `r.${idOf(right, name)}`),
  ];
  const inScope: Names = new Map(names.map((name, index) => [name, result[index] ?? '']));
  const conditions = [
    ...on.map((name) => `l.${idOf(left, name)} = r.${idOf(right, name)}`),
    ...pairs.map(
      (pair) => `${exprSql(pair.left, scope(left, 'l.'), true)} = ${exprSql(pair.right, scope(right, 'r.'), true)}`,
    ),
    ...(where ? [exprSql(where, inScope)] : []),
  ];
  const condition = conditions.map((one) => `(${one})`).join(' AND ') || 'TRUE';
  const from = `(${left.sql}) AS l ${how === 'cross' ? 'INNER' : how.toUpperCase()} JOIN (${right.sql}) AS r ON ${condition}`;
  if (how === 'semi' || how === 'anti') {
    return {
      names: left.names,
      ordered: false,
      sql: `SELECT ${ids(left.names)
        .map((id) => `l.${id}`)
        .join(', ')} FROM ${from}`,
    };
  }
  const shared = (name: string, sql: string) => {
    if (!on.includes(name)) return sql;
    return how === 'full'
      ? `coalesce(${sql}, r.${idOf(right, name)})`
      : how === 'right'
        ? `r.${idOf(right, name)}`
        : sql;
  };
  const list = result.map(
    (sql, index) => `${index < left.names.length ? shared(left.names[index] ?? '', sql) : sql} AS c${index}`,
  );
  return { names, ordered: false, sql: `SELECT ${list.join(', ')} FROM ${from}` };
}

function explode(input: Relation, column: string, keepEmpty: boolean): Relation {
  const list = idOf(input, column);
  const items = keepEmpty ? `greatest(coalesce(len(${list}), 0), 1)` : `coalesce(len(${list}), 0)`;
  const numbered = `SELECT *, unnest(generate_series(1, ${items})) AS nth FROM (${input.sql})`;
  const columns = ids(input.names).map((id) => (id === list ? `${id}[nth] AS ${id}` : id));
  const position = input.ordered ? ', row_number() OVER (ORDER BY pos, nth) AS pos' : '';
  return { ...input, sql: `SELECT ${columns.join(', ')}${position} FROM (${numbered})` };
}

function unpivot(input: Relation, { columns, nameTo, valueTo }: Extract<PlanStep, { verb: 'unpivot' }>): Relation {
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

/** Named columns are filled as they are; without names those whose type the value fits, which keep their type. */
function fillNull(input: Relation, value: Constant, columns: readonly string[], types: readonly string[]): Relation {
  const list = input.names.map((name, index) => {
    const id = `c${index}`;
    if (columns.length > 0) {
      return columns.includes(name) ? `coalesce(${id}, ${constantSql(value, false)}) AS ${id}` : id;
    }
    const type = types[index] ?? '';
    const filled = `CASE WHEN ${id} IS NULL THEN CAST(${constantSql(value, true)} AS ${type}) ELSE ${id} END AS ${id}`;
    return fits(value, type) ? filled : id;
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

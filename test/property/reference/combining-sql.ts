import type { PlanJoin } from '../random-plan.ts';
import { exprSql, type Names } from './expr-sql.ts';
import { columnsOf, idOf, ids, type Relation, scope } from './relation.ts';

/** Rows of the first, then of the second, columns by name. */
export function union(input: Relation, other: Relation): Relation {
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

/** Distinct rows of the first that are (not) in the second, columns by name. */
export function setOperation(input: Relation, other: Relation, operator: 'EXCEPT' | 'INTERSECT'): Relation {
  const sql = `(${columnsOf(input)}) ${operator} (${columnsOf(other, input.names)})`;
  return { names: input.names, ordered: false, sql };
}

/** A join by the rules of the API: shared keys once, clashing names with the suffix, the condition part of the match. */
export function join(left: Relation, right: Relation, step: PlanJoin): Relation {
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

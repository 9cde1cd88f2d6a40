import { someExpr } from '../../plan/expr.ts';
import type { JoinHow } from '../../plan/logical.ts';
import type { JoinColumn, JoinRel } from '../../plan/relation.ts';
import { checkedFunctions, comparisonFunctions } from './comparison-functions.ts';
import { renderCondition, renderExpr } from './expr.ts';
import { foldCase, freshName, sqlNames } from './names.ts';
import { quoteIdentifier } from './quote.ts';
import { columnsOf, namesOf, nest, parenthesized, type Select, selectFrom, selectLines } from './select.ts';

const operators: Readonly<Record<JoinHow, string>> = {
  inner: 'JOIN',
  left: 'LEFT JOIN',
  right: 'RIGHT JOIN',
  full: 'FULL JOIN',
  semi: 'SEMI JOIN',
  anti: 'ANTI JOIN',
  cross: 'CROSS JOIN',
};

/** One side of a join: what stands in FROM and the SQL of its columns. */
interface Side {
  readonly lines: readonly string[];
  readonly alias: string;
  /** By the side's own names. */
  readonly columns: ReadonlyMap<string, string>;
}

/**
 * The SELECT of a join. Rows whose keys are null match nothing, NaN matches NaN; the residual condition stands in ON, so
 * that outer joins keep the rows that it turns down.
 */
export function renderJoin(rel: JoinRel, left: Select, right: Select, checked: boolean): Select {
  const plain = rel.where !== null && someExpr(rel.where, (part) => part.kind === 'sql');
  const inner = rel.how === 'inner' || rel.how === 'cross';
  const run = inner && !plain ? runOfJoins(left) : null;
  const taken = [
    ...namesOf(left),
    ...namesOf(right),
    ...rel.scope.map((column) => column.name),
    ...(run?.aliases ?? []),
  ];
  const leftAlias = run ? null : freshAlias('l', taken);
  const rightAlias = freshAlias('r', taken);
  const leftSide = run ? run.side : side(left, leftAlias ?? 'l');
  const rightSide = side(plain ? renamed(right, rel.scope, namesOf(left)) : right, rightAlias);
  const rightColumns = plain ? byOwnName(right, rightSide) : rightSide.columns;
  const keys = rel.on.map((pair) => {
    const sql = [
      renderExpr(pair.left, { columns: leftSide.columns, checked }, 'comparison'),
      renderExpr(pair.right, { columns: rightColumns, checked }, 'comparison'),
    ];
    return (checked ? (checkedFunctions.eq ?? comparisonFunctions.eq) : comparisonFunctions.eq)(...sql);
  });
  const conditionColumns = scopeColumns(rel, leftSide.columns, rightColumns, plain);
  const residual = rel.where ? [renderCondition(rel.where, { columns: conditionColumns, checked })] : [];
  const from = [...leftSide.lines, ...joinLines(rel.how, [...keys, ...residual], rightSide.lines)];
  const columns = rel.columns.map((name) => ({ name, sql: outputSql(rel, name, leftSide.columns, rightColumns) }));
  const select = { ...selectFrom(from, columns, false), where: run ? left.where : [] };
  return inner && !plain ? { ...select, joined: [...(run?.aliases ?? [leftAlias ?? 'l']), rightAlias] } : select;
}

/**
 * The left side as it is, when it is a run of inner joins to which another one may be added: the engine orders joins by
 * their sizes within one FROM only (Q5 of TPC-H takes 1.17 times as long nested).
 */
function runOfJoins(
  left: Select,
): { readonly side: Pick<Side, 'lines' | 'columns'>; readonly aliases: readonly string[] } | null {
  if (!left.joined || !left.open || left.distinct || left.orderBy || left.limit || left.groupBy) return null;
  return { side: { lines: left.from, columns: columnsOf(left) }, aliases: left.joined };
}

function joinLines(how: JoinHow, conditions: readonly string[], right: readonly string[]): string[] {
  if (how === 'cross' && conditions.length === 0) return [`${operators.cross} ${right[0] ?? ''}`, ...right.slice(1)];
  const operator = how === 'cross' ? operators.inner : operators[how];
  return [`${operator} ${right[0] ?? ''}`, ...right.slice(1), `  ON ${conditions.join('\n  AND ') || 'TRUE'}`];
}

function side(select: Select, alias: string): Side {
  const columns = [...sqlNames(namesOf(select))].map(([name, sql]): [string, string] => [name, `${alias}.${sql}`]);
  return { lines: parenthesized(selectLines(select), `) AS ${alias}`), alias, columns: new Map(columns) };
}

/** A name that no column has: `l.x` must not be taken for a field of a column `l`. */
function freshAlias(alias: string, names: readonly string[]): string {
  const taken = new Set(names.map(foldCase));
  return freshName(alias, (name) => taken.has(name));
}

/** The right side under the names of the scope, for conditions whose text cannot be changed; shared keys get names that nobody uses. */
function renamed(right: Select, scope: readonly JoinColumn[], leftNames: readonly string[]): Select {
  const taken = new Set([...leftNames, ...namesOf(right), ...scope.map((column) => column.name)].map(foldCase));
  const nested = nest(right);
  const columns = nested.columns.map(({ name, sql }) => {
    const own = scope.find((column) => column.left === null && column.right === name);
    return { name: own?.name ?? freshName(`${name}_key`, (candidate) => taken.has(candidate)), sql };
  });
  return { ...nested, columns, star: false };
}

function byOwnName(right: Select, renamedSide: Side): ReadonlyMap<string, string> {
  const sql = [...renamedSide.columns.values()];
  return new Map(namesOf(right).map((name, index) => [name, sql[index] ?? '']));
}

/** In a condition a shared key is the left side's: there both are equal. */
function scopeColumns(
  rel: JoinRel,
  left: ReadonlyMap<string, string>,
  right: ReadonlyMap<string, string>,
  plain: boolean,
): ReadonlyMap<string, string> {
  const columns = new Map<string, string>();
  for (const column of rel.scope) {
    const sql = column.left === null ? right.get(column.right ?? '') : left.get(column.left);
    if (sql !== undefined) columns.set(column.name, plain ? quoteIdentifier(column.name) : sql);
  }
  return columns;
}

function outputSql(
  rel: JoinRel,
  name: string,
  left: ReadonlyMap<string, string>,
  right: ReadonlyMap<string, string>,
): string {
  const column = rel.scope.find((candidate) => candidate.name === name);
  const leftSql = column?.left === null ? undefined : left.get(column?.left ?? name);
  const rightSql = right.get(column?.right ?? '');
  if (leftSql === undefined) return rightSql ?? 'NULL';
  if (rightSql === undefined || column?.right === null) return leftSql;
  if (rel.how === 'full') return `coalesce(${leftSql}, ${rightSql})`;
  return rel.how === 'right' ? rightSql : leftSql;
}

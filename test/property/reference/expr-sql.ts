import { functionNamed } from '../functions/catalog.ts';
import { operands } from '../functions/function-spec.ts';
import type { PlanAggregate, PlanExpr, PlanKey, WindowName } from '../random-plan.ts';
import { constantSql, sqlType } from './literals.ts';

/** SQL of each column, by the column's name. */
export type Names = ReadonlyMap<string, string>;

type PlanWindow = Extract<PlanExpr, { kind: 'window' }>;

/** Functions in which fractions stand for the decimals that they are written as. */
const comparing = new Set(['eq', 'ne', 'lt', 'lte', 'gt', 'gte', 'eqNullSafe', 'between', 'isIn', 'nullIf']);

/** The SQL of an expression, written from semantics.md and the API's doc comments alone. */
export function exprSql(expr: PlanExpr, names: Names, compared = false): string {
  switch (expr.kind) {
    case 'column':
      return columnSql(expr.name, names);
    case 'constant':
      return constantSql(expr, compared);
    case 'call': {
      const args = expr.args.map((arg) => exprSql(arg, names, comparing.has(expr.fn)));
      return functionNamed(expr.fn).sql(operands(args), operands(expr.params));
    }
    case 'case': {
      const branches = expr.branches.map(
        ({ when, value }) => `WHEN ${exprSql(when, names)} THEN ${exprSql(value, names)}`,
      );
      return `CASE ${branches.join(' ')}${expr.otherwise ? ` ELSE ${exprSql(expr.otherwise, names)}` : ''} END`;
    }
    case 'cast':
      return `${expr.safe ? 'TRY_CAST' : 'CAST'}(${exprSql(expr.input, names, true)} AS ${sqlType(expr.type)})`;
    case 'aggregate':
      return aggregateSql(expr, names);
    case 'window':
      return windowSql(expr, names);
  }
}

/** SQL of a sort key: ascending, nulls last, unless it says otherwise. */
export function keySql({ expr, descending, nullsFirst }: PlanKey, names: Names): string {
  return `${exprSql(expr, names)} ${descending ? 'DESC' : 'ASC'} NULLS ${nullsFirst ? 'FIRST' : 'LAST'}`;
}

function columnSql(name: string, names: Names): string {
  const sql = names.get(name);
  if (sql === undefined) throw new RangeError(`The reference has no column ${JSON.stringify(name)}.`);
  return sql;
}

/** @param over what follows every call of an aggregate: nothing, or OVER (…) */
function aggregateSql({ fn, args, param, orderBy, where }: PlanAggregate, names: Names, over = ''): string {
  const [x = '*', y = ''] = args.map((arg) => exprSql(arg, names));
  const order = orderBy.map((key) => keySql(key, names)).join(', ');
  const condition = where ? exprSql(where, names) : 'TRUE';
  const call = (sql: string, also = 'TRUE') => `(${sql} FILTER (WHERE (${condition}) AND (${also}))${over})`;
  switch (fn) {
    case 'count':
      return call(`count(${x})`);
    case 'countDistinct':
      return call(`count(DISTINCT ${x})`);
    case 'approxCountDistinct':
      return call(`approx_count_distinct(${x})`);
    case 'sum':
    case 'min':
    case 'max':
      return call(`${fn}(${x})`);
    case 'avg':
      return `(${call(`sum(${x})`)}::DOUBLE / nullif(${call(`count(${x})`)}, 0)::DOUBLE)`;
    case 'median':
    case 'quantile':
      return call(`quantile_cont(${x}::DOUBLE, ${param ?? 0.5})`);
    case 'stddev':
      return call(`stddev_samp(${x})`);
    case 'variance':
      return call(`var_samp(${x})`);
    case 'first':
      return `${call(`list(${x} ORDER BY ${order})`)}[1]`;
    case 'last':
      return `${call(`list(${x} ORDER BY ${order})`)}[-1]`;
    case 'collectList':
      return call(`list(${x} ORDER BY ${order})`, `${x} IS NOT NULL`);
    case 'argMin':
      return `${call(`list(${x} ORDER BY ${y} ASC, ${x} ASC NULLS LAST)`, `${y} IS NOT NULL`)}[1]`;
    case 'argMax':
      return `${call(`list(${x} ORDER BY ${y} DESC, ${x} DESC NULLS FIRST)`, `${y} IS NOT NULL`)}[1]`;
    case 'some':
      return call(`bool_or(${x})`);
    case 'every':
      return call(`bool_and(${x})`);
  }
}

const windowNames: Readonly<Record<WindowName, string>> = {
  rowNumber: 'row_number',
  rank: 'rank',
  denseRank: 'dense_rank',
  percentRank: 'percent_rank',
  cumeDist: 'cume_dist',
  ntile: 'ntile',
  lag: 'lag',
  lead: 'lead',
  firstValue: 'first_value',
  lastValue: 'last_value',
  nthValue: 'nth_value',
};

function windowSql({ fn, partitionBy, orderBy, frame }: PlanWindow, names: Names): string {
  const over = [
    partitionBy.length > 0 ? `PARTITION BY ${partitionBy.map((key) => exprSql(key, names)).join(', ')}` : '',
    orderBy.length > 0 ? `ORDER BY ${orderBy.map((key) => keySql(key, names)).join(', ')}` : '',
    frame
      ? `${frame.unit.toUpperCase()} BETWEEN ${boundSql(frame.start, 'PRECEDING')} AND ${boundSql(frame.end, 'FOLLOWING')}`
      : '',
  ].join(' ');
  if (fn.kind === 'aggregate') return aggregateSql(fn, names, ` OVER (${over})`);
  const args = [...fn.args.map((arg) => exprSql(arg, names)), ...fn.params.map(String)];
  return `${windowNames[fn.name]}(${args.join(', ')}) OVER (${over})`;
}

function boundSql(offset: number | null, unbounded: string): string {
  if (offset === null) return `UNBOUNDED ${unbounded}`;
  return offset === 0 ? 'CURRENT ROW' : `${Math.abs(offset)} ${offset < 0 ? 'PRECEDING' : 'FOLLOWING'}`;
}

import type { WindowFunctionCall } from '../../../src/dataset/expression.ts';
import type { AnyRow } from '../../../src/dataset/row-types.ts';
import {
  type Aggregate,
  approxCountDistinct,
  argMax,
  argMin,
  avg,
  col,
  collectList,
  count,
  countDistinct,
  cumeDist,
  denseRank,
  every,
  first,
  firstValue,
  lag,
  last,
  lastValue,
  lead,
  lit,
  max,
  median,
  min,
  nthValue,
  ntile,
  type OrderItem,
  percentRank,
  quantile,
  rank,
  rowNumber,
  some,
  stddev,
  sum,
  variance,
  when,
} from '../../../src/index.ts';
import { formatType } from '../../../src/plan/type-name.ts';
import { functionNamed } from '../functions/catalog.ts';
import { type AnyExpr, numberOf, operands } from '../functions/function-spec.ts';
import type { AggregateName, PlanAggregate, PlanExpr, PlanKey, WindowName } from '../random-plan.ts';

type AnyAggregate = Aggregate<AnyRow[string], AnyRow[string]>;
type AnyWindow = WindowFunctionCall<AnyRow[string], AnyRow[string]>;
type PlanWindow = Extract<PlanExpr, { kind: 'window' }>;

/** The expression in the Dataset API. */
export function buildExpr(expr: PlanExpr): AnyExpr {
  switch (expr.kind) {
    case 'column':
      return col(expr.name);
    case 'constant':
      return lit(constantValue(expr));
    case 'call':
      return functionNamed(expr.fn).build(operands(expr.args.map(buildExpr)), operands(expr.params));
    case 'case': {
      const [head, ...rest] = expr.branches.map((branch) => [buildExpr(branch.when), buildExpr(branch.value)] as const);
      if (!head) throw new TypeError('A case has a branch.');
      const chain = rest.reduce((built, [condition, value]) => built.when(condition, value), when(...head));
      return expr.otherwise ? chain.otherwise(buildExpr(expr.otherwise)) : chain;
    }
    case 'cast': {
      const type = formatType(expr.type);
      return expr.safe ? buildExpr(expr.input).tryCast(type) : buildExpr(expr.input).cast(type);
    }
    case 'aggregate':
      return buildAggregate(expr);
    case 'window':
      return buildWindow(expr);
  }
}

/** The JavaScript value of a constant. */
export function constantValue({
  type,
  value,
}: Extract<PlanExpr, { kind: 'constant' }>): boolean | number | string | Date | null {
  return type === 'date' || type === 'timestamp' ? new Date(String(value)) : value;
}

/** A sort key in the Dataset API: plain names stay names. */
export function buildKey({ expr, descending, nullsFirst }: PlanKey): OrderItem<AnyRow> {
  if (expr.kind === 'column' && !descending && !nullsFirst) return expr.name;
  const key = descending ? buildExpr(expr).desc() : buildExpr(expr).asc();
  return nullsFirst ? key.nullsFirst() : key;
}

const plainAggregates: Readonly<Partial<Record<AggregateName, (x: AnyExpr) => AnyAggregate>>> = {
  countDistinct,
  approxCountDistinct,
  sum,
  avg,
  min,
  max,
  median,
  stddev,
  variance,
  some,
  every,
};

function buildAggregate(plan: PlanAggregate): AnyAggregate {
  const built = aggregateOf(plan);
  return plan.where ? built.where(buildExpr(plan.where)) : built;
}

function aggregateOf({ fn, args, param, orderBy: keys }: PlanAggregate): AnyAggregate {
  const [x, y] = args.map(buildExpr);
  const orderBy = keys.map(buildKey);
  if (!x) return count();
  if (fn === 'count') return count(x);
  if (fn === 'quantile') return quantile(x, param ?? 0.5);
  if (fn === 'first') return first(x, { orderBy });
  if (fn === 'last') return last(x, { orderBy });
  if (fn === 'collectList') return collectList(x, { orderBy });
  if (fn === 'argMin' && y) return argMin(x, y);
  if (fn === 'argMax' && y) return argMax(x, y);
  const build = plainAggregates[fn];
  if (!build) throw new TypeError(`${fn} cannot be built of ${args.length} operands.`);
  return build(x);
}

const windowFunctions: Readonly<Record<WindowName, (x: AnyExpr, n: number) => AnyWindow>> = {
  rowNumber,
  rank,
  denseRank,
  percentRank,
  cumeDist,
  ntile: (_, n) => ntile(n),
  lag,
  lead,
  firstValue,
  lastValue,
  nthValue,
};

function buildWindow({ fn, partitionBy, orderBy, frame }: PlanWindow): AnyExpr {
  const window = {
    partitionBy: partitionBy.map(buildExpr),
    orderBy: orderBy.map(buildKey),
    ...(frame ? { [frame.unit]: [frame.start, frame.end] as const } : {}),
  };
  if (fn.kind === 'aggregate') return buildAggregate(fn).over(window);
  const operand = fn.args[0] ? buildExpr(fn.args[0]) : lit(null);
  return windowFunctions[fn.name](operand, fn.params[0] === undefined ? 1 : numberOf(fn.params[0])).over(window);
}

import type { DuckDBConnection } from '@duckdb/node-api';
import { type Part, partsOf, partsOfNode } from '../engine/sql/expr-parts.ts';
import { typeOfPart } from '../engine/sql/fault.ts';
import { type CallExpr, type Expr, mapChildrenOf, mapSame, update } from '../plan/expr.ts';
import type { ScalarFunction } from '../plan/functions.ts';
import { mapInputs, type RelNode, relInputs } from '../plan/relation.ts';

/** Units that are counted on a calendar; the others are as long in every zone. */
const calendarUnits: ReadonlySet<unknown> = new Set(['year', 'quarter', 'month', 'week', 'day']);

/** Functions whose answer is read from the clock of a place. */
const clockFunctions: ReadonlySet<ScalarFunction> = new Set<ScalarFunction>([
  'dt.year',
  'dt.quarter',
  'dt.month',
  'dt.week',
  'dt.day',
  'dt.dayOfWeek',
  'dt.dayOfYear',
  'dt.hour',
  'dt.minute',
  'dt.second',
  'dt.millisecond',
  'dt.microsecond',
  'dt.format',
  'dt.date',
  'dt.lastDayOfMonth',
  'dt.truncate',
  'dt.add',
  'dt.diff',
]);

/** Zoned operands of clock functions, by the rows that they are computed from: one expression may stand over several. */
type Zoned = ReadonlyMap<RelNode, ReadonlySet<Expr>>;

/**
 * The plan with its date functions of zoned timestamps seen from `zone` (an IANA name): `dt.hour(at)` becomes
 * `dt.hour(dt.atTimeZone(at, zone))`. Zone-less timestamps and dates stay as they are, and the engine stays in UTC.
 *
 * @param rel a plan that binds
 */
export async function shiftZones(connection: DuckDBConnection, rel: RelNode, zone: string): Promise<RelNode> {
  const zoned = new Map<RelNode, Set<Expr>>();
  await collectFromNode(connection, rel, zoned);
  return zoned.size === 0 ? rel : shiftNode(rel, zoned, zone);
}

async function collectFromNode(
  connection: DuckDBConnection,
  rel: RelNode,
  zoned: Map<RelNode, Set<Expr>>,
): Promise<void> {
  for (const input of relInputs(rel)) await collectFromNode(connection, input, zoned);
  for (const part of partsOfNode(rel)) {
    const rows = relInputs(rel).find((input) => input === part.place.input) ?? rel;
    await collect(connection, part, (expr) => zoned.set(rows, (zoned.get(rows) ?? new Set()).add(expr)));
  }
}

async function collect(connection: DuckDBConnection, part: Part, add: (expr: Expr) => void): Promise<void> {
  const { expr } = part;
  for (const operand of partsOf(part)) {
    await collect(connection, operand, add);
    if (expr.kind !== 'call' || !clockFunctions.has(expr.fn)) continue;
    if ((await typeOfPart(connection, operand))?.kind === 'timestamptz') add(operand.expr);
  }
}

function shiftNode(rel: RelNode, zoned: Zoned, zone: string): RelNode {
  const over = (rows: RelNode) => (expr: Expr) => shift(expr, zoned.get(rows) ?? new Set(), zone);
  const node = mapInputs(rel, (input) => shiftNode(input, zoned, zone));
  if (node.kind === 'join' && rel.kind === 'join') {
    const [left, right] = [over(rel.left), over(rel.right)];
    const on = mapSame(node.on, (pair) => update(pair, { left: left(pair.left), right: right(pair.right) }));
    return update(node, { on, where: node.where && over(rel)(node.where) });
  }
  const [input] = relInputs(rel);
  return input ? mapExprs(node, over(input)) : node;
}

function mapExprs(node: RelNode, change: (expr: Expr) => Expr): RelNode {
  const each = <T extends { readonly expr: Expr }>(items: readonly T[]) =>
    mapSame(items, (item) => {
      const expr = change(item.expr);
      return expr === item.expr ? item : { ...item, expr };
    });
  if (node.kind === 'filter') return update(node, { predicate: change(node.predicate) });
  if (node.kind === 'project') return update(node, { columns: each(node.columns) });
  if (node.kind === 'sort') return update(node, { keys: each(node.keys) });
  if (node.kind === 'aggregate') return update(node, { keys: each(node.keys), aggregates: each(node.aggregates) });
  return node;
}

function shift(expr: Expr, zoned: ReadonlySet<Expr>, zone: string): Expr {
  const changed = mapChildrenOf(expr, (child) => shift(child, zoned, zone));
  if (expr.kind !== 'call' || changed.kind !== 'call' || !clockFunctions.has(expr.fn)) return changed;
  return shiftCall(
    changed,
    expr.args.map((arg) => zoned.has(arg)),
    zone,
  );
}

function shiftCall(expr: CallExpr, isZoned: readonly boolean[], zone: string): Expr {
  if (!isZoned.includes(true)) return expr;
  const here = (x: Expr) => call('dt.atTimeZone', x, { kind: 'literal', type: { kind: 'string' }, value: zone });
  const [x, unit] = expr.args;
  const byCalendar = unit?.kind === 'literal' && calendarUnits.has(unit.value);
  const seen = { ...expr, args: expr.args.map((arg, index) => (isZoned[index] ? here(arg) : atInstant(arg, here))) };
  switch (expr.fn) {
    case 'dt.truncate':
      if (byCalendar || !x) return here(seen);
      // An hour that the clock shows twice stays the one that it is: what is left of it is taken off the instant.
      return call('sub', x, call('sub', here(x), seen));
    case 'dt.add':
      return byCalendar ? here(seen) : expr;
    case 'dt.diff':
      return byCalendar ? seen : expr;
    default:
      return seen;
  }
}

/** A `Date` beside a zoned timestamp is an instant too, unless it is a whole day. */
function atInstant(arg: Expr, here: (x: Expr) => Expr): Expr {
  if (arg.kind !== 'literal' || arg.type.kind !== 'timestamp') return arg;
  return here({ kind: 'cast', input: arg, type: { kind: 'timestamptz' }, safe: false });
}

function call(fn: ScalarFunction, ...args: readonly Expr[]): CallExpr {
  return { kind: 'call', fn, args };
}

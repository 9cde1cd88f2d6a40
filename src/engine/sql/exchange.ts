import type { Expr, NamedExpr, SortKey } from '../../plan/expr.ts';
import type { Partitioning, ReadRel, RelNode } from '../../plan/relation.ts';
import type { Schema } from '../../plan/types.ts';
import { renderCarried } from './exchange-type.ts';
import { quoteString } from './quote.ts';
import { renderQuery } from './relation.ts';
import type { RenderContext } from './render-context.ts';

/** Column that tells a row's partition, counted from 0; it goes into no file. */
export const partitionColumn = 'p';

/**
 * The rows of a plan as they cross between tasks: columns `c0`, `c1` … in their wire types, in the plan's order, and
 * {@link partitionColumn} for those kinds of partitioning that know several.
 *
 * @param schema the plan's own columns
 * @param intervals which of the sort keys of a range partitioning are intervals
 */
export function renderExchange(
  plan: RelNode,
  schema: Schema,
  partitioning: Partitioning,
  intervals: ReadonlySet<number>,
  context: RenderContext,
): string {
  const columns = schema.map(({ type }, index) => `${renderCarried(`v${index}`, type)} AS c${index}`);
  // A Parquet file has at least one column.
  const list = columns.length > 0 ? columns : ['NULL::INTEGER AS c0'];
  const rows = (keys: readonly Expr[]) => `(\n${renderQuery(withKeys(plan, schema, keys), context)}\n)`;
  switch (partitioning.kind) {
    case 'single':
    case 'broadcast':
    case 'keep':
      return `SELECT ${list.join(', ')}\nFROM ${rows([])}`;
    case 'hash':
      return `SELECT ${list.join(', ')}, ${hashPartition(partitioning, schema)} AS ${partitionColumn}\nFROM ${rows(partitioning.keys)}`;
    case 'range': {
      const { keys, bounds } = partitioning;
      const sorted = `SELECT *, ${sortKey(keys, intervals)} AS s\nFROM ${rows(keys.map((key) => key.expr))}`;
      return `SELECT ${list.join(', ')}, ${rangePartition(bounds)} AS ${partitionColumn}\nFROM (\n${sorted}\n)`;
    }
  }
}

/**
 * Sort keys, as hexadecimal text, of evenly spread rows of an exchange.
 *
 * @param every how many rows stand behind each key
 * @param intervals which of the keys are intervals
 */
export function renderSortSample(
  read: ReadRel,
  keys: readonly SortKey[],
  every: number,
  intervals: ReadonlySet<number>,
  context: RenderContext,
): string {
  const numbered = `SELECT *, row_number() OVER () - 1 AS r\nFROM (\n${renderKeys(read, keys, context)}\n)`;
  return `SELECT hex(${sortKey(keys, intervals)})\nFROM (\n${numbered}\n)\nWHERE r % ${every} = ${Math.floor(every / 2)}`;
}

/** The values of sort keys over a plan, one column each. */
export function renderKeys(plan: RelNode, keys: readonly SortKey[], context: RenderContext): string {
  const exprs = keys.map((key) => key.expr);
  return renderQuery(withKeys(plan, [], exprs), context);
}

/** The plan's columns as `v0`, `v1` … and keys over them as `k0`, `k1` …: all different, whatever the names in the plan. */
function withKeys(plan: RelNode, schema: Schema, keys: readonly Expr[]): RelNode {
  const columns = [
    ...schema.map(({ name }, index): NamedExpr => ({ name: `v${index}`, expr: { kind: 'column', name } })),
    ...keys.map((expr, index): NamedExpr => ({ name: `k${index}`, expr })),
  ];
  return { kind: 'project', input: plan, columns };
}

/**
 * The hash is hashed again: the engine's own hash tables go by the bits of the first one, of which some would be alike in
 * all of a partition's rows (a join of 1.5 M rows in 8 partitions takes a fifth less this way).
 */
function hashPartition(
  { keys, partitions, nullsTogether }: Extract<Partitioning, { kind: 'hash' }>,
  schema: Schema,
): string {
  const names = keys.map((_, index) => `k${index}`);
  // Without keys all rows are alike.
  if (names.length === 0) return '0::UBIGINT';
  const hash = `hash(${names.join(', ')})`;
  if (nullsTogether || schema.length === 0) return `hash(${hash}) % ${partitions}`;
  const anyNull = names.map((name) => `${name} IS NULL`).join(' OR ');
  const spread = `hash(${schema.map((_, index) => `v${index}`).join(', ')})`;
  return `hash(CASE WHEN ${anyNull} THEN ${spread} ELSE ${hash} END) % ${partitions}`;
}

/** How many of the bounds lie below the sort key `s`: by halves, so that a row is held against few of them. */
function rangePartition(bounds: readonly string[]): string {
  const search = (low: number, high: number): string => {
    if (low === high) return String(low);
    const middle = (low + high) >> 1;
    const bound = `unhex(${quoteString(bounds[middle] ?? '')})`;
    return `CASE WHEN s > ${bound} THEN ${search(middle + 1, high)} ELSE ${search(low, middle)} END`;
  };
  return search(0, bounds.length);
}

/**
 * Bytes that sort as the keys do. Of short keys alone the engine would make an integer; the empty text makes it bytes. An
 * interval is sorted by its normal form, which the engine's ORDER BY takes by itself and this function does not.
 */
function sortKey(keys: readonly SortKey[], intervals: ReadonlySet<number>): string {
  const parts = keys.map(({ descending, nullsFirst }, index) => {
    const order = `${descending ? 'DESC' : 'ASC'} NULLS ${nullsFirst ? 'FIRST' : 'LAST'}`;
    const value = intervals.has(index) ? `normalized_interval(k${index})` : `k${index}`;
    return `${value}, ${quoteString(order)}`;
  });
  return `create_sort_key(${[...parts, `''`, `'ASC NULLS LAST'`].join(', ')})`;
}

import { InternalError } from '../../errors.ts';
import { type Expr, someExpr } from '../../plan/expr.ts';
import { hasOrder } from '../../plan/order.ts';
import type {
  AggregateRel,
  DistinctRel,
  LimitRel,
  ProjectRel,
  RelNode,
  SortRel,
  ValuesRel,
} from '../../plan/relation.ts';
import { renderExplode } from './explode.ts';
import { renderCondition, renderExpr, renderSortKey, type Scope } from './expr.ts';
import { renderJoin } from './join.ts';
import { renderValue } from './literal.ts';
import { sqlNames } from './names.ts';
import { hasWindows, withColumn, withPosition } from './order.ts';
import { renderRead } from './read-exchange.ts';
import type { RenderContext, Rendering } from './render-context.ts';
import { emptyTable, renderScan } from './scan.ts';
import {
  columnsOf,
  namesOf,
  nest,
  opened,
  parenthesized,
  type Select,
  selectAll,
  selectFrom,
  selectLines,
  selectText,
} from './select.ts';
import { addTable, renderReuse, renderWith } from './with.ts';

export type { RenderContext } from './render-context.ts';

/**
 * The SQL of a plan, to be run where `context` says the files are. Rows come in the order that semantics.md promises, given
 * that the engine's `preserve_insertion_order` is on. Fragments must have passed `checkFragment` before.
 */
export function renderQuery(rel: RelNode, context: RenderContext): string {
  return renderWhole(rel, context, 'ordered');
}

/**
 * The SQL of a plan over empty tables of the same types, to be bound and never run: the binder refuses comparisons of
 * types that don't go together and conditions that are not boolean.
 */
export function renderBinding(rel: RelNode): string {
  return renderWhole(rel, null, 'unordered');
}

function renderWhole(rel: RelNode, context: RenderContext | null, use: Use): string {
  const rendering: Rendering = { context, tables: new Map() };
  const query = selectText(render(rel, rendering, use));
  return [...renderWith(rendering.tables), query].join('\n');
}

/**
 * What becomes of a node's rows: somebody looks at their order, or nobody does, or nobody does and a join is above them whose
 * filters the engine takes down to the scans.
 */
type Use = 'ordered' | 'unordered' | 'joined';

/** The use of an input whose order is of no use to `use` either. */
function withoutOrder(use: Use): Use {
  return use === 'joined' ? 'joined' : 'unordered';
}

function render(rel: RelNode, rendering: Rendering, use: Use): Select {
  switch (rel.kind) {
    case 'scan':
      return renderScan(rel, rendering);
    case 'values':
      return renderValues(rel, rendering);
    case 'read':
      return renderRead(rel, rendering);
    case 'exchange':
      if (rendering.context) throw new InternalError('A task holds an exchange, where only the planner cuts.');
      return emptyTable(rel.schema);
    case 'filter': {
      const input = opened(render(rel.input, rendering, use), hasFragment([rel.predicate]));
      const condition = renderCondition(rel.predicate, scopeOf(input, rendering));
      return { ...input, where: [...input.where, keepsOrder(rel.predicate) ? condition : `${condition} IS TRUE`] };
    }
    case 'project':
      return renderProject(rel, rendering, use);
    case 'aggregate':
      return renderAggregation(rel, rendering);
    case 'explode':
      return renderExplode(rel, opened(render(rel.input, rendering, use), false), rendering.context === null);
    case 'distinct':
      return renderDistinct(rel, rendering);
    case 'sort':
      return renderSort(rel, rendering, use);
    case 'limit':
      return renderLimit(rel, render(rel.input, rendering, 'ordered'), rendering.context !== null && use === 'joined');
    case 'join':
      return renderJoin(
        rel,
        render(rel.left, rendering, 'joined'),
        render(rel.right, rendering, 'joined'),
        rendering.context === null,
      );
    case 'union':
      return combine(
        rel.inputs.map((input) => render(input, rendering, use)),
        'UNION ALL',
        rendering,
      );
    case 'set-operation': {
      const inputs = [rel.left, rel.right].map((input) => render(input, rendering, withoutOrder(use)));
      return combine(inputs, rel.op === 'except' ? 'EXCEPT' : 'INTERSECT', rendering);
    }
    case 'with':
      for (const { id, plan } of rel.subplans) addTable(id, render(plan, rendering, 'unordered'), rendering);
      return render(rel.input, rendering, use);
    case 'reuse':
      return renderReuse(rel, rendering);
  }
}

/** A filter by IS NOT DISTINCT FROM of lists or structs gives rows with null first, unless it is part of something else. */
function keepsOrder(predicate: Expr): boolean {
  return !someExpr(predicate, (part) => part.kind === 'call' && part.fn === 'eqNullSafe');
}

function renderValues(rel: ValuesRel, rendering: Rendering): Select {
  if (!rendering.context || rel.rows.length === 0 || rel.schema.length === 0) return emptyTable(rel.schema);
  const names = sqlNames(rel.schema.map((field) => field.name));
  const rows = rel.rows.map(
    (row) => `(${rel.schema.map((field, index) => renderValue(row[index] ?? null, field.type)).join(', ')})`,
  );
  const from = parenthesized([`VALUES ${rows.join(', ')}`], `) AS v(${[...names.values()].join(', ')})`);
  return selectAll(
    from,
    rel.schema.map((field) => field.name),
  );
}

/** Mere choices and new names leave the SELECT open; windows over ordered rows are put in order again. */
function renderProject(rel: ProjectRel, rendering: Rendering, use: Use): Select {
  const exprs = rel.columns.map((column) => column.expr);
  const reorder = use === 'ordered' && hasWindows(rel.columns) && hasOrder(rel.input);
  const rendered = render(rel.input, rendering, use);
  const names = rel.columns.map((column) => column.name);
  const { select, position } = reorder ? withPosition(rendered, names) : { select: rendered, position: null };
  const input = opened(select, hasFragment(exprs));
  const scope = scopeOf(input, rendering);
  const columns = rel.columns.map(({ name, expr }) => ({ name, sql: renderExpr(expr, scope) }));
  const open = exprs.every((expr) => expr.kind === 'column');
  const star = input.star && open && sameColumns(columns, input.columns);
  return { ...input, columns, open, star, orderBy: position === null ? '' : `ORDER BY ${position}` };
}

function renderAggregation(rel: AggregateRel, rendering: Rendering): Select {
  const columns = [...rel.keys, ...rel.aggregates];
  // Without keys there is one row, also when nobody wants its columns.
  if (columns.length === 0) return selectFrom(parenthesized(['SELECT 1']), [], false);
  const input = opened(render(rel.input, rendering, 'unordered'), hasFragment(columns.map((column) => column.expr)));
  const scope = scopeOf(input, rendering);
  return {
    ...input,
    columns: columns.map(({ name, expr }) => ({ name, sql: renderExpr(expr, scope) })),
    // By position: a name could be that of an input column.
    groupBy: rel.keys.length > 0 ? `GROUP BY ${rel.keys.map((_, index) => index + 1).join(', ')}` : '',
    open: false,
    star: false,
  };
}

function renderDistinct(rel: DistinctRel, rendering: Rendering): Select {
  if (rel.on !== null) return renderDistinctOn(rel, rel.on, rendering);
  const input = render(rel.input, rendering, 'unordered');
  const select = input.distinct || input.orderBy || input.limit ? nest(input) : input;
  return { ...select, distinct: 'DISTINCT', open: false };
}

/** With several threads the engine's DISTINCT ON takes any row of a combination: the first has to be counted out. */
function renderDistinctOn(rel: DistinctRel, on: readonly string[], rendering: Rendering): Select {
  const ordered = hasOrder(rel.input);
  const input = render(rel.input, rendering, ordered ? 'ordered' : 'unordered');
  const { select, position } = ordered ? withPosition(input) : { select: opened(input, false), position: null };
  const scope = scopeOf(select, rendering);
  // No column at all is one combination.
  const keys = on.map((name) => renderExpr({ kind: 'column', name }, scope)).join(', ') || 'TRUE';
  if (position === null) return { ...select, distinct: `DISTINCT ON (${keys})`, open: false };
  const place = withColumn(select, 'place', `row_number() OVER (PARTITION BY ${keys} ORDER BY ${position})`);
  return { ...place.select, where: [`${place.sql} = 1`] };
}

function renderSort(rel: SortRel, rendering: Rendering, use: Use): Select {
  const input = render(rel.input, rendering, rel.stable ? 'ordered' : withoutOrder(use));
  const { select, position } = rel.stable ? withPosition(input) : { select: input, position: null };
  // A constant orders nothing, and in ORDER BY a number is the place of a column.
  const wanted = rel.keys.filter((key) => key.expr.kind !== 'literal');
  const byName =
    wanted.every((key) => key.expr.kind === 'column') && !select.orderBy && !select.limit && !select.distinct;
  const sorted = byName ? select : opened(select, hasFragment(wanted.map((key) => key.expr)));
  const keys = [
    ...wanted.map((key) => renderSortKey(sortExpr(key.expr, sorted, rendering), key)),
    ...(position === null ? [] : [position]),
  ];
  return { ...sorted, orderBy: keys.length > 0 ? `ORDER BY ${keys.join(', ')}` : '', open: false };
}

/** A bare name in ORDER BY is the SELECT's own column, a name within an expression is FROM's. */
function sortExpr(expr: Expr, select: Select, rendering: Rendering): string {
  const own = expr.kind === 'column' ? sqlNames(namesOf(select)).get(expr.name) : undefined;
  return own ?? renderExpr(expr, scopeOf(select, rendering));
}

/**
 * @param guarded whether filters from above must not come between the rows and the limit: DuckDB 1.5 takes those of joins
 * below LIMIT and TOP_N (its pull request 22963), but not into a table of its own
 */
function renderLimit(rel: LimitRel, input: Select, guarded: boolean): Select {
  const select = input.limit ? nest(input) : input;
  const parts = [rel.limit === null ? '' : `LIMIT ${rel.limit}`, rel.offset > 0 ? `OFFSET ${rel.offset}` : ''];
  const limited = { ...select, limit: parts.filter(Boolean).join(' '), open: false };
  if (!guarded) return limited;
  const table = ['WITH prefix AS MATERIALIZED', ...parenthesized(selectLines(limited)), 'SELECT * FROM prefix'];
  return selectAll(parenthesized(table), namesOf(limited));
}

/** Columns go by position; all inputs have the same names. */
function combine(inputs: readonly Select[], operator: string, rendering: Rendering): Select {
  const [first, ...rest] = inputs;
  if (!first) throw new InternalError('A union in the plan has no input.');
  if (rest.length === 0) return first;
  if (rendering.context === null) return checkedUnion(inputs);
  const tables = inputs.map((input) => parenthesized(selectLines(input)));
  const from = parenthesized(tables.flatMap((table, index) => (index === 0 ? table : [operator, ...table])));
  return selectAll(from, namesOf(first));
}

/**
 * A table of a union's types whose binding refuses columns without a common type: the engine's own union casts them to text,
 * or to whatever. For binding only.
 */
function checkedUnion(inputs: readonly Select[]): Select {
  const sides = inputs.map((input, index) => parenthesized(selectLines(input), `) AS s${index}`));
  const from = sides.flatMap((side, index) => (index === 0 ? side : ['CROSS JOIN', ...side]));
  const names = sqlNames(inputs[0] ? namesOf(inputs[0]) : []);
  const columns = [...names].map(([name, sql]) => ({
    name,
    sql: `coalesce(${inputs.map((_, index) => `s${index}.${sql}`).join(', ')})`,
  }));
  return selectFrom(from, columns, false);
}

function scopeOf(select: Select, rendering: Rendering): Scope {
  return { columns: columnsOf(select), checked: rendering.context === null };
}

function hasFragment(exprs: readonly Expr[]): boolean {
  return exprs.some((expr) => someExpr(expr, (part) => part.kind === 'sql'));
}

function sameColumns(a: Select['columns'], b: Select['columns']): boolean {
  return (
    a.length === b.length && a.every((column, index) => column.name === b[index]?.name && column.sql === b[index]?.sql)
  );
}

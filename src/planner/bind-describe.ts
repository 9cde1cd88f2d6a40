import type { Expr, NamedExpr } from '../plan/expr.ts';
import type { AggregateFunction } from '../plan/functions.ts';
import type { RelNode } from '../plan/relation.ts';
import { formatType } from '../plan/type-name.ts';
import { type DataType, type Field, isNumeric, type Schema } from '../plan/types.ts';

/** Statistics of `describe`, in the order of its columns. */
const statistics: Readonly<Record<string, { readonly of: (field: Field) => Expr | null; readonly type: DataType }>> = {
  count: { of: ({ name }) => aggregate('count', column(name)), type: { kind: 'int64' } },
  nulls: {
    of: ({ name }) => call('sub', aggregate('count'), aggregate('count', column(name))),
    type: { kind: 'int64' },
  },
  mean: { of: numeric((value) => aggregate('avg', value)), type: { kind: 'float64' } },
  stddev: { of: numeric((value) => aggregate('stddev', value)), type: { kind: 'float64' } },
  min: { of: ordered((value) => aggregate('min', value)), type: { kind: 'string' } },
  q25: { of: numeric((value) => aggregate('quantile', value, number(0.25))), type: { kind: 'float64' } },
  median: { of: numeric((value) => aggregate('quantile', value, number(0.5))), type: { kind: 'float64' } },
  q75: { of: numeric((value) => aggregate('quantile', value, number(0.75))), type: { kind: 'float64' } },
  max: { of: ordered((value) => aggregate('max', value)), type: { kind: 'string' } },
};

/**
 * One row for each column: its name and type, how many values and nulls it has; of numbers mean, sample standard deviation
 * and quartiles; of all that has an order the extremes, as text.
 */
export function bindDescribe(input: RelNode, schema: Schema): RelNode {
  const aggregates = schema.flatMap((field, index) =>
    Object.entries(statistics).flatMap(([name, { of }]): NamedExpr[] => {
      const expr = of(field);
      return expr ? [{ name: `${index}.${name}`, expr }] : [];
    }),
  );
  const computed: RelNode = { kind: 'aggregate', input, keys: [], aggregates };
  const names = new Set(aggregates.map((aggregated) => aggregated.name));
  const rows = schema.map((field, index) => rowOf(field, index, names));
  const list: RelNode = {
    kind: 'project',
    input: computed,
    columns: [{ name: 'row', expr: { kind: 'call', fn: 'list.of', args: rows } }],
  };
  const exploded: RelNode = { kind: 'explode', input: list, column: 'row', keepEmpty: true };
  const fields = ['column', 'type', ...Object.keys(statistics)];
  return {
    kind: 'project',
    input: exploded,
    columns: fields.map((name) => ({ name, expr: call('struct.field', column('row'), text(name)) })),
  };
}

function rowOf(field: Field, index: number, computed: ReadonlySet<string>): Expr {
  const values = Object.entries(statistics).flatMap(([name, { type }]): Expr[] => {
    const aggregated = `${index}.${name}`;
    const value: Expr = computed.has(aggregated)
      ? column(aggregated)
      : { kind: 'literal', type: { kind: 'null' }, value: null };
    return [text(name), { kind: 'cast', input: value, type, safe: false }];
  });
  return call('struct.of', text('column'), text(field.name), text('type'), text(formatType(field.type)), ...values);
}

function numeric(make: (value: Expr) => Expr): (field: Field) => Expr | null {
  return ({ name, type }) =>
    isNumeric(type) ? make({ kind: 'cast', input: column(name), type: { kind: 'float64' }, safe: false }) : null;
}

const unordered: ReadonlySet<string> = new Set(['list', 'array', 'struct', 'map', 'binary', 'null']);

function ordered(make: (value: Expr) => Expr): (field: Field) => Expr | null {
  return ({ name, type }) => (unordered.has(type.kind) ? null : make(column(name)));
}

function aggregate(fn: AggregateFunction, ...args: readonly Expr[]): Expr {
  return { kind: 'aggregate', fn, args, distinct: false, orderBy: [], filter: null };
}

function call(fn: 'sub' | 'struct.of' | 'struct.field', ...args: readonly Expr[]): Expr {
  return { kind: 'call', fn, args };
}

function column(name: string): Expr {
  return { kind: 'column', name };
}

function text(value: string): Expr {
  return { kind: 'literal', type: { kind: 'string' }, value };
}

function number(value: number): Expr {
  return { kind: 'literal', type: { kind: 'number' }, value };
}

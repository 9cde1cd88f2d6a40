import type { CallExpr, Expr, LambdaExpr } from '../../plan/expr.ts';
import type { RelNode } from '../../plan/relation.ts';
import type { DataType } from '../../plan/types.ts';
import { isWord } from './functions.ts';

/** Where an expression stands: over which rows, and within which lambdas. */
export interface Place {
  readonly input: RelNode;
  /** The verb or column, for messages. */
  readonly where: string;
  /** The expression as one over rows: within `xs.list.map(x => …)` it is a list of its values. */
  wrap(expr: Expr): Expr;
  /** The expression's own type from the type of what {@link wrap} gave. */
  unwrap(type: DataType): DataType;
}

/** A part of a plan's node or expression that has a type of its own. */
export interface Part {
  readonly expr: Expr;
  readonly place: Place;
  /** It must be boolean. */
  readonly isCondition: boolean;
}

/** Expressions of a node, in source order. */
export function partsOfNode(rel: RelNode): readonly Part[] {
  switch (rel.kind) {
    case 'scan':
    case 'values':
    case 'read':
    case 'exchange':
    case 'explode':
    case 'distinct':
    case 'limit':
    case 'union':
    case 'set-operation':
    case 'with':
    case 'reuse':
      return [];
    case 'filter':
      return [part(rel.predicate, topOf(rel.input, 'filter()'), true)];
    case 'project':
      return rel.columns.map(({ name, expr }) => part(expr, topOf(rel.input, `column ${JSON.stringify(name)}`)));
    case 'aggregate':
      return [...rel.keys, ...rel.aggregates].map(({ name, expr }) =>
        part(expr, topOf(rel.input, `column ${JSON.stringify(name)}`)),
      );
    case 'sort':
      return rel.keys.map((key) => part(key.expr, topOf(rel.input, 'sort()')));
    case 'join': {
      const pairs = rel.on.flatMap(({ left, right }) => [
        part(left, topOf(rel.left, 'join()')),
        part(right, topOf(rel.right, 'join()')),
      ]);
      const both: RelNode = {
        ...rel,
        how: 'cross',
        on: [],
        where: null,
        columns: rel.scope.map((column) => column.name),
      };
      return [...pairs, ...(rel.where ? [part(rel.where, topOf(both, 'join()'), true)] : [])];
    }
  }
}

/** Operands of an expression, each with its place. */
export function partsOf({ expr, place }: Part): readonly Part[] {
  switch (expr.kind) {
    case 'literal':
    case 'column':
    case 'sql':
    case 'lambda':
      return [];
    case 'call':
      return callParts(expr, place);
    case 'case':
      return [
        ...expr.branches.flatMap(({ when, value }) => [part(when, place, true), part(value, place)]),
        ...(expr.otherwise ? [part(expr.otherwise, place)] : []),
      ];
    case 'cast':
      return [part(expr.input, place)];
    case 'aggregate':
      return [
        ...[...expr.args, ...expr.orderBy.map((key) => key.expr)].map((child) => part(child, place)),
        ...(expr.filter ? [part(expr.filter, place, true)] : []),
      ];
    case 'window':
      return [
        ...(expr.fn.kind === 'aggregate'
          ? partsOf(part(expr.fn, place))
          : expr.fn.args.map((child) => part(child, place))),
        ...[...expr.partitionBy, ...expr.orderBy.map((key) => key.expr)].map((child) => part(child, place)),
      ];
  }
}

function part(expr: Expr, place: Place, isCondition = false): Part {
  return { expr, place, isCondition };
}

function topOf(input: RelNode, where: string): Place {
  return { input, where, wrap: (expr) => expr, unwrap: (type) => type };
}

function callParts(call: CallExpr, place: Place): readonly Part[] {
  const logical = call.fn === 'and' || call.fn === 'or' || call.fn === 'not';
  const [list] = call.args;
  return call.args.flatMap((arg, index) => {
    if (isWord(call.fn, index)) return [];
    if (arg.kind !== 'lambda' || !list) return [part(arg, place, logical)];
    return [part(arg.body, within(place, list, arg), call.fn === 'list.filter')];
  });
}

function within(place: Place, list: Expr, lambda: LambdaExpr): Place {
  return {
    ...place,
    wrap: (body) => place.wrap({ kind: 'call', fn: 'list.map', args: [list, { ...lambda, body }] }),
    unwrap: (type) => {
      const outer = place.unwrap(type);
      return outer.kind === 'list' || outer.kind === 'array' ? outer.item : outer;
    },
  };
}

import { parseType } from '../../../src/plan/type-name.ts';
import { type DataType, sameType } from '../../../src/plan/types.ts';
import type { Choices } from '../choices.ts';
import { functionNamed, functionsGiving } from '../functions/catalog.ts';
import { operands, type Typed } from '../functions/function-spec.ts';
import { isInteger, type Kind, kindOf, scalarKinds, someDecimal, widerOf } from '../kinds.ts';
import type { ConstantType, PlanExpr } from '../random-plan.ts';
import { arithmeticExpr } from './arithmetic.ts';
import { booleanExpr } from './conditions.ts';
import type { ColumnState, Scope } from './state.ts';

/** A kind that some column has; now and then any scalar one. */
export function someKind({ choices, columns }: Scope): Kind {
  if (columns.length === 0 || choices.oneIn(5)) return choices.pick(scalarKinds);
  return kindOf(choices.pick(columns).type);
}

/** An expression of some kind. */
export function anyExpr(scope: Scope, depth: number): Typed {
  return exprOf(scope, someKind(scope), depth);
}

/** An expression of a kind, of at most so many functions one within the other. */
export function exprOf(scope: Scope, kind: Kind, depth: number): Typed {
  if (depth <= 0) return leaf(scope, kind);
  const { choices } = scope;
  const way = choices.below(8);
  if (way < 2) return leaf(scope, kind);
  if (way === 7) return choiceExpr(scope, kind, depth - 1);
  if (kind === 'integer' && way < 5) return arithmeticExpr(scope, depth - 1);
  if (kind === 'boolean' && way < 6) return booleanExpr(scope, depth - 1);
  return callExpr(scope, kind, depth - 1) ?? leaf(scope, kind);
}

/** An expression whose values compare with those of `other`: of the same type, or any integer for an integer. */
export function exprLike(scope: Scope, other: Typed, depth: number): Typed {
  if (other.type.kind !== 'decimal') return exprOf(scope, kindOf(other.type), depth);
  if (other.type === someDecimal) return other;
  const columns = scope.columns.filter((column) => sameType(column.type, other.type));
  const constant = decimalConstant(scope.choices, other.type);
  return scope.choices.pick([...columns.map(columnExpr), constant]);
}

/** A column, or a constant where there is none of the kind (and now and then besides). */
export function leaf({ choices, columns }: Scope, kind: Kind): Typed {
  const fitting = columns.filter((column) => kindOf(column.type) === kind);
  if (fitting.length > 0 && !choices.oneIn(5)) return columnExpr(choices.pick(fitting));
  return constantOf(choices, kind);
}

/** The column as an expression. */
export function columnExpr({ name, type, bound }: ColumnState): Typed {
  return { expr: { kind: 'column', name }, type, bound };
}

const constants: Readonly<Record<string, readonly (string | number | boolean)[]>> = {
  number: [1, 0, 2, -1, 3, 10, 100],
  fraction: [0.5, -2.5, 1.25, 0.1, Number.NaN, Infinity],
  string: ['a', '', 'b', 'abc', 'É', '😀', "it's", 'two\nlines', '12'],
  boolean: [true, false],
  date: ['2020-02-29', '1969-12-31', '1970-01-01'],
  timestamp: ['2020-02-29T12:34:56.789Z', '1969-12-31T23:59:59.999Z'],
};

function constantOf(choices: Choices, kind: Kind): Typed {
  const constant = (type: ConstantType, list: string, of: DataType, bound = Infinity): Typed => ({
    expr: { kind: 'constant', type, value: choices.pick(constants[list] ?? []) },
    type: of,
    bound,
  });
  switch (kind) {
    case 'integer':
      // In truth at least 32 bits wide, but beside a narrower column it takes that one's type.
      return constant('number', 'number', { kind: 'int8' }, 100);
    case 'float64':
      return constant('number', 'fraction', { kind: 'float64' });
    case 'decimal':
      return decimalConstant(choices, { kind: 'decimal', precision: 9, scale: 2 });
    case 'string':
    case 'boolean':
    case 'date':
      return constant(kind, kind, { kind });
    case 'timestamp':
      return constant('timestamp', 'timestamp', { kind: 'timestamp', unit: 'us' });
    default: {
      const type = parseType(kind);
      return { expr: { kind: 'cast', input: nothing, type, safe: false }, type, bound: 0 };
    }
  }
}

const nothing: PlanExpr = { kind: 'constant', type: 'null', value: null };

function decimalConstant(choices: Choices, type: DataType): Typed {
  const value = choices.pick(['1', '0', '2', '-2', '1.5']);
  return {
    expr: { kind: 'cast', input: { kind: 'constant', type: 'string', value }, type, safe: false },
    type,
    bound: 9,
  };
}

function callExpr(scope: Scope, kind: Kind, depth: number): Typed | null {
  const kinds = new Set<Kind>([...scope.columns.map((column) => kindOf(column.type)), ...scalarKinds]);
  const names = functionsGiving(kind).filter((name) => functionNamed(name).takes.every((takes) => kinds.has(takes)));
  if (names.length === 0) return null;
  const fn = scope.choices.pick(names);
  const spec = functionNamed(fn);
  const params = spec.params?.(scope.choices) ?? [];
  const args = operands(spec.takes.map((takes) => exprOf(scope, takes, depth)));
  if (spec.safe && !spec.safe(args)) return null;
  return {
    expr: { kind: 'call', fn, args: args.map((arg) => arg.expr), params },
    type: typeof spec.gives === 'function' ? spec.gives(args) : spec.gives,
    bound: spec.bound?.(args) ?? Infinity,
  };
}

/** One of two values of a type: by a condition, by which is null, by which is larger. */
function choiceExpr(scope: Scope, kind: Kind, depth: number): Typed {
  const { choices } = scope;
  const a = exprOf(scope, kind, depth);
  const b = exprLike(scope, a, depth);
  const type = isInteger(a.type) ? widerOf(a.type, b.type) : a.type;
  const result = (expr: PlanExpr): Typed => ({ expr, type, bound: Math.max(a.bound, b.bound) });
  const fn = choices.pick(['case', 'coalesce', 'fillNull', 'nullIf', 'case', 'greatest', 'least']);
  if (fn === 'case' || kind.includes('<') || kind === 'boolean') {
    const when = booleanExpr(scope, depth).expr;
    const otherwise = choices.oneIn(3) ? null : b.expr;
    return result({ kind: 'case', branches: [{ when, value: a.expr }], otherwise });
  }
  return result({ kind: 'call', fn, args: [a.expr, b.expr], params: [] });
}

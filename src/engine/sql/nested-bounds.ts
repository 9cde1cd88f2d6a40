import { type CallExpr, type Expr, someExpr } from '../../plan/expr.ts';
import type { ScalarFunction } from '../../plan/functions.ts';
import type { DataType } from '../../plan/types.ts';

const ranges: ReadonlySet<ScalarFunction> = new Set<ScalarFunction>(['lt', 'lte', 'gt', 'gte', 'between']);

/**
 * The SQL of a call's arguments, with nested constants out of the engine's sight where they bound a range: of a filter for
 * what lies between two constants it makes a BETWEEN, which it cannot compute for lists, structs and maps (DuckDB 1.5.6:
 * "Invalid type for BETWEEN"). The value stays the same, since what is compared with null is null.
 *
 * @param args SQL of the call's arguments
 */
export function hideNestedBounds(call: CallExpr, args: readonly string[]): readonly string[] {
  if (!ranges.has(call.fn)) return args;
  const compared = call.args.findIndex((arg) => !isNestedConstant(arg));
  if (compared < 0) return args;
  return call.args.map((arg, index) => {
    const sql = args[index] ?? '';
    return isNestedConstant(arg) ? `CASE WHEN ${args[compared]} IS NOT NULL THEN ${sql} END` : sql;
  });
}

/** Of a fragment, whether its text may make something nested; a column that is taken for a constant costs nothing but time. */
function isNestedConstant(expr: Expr): boolean {
  if (someExpr(expr, (part) => part.kind === 'column')) return false;
  switch (expr.kind) {
    case 'literal':
    case 'cast':
      return expr.type.kind !== 'number' && isNested(expr.type);
    case 'call':
      return /^(list|struct|map)\./.test(expr.fn);
    case 'sql':
      return /[[{]|list|array|struct|map|row|split/i.test(expr.text);
    case 'column':
    case 'case':
    case 'aggregate':
    case 'window':
    case 'lambda':
      return false;
  }
}

function isNested(type: DataType): boolean {
  return ['list', 'array', 'struct', 'map'].includes(type.kind);
}

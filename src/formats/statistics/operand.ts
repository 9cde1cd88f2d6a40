import type { JsonValue } from '../../errors.ts';
import type { CastExpr, Expr, LiteralExpr } from '../../plan/expr.ts';
import { comparable } from './comparable.ts';
import type { RangeEvidence, ValueRange } from './value-range.ts';

/** One side of a comparison: a column's range, or a constant, which is a range of one value. */
export interface Operand extends ValueRange {
  /** Null for constants. */
  readonly column: string | null;
}

/** The range of a column, constant or cast of a constant; undefined for all else, and for columns of which nothing is known. */
export function operandOf(expr: Expr, evidence: RangeEvidence): Operand | undefined {
  if (expr.kind === 'column') {
    const range = evidence.rangeOf(expr.name);
    return range && { ...range, column: expr.name };
  }
  const literal = expr.kind === 'literal' ? expr : expr.kind === 'cast' ? castLiteral(expr) : undefined;
  return literal && constant(literal);
}

function constant({ type, value }: LiteralExpr): Operand {
  return { column: null, type, min: value, max: value, nulls: value === null ? 'all' : 'none' };
}

/** A text cast to a date or timestamp, or a date to a timestamp, where the cast keeps the instant; undefined otherwise. */
function castLiteral({ input, type }: CastExpr): LiteralExpr | undefined {
  if (input.kind !== 'literal' || !['date', 'timestamp', 'timestamptz'].includes(type.kind)) return undefined;
  if (input.value === null) return { ...input, type };
  const temporal = input.type.kind === 'string' || input.type.kind === 'date';
  const cast: LiteralExpr = { kind: 'literal', type, value: input.value };
  return temporal && comparable(type, input.value) ? cast : undefined;
}

/** A value as reasons show it: texts in quotes and cut to a glance. */
export function showValue({ type }: Pick<ValueRange, 'type'>, value: JsonValue): string {
  if (type.kind !== 'string') return String(value);
  const text = String(value);
  return `'${text.length > 40 ? `${text.slice(0, 39)}…` : text}'`;
}

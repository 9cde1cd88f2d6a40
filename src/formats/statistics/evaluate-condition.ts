import type { CallExpr, Expr } from '../../plan/expr.ts';
import { comparable } from './comparable.ts';
import { compareOperands, startsWith } from './compare-operands.ts';
import { type Operand, operandOf } from './operand.ts';
import { allOf, anyAnswer, anyOf, negate, type PossibleAnswers } from './possible-answers.ts';
import type { RangeEvidence } from './value-range.ts';

/**
 * Why no row passes all conditions, such as `l_shipdate max 1994-12-31 < 1995-01-01`, or null when some may. Conditions
 * that cannot be judged by ranges never exclude a row.
 */
export function reasonToSkip(conditions: readonly Expr[], evidence: RangeEvidence): string | null {
  return allOf(conditions.map((condition) => evaluateCondition(condition, evidence))).neverTrue;
}

/** The values that a condition can have in rows of which `evidence` tells the ranges. */
export function evaluateCondition(expr: Expr, evidence: RangeEvidence): PossibleAnswers {
  switch (expr.kind) {
    case 'call':
      return evaluateCall(expr, evidence);
    case 'literal':
    case 'column': {
      const operand = operandOf(expr, evidence);
      // A bare boolean stands for itself = true.
      return operand ? compareOperands('eq', operand, alwaysTrue, evidence) : anyAnswer;
    }
    case 'case':
    case 'cast':
    case 'aggregate':
    case 'window':
    case 'lambda':
    case 'sql':
      return anyAnswer;
  }
}

const alwaysTrue: Operand = { column: null, type: { kind: 'boolean' }, min: true, max: true, nulls: 'none' };

function evaluateCall(expr: CallExpr, evidence: RangeEvidence): PossibleAnswers {
  const conditions = () => expr.args.map((arg) => evaluateCondition(arg, evidence));
  const [a, ...others] = expr.args.map((arg) => operandOf(arg, evidence));
  const compareFirst = (fn: 'eq' | 'lt' | 'lte' | 'gt' | 'gte', b: Operand | undefined) =>
    a && b ? compareOperands(fn, a, b, evidence) : anyAnswer;
  switch (expr.fn) {
    case 'and':
      return allOf(conditions());
    case 'or':
      return anyOf(conditions());
    case 'not':
      return allOf(conditions().map(negate));
    case 'isNull':
      return isNull(a);
    case 'isNotNull':
      return negate(isNull(a));
    case 'eq':
    case 'lt':
    case 'lte':
    case 'gt':
    case 'gte':
      return compareFirst(expr.fn, others[0]);
    case 'ne':
      return negate(compareFirst('eq', others[0]));
    case 'eqNullSafe':
      return nullSafe(a, others[0], compareFirst('eq', others[0]));
    case 'between':
      return exact([a, ...others])
        ? allOf([compareFirst('gte', others[0]), compareFirst('lte', others[1])])
        : anyAnswer;
    case 'isIn':
      return exact([a, ...others]) ? anyOf(others.map((item) => compareFirst('eq', item))) : anyAnswer;
    case 'str.startsWith':
      return a && others[0] ? startsWith(a, others[0]) : anyAnswer;
    default:
      // All other functions: what they compute is not followed. A skipped row group needs a proof, so this is safe.
      return anyAnswer;
  }
}

/** The engine compares all operands of one call in one type: a float among them makes it round the others too. */
function exact(operands: readonly (Operand | undefined)[]): boolean {
  return operands.every((operand) => {
    if (!operand || operand.type.kind === 'float32' || operand.type.kind === 'float64') return false;
    return operand.column !== null || operand.min === null || comparable(operand.type, operand.min) !== undefined;
  });
}

function isNull(operand: Operand | undefined): PossibleAnswers {
  const name = operand?.column ?? 'a constant';
  const none = operand?.nulls === 'none' ? `${name} is never null` : null;
  const all = operand?.nulls === 'all' ? `${name} is null in every row` : null;
  return { canBeNull: false, neverTrue: none, neverFalse: all };
}

/** `a IS NOT DISTINCT FROM b`: null equals null, and nothing else. */
function nullSafe(a: Operand | undefined, b: Operand | undefined, equal: PossibleAnswers): PossibleAnswers {
  if (b?.nulls === 'all') return isNull(a);
  if (a?.nulls === 'all') return isNull(b);
  const bothCanBeNull = a?.nulls !== 'none' && b?.nulls !== 'none';
  return {
    canBeNull: false,
    neverTrue: bothCanBeNull ? null : equal.neverTrue,
    neverFalse: equal.canBeNull ? null : equal.neverFalse,
  };
}

/**
 * Which of SQL's three values a condition can have in a set of rows. Where nothing is known, all of them; too many is
 * safe, too few is a wrong answer.
 */
export interface PossibleAnswers {
  readonly canBeNull: boolean;
  /** Null when the condition can be true, otherwise why it is true in no row. */
  readonly neverTrue: string | null;
  /** Null when the condition can be false, otherwise why it is false in no row. */
  readonly neverFalse: string | null;
}

/** Nothing is known. */
export const anyAnswer: PossibleAnswers = { canBeNull: true, neverTrue: null, neverFalse: null };

/** Null in every row. */
export function alwaysNull(reason: string): PossibleAnswers {
  return { canBeNull: true, neverTrue: reason, neverFalse: reason };
}

/** `NOT condition`. */
export function negate({ canBeNull, neverTrue, neverFalse }: PossibleAnswers): PossibleAnswers {
  return { canBeNull, neverTrue: neverFalse, neverFalse: neverTrue };
}

/** `a AND b AND …`; without operands it is true. */
export function allOf(operands: readonly PossibleAnswers[]): PossibleAnswers {
  const alwaysFalse = operands.some((operand) => !operand.canBeNull && operand.neverTrue !== null);
  return {
    canBeNull: !alwaysFalse && operands.some((operand) => operand.canBeNull),
    neverTrue: operands.find((operand) => operand.neverTrue !== null)?.neverTrue ?? null,
    neverFalse: operands.some((operand) => operand.neverFalse === null) ? null : reasons(operands),
  };
}

/** `a OR b OR …`; without operands it is false. */
export function anyOf(operands: readonly PossibleAnswers[]): PossibleAnswers {
  return negate(allOf(operands.map(negate)));
}

function reasons(operands: readonly PossibleAnswers[]): string {
  return [...new Set(operands.map((operand) => operand.neverFalse))].join(' and ') || 'nothing is asked';
}

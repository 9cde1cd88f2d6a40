import type { JsonValue } from '../../errors.ts';
import { type Comparable, comparable, compare } from './comparable.ts';
import { type Operand, showValue } from './operand.ts';
import { alwaysNull, anyAnswer, type PossibleAnswers } from './possible-answers.ts';
import type { RangeEvidence } from './value-range.ts';

/** The answers that `a fn b` can have. */
export function compareOperands(
  fn: 'eq' | 'lt' | 'lte' | 'gt' | 'gte',
  a: Operand,
  b: Operand,
  evidence: RangeEvidence,
): PossibleAnswers {
  const nullSide = nullInEveryRow(a) ?? nullInEveryRow(b);
  if (nullSide) return alwaysNull(nullSide);
  const canBeNull = a.nulls !== 'none' || b.nulls !== 'none';
  const below = isBelow(a, b);
  const above = isBelow(b, a);
  switch (fn) {
    case 'eq':
      return {
        canBeNull,
        neverTrue: below.strictly ?? above.strictly ?? missing(a, b, evidence),
        neverFalse: isSameValue(a, b),
      };
    case 'lt':
      return { canBeNull, neverTrue: above.orEqual, neverFalse: below.strictly };
    case 'gt':
      return { canBeNull, neverTrue: below.orEqual, neverFalse: above.strictly };
    case 'lte':
      return { canBeNull, neverTrue: above.strictly, neverFalse: below.orEqual };
    case 'gte':
      return { canBeNull, neverTrue: below.strictly, neverFalse: above.orEqual };
  }
}

/** The answers that `starts_with(a, prefix)` can have, for a constant prefix. */
export function startsWith(a: Operand, prefix: Operand): PossibleAnswers {
  const nullSide = nullInEveryRow(a) ?? nullInEveryRow(prefix);
  if (nullSide) return alwaysNull(nullSide);
  const start = prefix.column === null ? bound(prefix, 'min') : undefined;
  if (start?.family !== 'text') return anyAnswer;
  const [min, max] = [bound(a, 'min'), bound(a, 'max')];
  const begins = (value: Comparable | undefined) =>
    value?.family === 'text' && value.bytes.subarray(0, start.bytes.length).equals(start.bytes);
  // Texts with the prefix p lie together, from p itself on.
  const before = max && (compare(max, start) ?? 0) < 0;
  const after = min?.family === 'text' && (compare(min, start) ?? 0) > 0 && !begins(min);
  const show = showValue(prefix, prefix.min);
  return {
    canBeNull: a.nulls !== 'none',
    neverTrue: before
      ? `${side(a, 'max')} < ${show}`
      : after
        ? `${side(a, 'min')} is past all that begin with ${show}`
        : null,
    neverFalse: begins(min) && begins(max) ? `all of ${a.column} begin with ${show}` : null,
  };
}

/** Whether all of `a` is below all of `b`: the reason, or null when it is not so or not known. */
function isBelow(a: Operand, b: Operand): { readonly strictly: string | null; readonly orEqual: string | null } {
  const [aMax, bMin] = [bound(a, 'max'), bound(b, 'min')];
  const order = aMax && bMin && compare(aMax, bMin);
  if (order === undefined || order > 0) return { strictly: null, orEqual: null };
  // The column comes first: `x min 5 > 3`, not `3 < x min 5`.
  const text = (forward: string, backward: string) =>
    a.column === null && b.column !== null
      ? `${side(b, 'min')} ${backward} ${side(a, 'max')}`
      : `${side(a, 'max')} ${forward} ${side(b, 'min')}`;
  return { strictly: order < 0 ? text('<', '>') : null, orEqual: text(order < 0 ? '<' : '=', order < 0 ? '>' : '=') };
}

function isSameValue(a: Operand, b: Operand): string | null {
  const values = [bound(a, 'min'), bound(a, 'max'), bound(b, 'min'), bound(b, 'max')];
  const [first] = values;
  const same = values.every((value) => first && value && compare(first, value) === 0);
  if (!same) return null;
  return a.column === null && b.column !== null
    ? `${side(b, 'min')} = ${side(a, 'min')}`
    : `${side(a, 'min')} = ${side(b, 'min')}`;
}

function missing(a: Operand, b: Operand, evidence: RangeEvidence): string | null {
  const [column, constant] = a.column === null ? [b, a] : [a, b];
  const value = bound(constant, 'min');
  if (column.column === null || constant.column !== null || !value || !evidence.mayContain) return null;
  if (evidence.mayContain(column.column, value)) return null;
  return `${column.column} = ${showValue(constant, constant.min)} is not in the bloom filter`;
}

function nullInEveryRow({ nulls, column }: Operand): string | null {
  return nulls !== 'all' ? null : column === null ? 'nothing compares with null' : `${column} is null in every row`;
}

function bound(operand: Operand, which: 'min' | 'max'): Comparable | undefined {
  const value: JsonValue = operand[which];
  return value === null ? undefined : comparable(operand.type, value);
}

/** `x min 5`, `x 5` where all values are 5, `5` for a constant. */
function side(operand: Operand, which: 'min' | 'max'): string {
  const value = showValue(operand, operand[which]);
  if (operand.column === null) return value;
  return operand.min === operand.max ? `${operand.column} ${value}` : `${operand.column} ${which} ${value}`;
}

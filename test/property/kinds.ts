import { formatType } from '../../src/plan/type-name.ts';
import type { DataType } from '../../src/plan/types.ts';

/**
 * What functions ask of an operand: all integers are alike, all decimals too; lists and structs go by their text, such as
 * `list<int64>`.
 */
export type Kind = string;

/** Kind of a type. */
export function kindOf(type: DataType): Kind {
  if (isInteger(type)) return 'integer';
  return type.kind === 'list' || type.kind === 'struct' ? formatType(type) : type.kind;
}

/** Whether values are whole numbers. */
export function isInteger(type: DataType): boolean {
  return /^u?int\d+$/.test(type.kind);
}

/** Kinds that every table could have and constants exist of. */
export const scalarKinds = ['integer', 'string', 'float64', 'boolean', 'decimal', 'date', 'timestamp'] as const;

/**
 * A decimal whose digits the generator does not follow (those of a product, say): good for all but comparison with another
 * decimal.
 */
export const someDecimal: DataType = { kind: 'decimal', precision: 1, scale: 1 };

/** A magnitude that an integer type surely holds, a little less than its largest: bounds are float64. */
export function limitOf(type: DataType): number {
  return 0.99 * 2 ** (bitsOf(type) - 1);
}

/** The wider of two integer types. */
export function widerOf(a: DataType, b: DataType): DataType {
  return bitsOf(a) >= bitsOf(b) ? a : b;
}

function bitsOf(type: DataType): number {
  return Number(type.kind.replace(/\D/g, ''));
}

import { carrierType } from '../plan/carrier-type.ts';
import type { Expr, NamedExpr } from '../plan/expr.ts';
import { columnNames, type RelNode } from '../plan/relation.ts';
import { type DataType, type Schema, sameType } from '../plan/types.ts';

/**
 * The relation as it crosses between tasks: every column in its wire type and named by its place (`c0`, `c1` …), since the
 * engine does not keep names apart in a file that differ in case only.
 *
 * @param schema the relation's own columns
 */
export function toWire(rel: RelNode, schema: Schema): RelNode {
  const columns = schema.map(
    ({ name, type }, index): NamedExpr => ({ name: wireName(index), expr: converted(name, type, carrierType(type)) }),
  );
  return { kind: 'project', input: rel, columns };
}

/** Columns that come out of {@link toWire}. */
export function wireSchema(schema: Schema): Schema {
  return schema.map(({ type }, index) => ({ name: wireName(index), type: carrierType(type) }));
}

/** The inverse of {@link toWire}: own names and types again, by place. */
export function fromWire(rel: RelNode, schema: Schema): RelNode {
  const stored = columnNames(rel);
  if (schema.every(({ name, type }, index) => stored[index] === name && isOwnCarrier(type))) return rel;
  const columns = schema.map(
    ({ name, type }, index): NamedExpr => ({ name, expr: converted(stored[index] ?? name, type, type) }),
  );
  return { kind: 'project', input: rel, columns };
}

/** Name of a column in a file that crosses between tasks. */
export function wireName(index: number): string {
  return `c${index}`;
}

function converted(name: string, type: DataType, to: DataType): Expr {
  const column: Expr = { kind: 'column', name };
  return isOwnCarrier(type) ? column : { kind: 'cast', input: column, type: to, safe: false };
}

function isOwnCarrier(type: DataType): boolean {
  return sameType(carrierType(type), type);
}

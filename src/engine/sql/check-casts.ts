import type { DuckDBConnection } from '@duckdb/node-api';
import type { JsonValue } from '../../errors.ts';
import { type CastExpr, type Expr, someExpr } from '../../plan/expr.ts';
import { type RelNode, relInputs } from '../../plan/relation.ts';
import type { DataType } from '../../plan/types.ts';
import { type Part, partsOf, partsOfNode } from './expr-parts.ts';
import { typeOfPart } from './fault.ts';
import { renderValue } from './literal.ts';
import { castError } from './mismatch.ts';
import { renderType } from './type.ts';

/**
 * Refuses conversions that the engine does not have, such as int64 to date: it binds them, and fails on the first row.
 *
 * @param rel a plan that binds
 * @throws {TypeMismatchError}
 */
export async function checkCasts(connection: DuckDBConnection, rel: RelNode): Promise<void> {
  for (const input of relInputs(rel)) await checkCasts(connection, input);
  for (const part of partsOfNode(rel)) if (hasCast(part.expr)) await checkPart(connection, part);
}

async function checkPart(connection: DuckDBConnection, part: Part): Promise<void> {
  const operands = partsOf(part);
  for (const operand of operands) if (hasCast(operand.expr)) await checkPart(connection, operand);
  const { expr } = part;
  const [input] = operands;
  // A bare null has no type of its own (the engine calls it INTEGER) and converts to every one.
  if (!isCast(expr) || !input || isNull(input.expr)) return;
  const from = await typeOfPart(connection, input);
  if (from && !(await converts(connection, from, expr.type))) throw castError(expr, from, part.place.where);
}

/** A null converts to anything, so a value has to be tried; that it does not fit is another matter. */
async function converts(connection: DuckDBConnection, from: DataType, to: DataType): Promise<boolean> {
  try {
    await connection.run(`SELECT CAST(${renderValue(sampleOf(from), from)} AS ${renderType(to)})`);
    return true;
  } catch (error) {
    return !(error instanceof Error && error.message.includes('Unimplemented type for cast'));
  }
}

/** Some value of a type, in the form of literals. */
function sampleOf(type: DataType): JsonValue {
  switch (type.kind) {
    case 'null':
      return null;
    case 'boolean':
      return true;
    case 'string':
    case 'binary':
      return '';
    case 'date':
      return '1970-01-01';
    case 'time':
      return '00:00:00';
    case 'timestamp':
    case 'timestamptz':
      return '1970-01-01 00:00:00';
    case 'interval':
      return '1 day';
    case 'uuid':
      return '00000000-0000-0000-0000-000000000000';
    case 'enum':
      return type.values[0] ?? null;
    case 'list':
      return [sampleOf(type.item)];
    case 'array':
      return Array.from({ length: type.length }, () => sampleOf(type.item));
    case 'struct':
      return type.fields.map((field) => sampleOf(field.type));
    case 'map':
      return [[sampleOf(type.key), sampleOf(type.value)]];
    default:
      return 0;
  }
}

function hasCast(expr: Expr): boolean {
  return someExpr(expr, isCast);
}

/** `tryCast` gives null for what does not convert; it is never wrong. */
function isCast(expr: Expr): expr is CastExpr {
  return expr.kind === 'cast' && !expr.safe;
}

function isNull(expr: Expr): boolean {
  return expr.kind === 'literal' && expr.type.kind === 'null';
}

import type { DuckDBConnection } from '@duckdb/node-api';
import { PlanError } from '../errors.ts';
import { type Expr, someExpr } from '../plan/expr.ts';
import { columnNames, type RelNode, relInputs } from '../plan/relation.ts';
import type { Schema } from '../plan/types.ts';
import { bindSchema } from './sql/binder.ts';
import { checkCasts } from './sql/check-casts.ts';
import { partsOfNode } from './sql/expr-parts.ts';
import { findFault } from './sql/fault.ts';
import { checkFragment } from './sql/fragment.ts';
import { haveCaseClash } from './sql/names.ts';

/**
 * Names and types of the columns that come out of a plan: the engine binds it over empty tables (one statement, about half
 * a millisecond). No file is touched, nothing is run.
 *
 * @throws {UnknownColumnError} for a name that a node's input doesn't have, within `sql()` too
 * @throws {TypeMismatchError} for operands that don't go together, conditions that are not boolean, impossible casts
 * @throws {PlanError} INVALID_EXPRESSION, UNKNOWN_FUNCTION, UNSUPPORTED_TYPE
 */
export async function describeSchema(connection: DuckDBConnection, rel: RelNode): Promise<Schema> {
  await checkFragments(connection, rel);
  let schema: Schema;
  try {
    schema = await bindSchema(connection, rel);
  } catch (error) {
    if (error instanceof PlanError && error.code !== 'UNKNOWN_COLUMN') throw error;
    throw await findFault(connection, rel);
  }
  await checkCasts(connection, rel);
  return schema;
}

async function checkFragments(connection: DuckDBConnection, rel: RelNode): Promise<void> {
  for (const input of relInputs(rel)) await checkFragments(connection, input);
  for (const { expr, place } of partsOfNode(rel)) {
    for (const text of fragmentsIn(expr)) {
      await checkFragment(connection, text);
      const names = columnNames(place.input);
      if (haveCaseClash(names)) {
        throw new PlanError(
          'INVALID_EXPRESSION',
          `sql(${JSON.stringify(text)}) cannot tell columns apart that differ in case only, and its input has such: ${names.join(', ')}. Rename or drop one before.`,
        );
      }
    }
  }
}

function fragmentsIn(expr: Expr): readonly string[] {
  const texts: string[] = [];
  someExpr(expr, (part) => {
    if (part.kind === 'sql') texts.push(part.text);
    return false;
  });
  return texts;
}

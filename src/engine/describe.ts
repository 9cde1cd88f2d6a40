import type { DuckDBConnection } from '@duckdb/node-api';
import { PlanError, UnknownColumnError } from '../errors.ts';
import { childrenOf, type Expr } from '../plan/expr.ts';
import { columnNames, type RelNode, relInputs } from '../plan/relation.ts';
import type { Schema } from '../plan/types.ts';
import { bindSchema } from './sql/binder.ts';
import { checkCasts } from './sql/check-casts.ts';
import { partsOfNode } from './sql/expr-parts.ts';
import { findFault } from './sql/fault.ts';
import { checkFragment } from './sql/fragment.ts';
import { haveCaseClash } from './sql/names.ts';

/**
 * Makes a connection one for binding: prepared statements go through the engine's optimizer, which costs a third of the
 * time and fails on some that it turns into false (DuckDB 1.5.6: "Failed to cast expression to type").
 */
export async function onlyBinding(connection: DuckDBConnection): Promise<DuckDBConnection> {
  await connection.run('PRAGMA disable_optimizer');
  return connection;
}

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

/**
 * The engine takes names that are no columns for other things (`current_date`, `rowid`), and it folds case: what a fragment
 * names must be there exactly.
 */
async function checkFragments(connection: DuckDBConnection, rel: RelNode): Promise<void> {
  for (const input of relInputs(rel)) await checkFragments(connection, input);
  for (const { expr, place } of partsOfNode(rel)) {
    for (const { text, parameters } of fragmentsIn(expr, [])) {
      const names = columnNames(place.input);
      const { columns } = await checkFragment(connection, text);
      const missing = columns.find((name) => !names.includes(name) && !parameters.includes(name));
      if (missing !== undefined) throw new UnknownColumnError(missing, names, `sql(${JSON.stringify(text)})`);
      if (haveCaseClash(names)) throw ambiguous(text, names);
    }
  }
}

function ambiguous(text: string, names: readonly string[]): PlanError {
  return new PlanError(
    'INVALID_EXPRESSION',
    `sql(${JSON.stringify(text)}) cannot tell columns apart that differ in case only, and its input has such: ${names.join(', ')}. Rename or drop one before.`,
  );
}

interface FoundFragment {
  readonly text: string;
  /** Parameters of the lambdas around it. */
  readonly parameters: readonly string[];
}

function fragmentsIn(expr: Expr, parameters: readonly string[]): readonly FoundFragment[] {
  if (expr.kind === 'sql') return [{ text: expr.text, parameters }];
  const inner = expr.kind === 'lambda' ? [...parameters, expr.parameter] : parameters;
  return childrenOf(expr).flatMap((child) => fragmentsIn(child, inner));
}

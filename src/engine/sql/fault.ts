import type { DuckDBConnection } from '@duckdb/node-api';
import { InternalError, type PlanError, UnknownColumnError } from '../../errors.ts';
import type { Expr, SqlExpr } from '../../plan/expr.ts';
import {
  columnNames,
  type ExplodeRel,
  type JoinRel,
  type RelNode,
  relInputs,
  type SetOperationRel,
  type UnionRel,
} from '../../plan/relation.ts';
import type { DataType, Schema } from '../../plan/types.ts';
import { bindingFailure, bindSchema, bindType, singleValue } from './binder.ts';
import { type Part, partsOf, partsOfNode } from './expr-parts.ts';
import { checkFragment } from './fragment.ts';
import {
  compareError,
  conditionError,
  describeMismatch,
  fragmentError,
  isCondition,
  listError,
  unionError,
} from './mismatch.ts';

/**
 * The mistake in a plan that does not bind: its lowest node and innermost expression at fault, told in the user's terms.
 */
export async function findFault(connection: DuckDBConnection, rel: RelNode): Promise<PlanError | InternalError> {
  for (const input of relInputs(rel)) {
    if ((await bindingFailure(connection, input)) !== null) return findFault(connection, input);
  }
  for (const part of partsOfNode(rel)) {
    const fault = await findExprFault(connection, part);
    if (fault) return fault;
  }
  const fault = await findNodeFault(connection, rel);
  return fault ?? new InternalError(`A ${rel.kind} does not bind: ${await bindingFailure(connection, rel)}`);
}

/** The mistake within an expression, or null when it is none. */
async function findExprFault(connection: DuckDBConnection, part: Part): Promise<PlanError | null> {
  const { expr, place } = part;
  const type = await typeOfPart(connection, part);
  if (type !== null) return part.isCondition && !isCondition(type) ? conditionError(place.where, expr, type) : null;
  if (expr.kind === 'column') return new UnknownColumnError(expr.name, columnNames(place.input), place.where);
  if (expr.kind === 'sql') return findFragmentFault(connection, part, expr);
  const operands: { expr: Expr; type: DataType }[] = [];
  for (const operand of partsOf(part)) {
    const fault = await findExprFault(connection, operand);
    if (fault) return fault;
    const operandType = await typeOfPart(connection, operand);
    if (operandType) operands.push({ expr: operand.expr, type: operandType });
  }
  const reason = await bindingFailure(connection, singleValue(place.input, place.wrap(expr)));
  return describeMismatch(expr, operands, place.where, reason ?? '');
}

/** The type of a part of an expression; null when it does not bind. */
export async function typeOfPart(connection: DuckDBConnection, { expr, place }: Part): Promise<DataType | null> {
  const type = await bindType(connection, place.input, place.wrap(expr));
  return type && place.unwrap(type);
}

async function findFragmentFault(connection: DuckDBConnection, { place }: Part, expr: SqlExpr): Promise<PlanError> {
  const { columns } = await checkFragment(connection, expr.text);
  const schema = await bindSchema(connection, place.input);
  const reason = await bindingFailure(connection, singleValue(place.input, place.wrap(expr)));
  return fragmentError(
    expr,
    schema.filter((field) => columns.includes(field.name)),
    reason ?? '',
  );
}

/** Mistakes that no expression makes: keys of a join, columns of a union, what is exploded. */
async function findNodeFault(connection: DuckDBConnection, rel: RelNode): Promise<PlanError | null> {
  switch (rel.kind) {
    case 'join':
      return findKeyFault(connection, rel);
    case 'union':
    case 'set-operation':
      return findColumnFault(connection, rel);
    case 'explode':
      return findListFault(connection, rel);
    default:
      return null;
  }
}

async function findListFault(connection: DuckDBConnection, rel: ExplodeRel): Promise<PlanError | null> {
  const schema = await bindSchema(connection, rel.input);
  const field = schema.find(({ name }) => name === rel.column);
  if (!field) return new UnknownColumnError(rel.column, columnNames(rel.input), 'explode()');
  return listError(field);
}

async function findKeyFault(connection: DuckDBConnection, rel: JoinRel): Promise<PlanError | null> {
  for (const pair of rel.on) {
    const left = await bindType(connection, rel.left, pair.left);
    const right = await bindType(connection, rel.right, pair.right);
    if (left && right && !(await goTogether(connection, left, right))) {
      return compareError('join()', [
        { expr: pair.left, type: left },
        { expr: pair.right, type: right },
      ]);
    }
  }
  return null;
}

async function findColumnFault(
  connection: DuckDBConnection,
  rel: UnionRel | SetOperationRel,
): Promise<PlanError | null> {
  const schemas: Schema[] = [];
  for (const input of relInputs(rel)) schemas.push(await bindSchema(connection, input));
  const [first = [], ...rest] = schemas;
  for (const [side, schema] of rest.entries()) {
    for (const [index, field] of schema.entries()) {
      const own = first[index];
      if (own && !(await goTogether(connection, own.type, field.type))) {
        return unionError(rel.kind === 'union' ? 'union' : rel.op, own, field.type, side + 2);
      }
    }
  }
  return null;
}

/** Whether values of two types have a common type that is reached without reading text. */
async function goTogether(connection: DuckDBConnection, a: DataType, b: DataType): Promise<boolean> {
  const typedNull = (type: DataType): Expr => ({ kind: 'literal', type, value: null });
  const nothing: RelNode = { kind: 'values', schema: [], rows: [] };
  return (
    (await bindType(connection, nothing, { kind: 'call', fn: 'coalesce', args: [typedNull(a), typedNull(b)] })) !== null
  );
}

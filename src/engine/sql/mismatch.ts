import { type JsonValue, PlanError, TypeMismatchError, UnknownColumnError } from '../../errors.ts';
import { type CallExpr, type CastExpr, type Expr, type SqlExpr, someExpr } from '../../plan/expr.ts';
import { formatType } from '../../plan/type-name.ts';
import { type DataType, type Field, isNumeric, type Schema } from '../../plan/types.ts';
import { exprText } from './expr-text.ts';
import { comparing } from './functions.ts';

/** An operand and its type. */
export interface Operand {
  readonly expr: Expr;
  readonly type: DataType;
}

/** Whether values of the type can be conditions: true, false and null. */
export function isCondition(type: DataType): boolean {
  return type.kind === 'boolean' || type.kind === 'null';
}

/**
 * The error of an expression whose operands bind, but not together.
 *
 * @param where the verb or column it stands in
 * @param reason the engine's own words
 */
export function describeMismatch(expr: Expr, operands: readonly Operand[], where: string, reason: string): PlanError {
  if (expr.kind === 'cast') return castError(expr, operands[0]?.type, where);
  if (expr.kind === 'call' && expr.fn === 'struct.field') return fieldError(expr, operands, where);
  // What the engine says of other things than types (a bad pattern, a fraction out of range) it says best itself.
  if (!/^(No function matches|No matching|Cannot |Could not choose|Function )/.test(reason)) {
    return new PlanError('INVALID_EXPRESSION', `${exprText(expr)} in ${where} is not valid: ${reason}`, {
      details: { where },
    });
  }
  if (expr.kind === 'case')
    return mixError(
      'when()',
      operands.filter(({ type }) => type.kind !== 'boolean'),
      where,
    );
  if (expr.kind === 'call' && comparing.has(expr.fn) && !expr.fn.startsWith('list.'))
    return compareError(where, operands);
  if (expr.kind === 'call' && /^(coalesce|greatest|least|list\.of|list\.concat)$/.test(expr.fn))
    return mixError(`${expr.fn}()`, operands, where);
  return callError(expr, operands, where);
}

/** The error of a condition that is not boolean. */
export function conditionError(where: string, expr: Expr, type: DataType): TypeMismatchError {
  const proposal = isNumeric(type) ? '.ne(0)' : type.kind === 'string' ? `.ne('')` : '.isNotNull()';
  return mismatch(
    `A condition must be boolean: in ${where}, ${exprText(expr)} is ${formatType(type)}. Make it one, for instance ${exprText(expr)}${proposal}.`,
    [{ expr, type }],
    where,
  );
}

/** The error of a comparison (a join key included) of types that have nothing in common. */
export function compareError(where: string, operands: readonly Operand[]): TypeMismatchError {
  const [left, right] = differing(operands);
  if (!left || !right) return mixError('a comparison', operands, where);
  return mismatch(
    `Cannot compare ${typed(left)} with ${typed(right)} in ${where}. Cast one side, for instance ${castProposal(left, right)}.`,
    operands,
    where,
  );
}

/** The error of a union (or except, intersect) whose columns of one name have types that have nothing in common. */
export function unionError(verb: string, first: Field, type: DataType, side: number): TypeMismatchError {
  const name = JSON.stringify(first.name);
  return mismatch(
    `${verb}() needs the same types on all sides: column ${name} is ${formatType(first.type)} in the first and ${formatType(type)} in side ${side}. ` +
      `Cast it there: .withColumns({ ${name}: col(${name}).cast(${JSON.stringify(formatType(first.type))}) }).`,
    [],
    `${verb}()`,
  );
}

/** The error of exploding what is no list. */
export function listError(field: Field): TypeMismatchError {
  const expr: Expr = { kind: 'column', name: field.name };
  return mismatch(
    `explode() needs a list; ${exprText(expr)} is ${formatType(field.type)}.`,
    [{ expr, type: field.type }],
    'explode()',
  );
}

/** The error of a conversion that the engine does not have. */
export function castError(expr: CastExpr, from: DataType | undefined, where: string): TypeMismatchError {
  return mismatch(
    `${exprText(expr.input)} in ${where} is ${from ? formatType(from) : 'of a type'}, which does not convert to ${formatType(expr.type)}.`,
    from ? [{ expr: expr.input, type: from }] : [],
    where,
  );
}

/** The error of a fragment that parses but does not bind. */
export function fragmentError(expr: SqlExpr, columns: Schema, reason: string): TypeMismatchError {
  const types = columns.map((field) => `${field.name} is ${formatType(field.type)}`).join(', ');
  return new TypeMismatchError(
    'TYPE_MISMATCH',
    `sql(${JSON.stringify(expr.text)}) is not valid: ${reason}${types ? ` Here ${types}.` : ''}`,
    {
      details: { fragment: expr.text, columns: columns.map((field) => field.name) },
    },
  );
}

function callError(expr: Expr, operands: readonly Operand[], where: string): TypeMismatchError {
  const call = expr.kind === 'window' ? expr.fn : expr;
  const [name, count] = 'fn' in call ? [call.fn, call.args.length] : [call.kind, operands.length];
  // Behind the arguments stand keys of orders and partitions, which take any type.
  const own = operands.slice(0, count);
  const types = own.map(({ type }) => formatType(type)).join(', ');
  return mismatch(`${name}() does not take (${types}): ${exprText(expr)} in ${where}. ${callHint(name)}`, own, where);
}

function callHint(name: string): string {
  if (name.startsWith('str.')) return `Cast it to text first: .cast('string').`;
  if (name.startsWith('dt.'))
    return `Make it a date or timestamp first: .cast('date'), .cast('timestamp') or .str.toTimestamp(format).`;
  return 'Cast an operand first: .cast(type).';
}

function mixError(what: string, operands: readonly Operand[], where: string): TypeMismatchError {
  return mismatch(
    `The values of ${what} in ${where} have no common type: ${operands.map(typed).join(', ')}. Cast them to one type.`,
    operands,
    where,
  );
}

function fieldError(expr: CallExpr, operands: readonly Operand[], where: string): PlanError {
  const [struct] = operands;
  const name = expr.args[1];
  if (struct?.type.kind !== 'struct' || name?.kind !== 'literal') return callError(expr, operands, where);
  return new UnknownColumnError(
    String(name.value),
    struct.type.fields.map((field) => field.name),
    `the struct ${exprText(struct.expr)}`,
  );
}

/** The first operand and the first other one whose kind of values differs from it. */
function differing(operands: readonly Operand[]): [Operand | undefined, Operand | undefined] {
  const [first, ...rest] = operands;
  if (!first) return [undefined, undefined];
  const other = rest.find(({ type }) => family(type) !== family(first.type)) ?? rest[0];
  return [first, other];
}

function family(type: DataType): string {
  if (isNumeric(type)) return 'number';
  return type.kind === 'timestamptz' || type.kind === 'timestamp' || type.kind === 'date' ? 'time' : formatType(type);
}

function castProposal(left: Operand, right: Operand): string {
  const [text, other] =
    right.type.kind === 'string' ? [right, left] : left.type.kind === 'string' ? [left, right] : [right, left];
  return `${exprText(text.expr)}.cast(${JSON.stringify(formatType(other.type))})`;
}

function typed({ expr, type }: Operand): string {
  return `${exprText(expr)} (${formatType(type)})`;
}

function mismatch(message: string, operands: readonly Operand[], where: string): TypeMismatchError {
  const columns = new Set<string>();
  for (const { expr } of operands) {
    someExpr(expr, (part) => {
      if (part.kind === 'column') columns.add(part.name);
      return false;
    });
  }
  const details: Record<string, JsonValue> = {
    where,
    types: operands.map(({ type }) => formatType(type)),
    columns: [...columns],
  };
  return new TypeMismatchError('TYPE_MISMATCH', message, { details });
}

import type { CallExpr, Expr, LiteralExpr } from '../../plan/expr.ts';
import { mapInputs, type RelNode, type ScanRel } from '../../plan/relation.ts';
import type { ScanFile } from '../../plan/source.ts';
import type { DataType, Field } from '../../plan/types.ts';
import type { Rule } from './rule.ts';

/** Skips files whose hive folder values show that no row of theirs passes the conditions on the scan. */
export const pruneFiles: Rule = {
  name: 'prune-files',
  apply: prune,
};

function prune(node: RelNode): RelNode {
  if (node.kind !== 'scan') return mapInputs(node, prune);
  if (node.prune.length === 0 || node.source.partitionColumns.length === 0) return node;
  const files = node.source.files.filter((file) => mayMatch(node, file));
  return files.length === node.source.files.length ? node : { ...node, source: { ...node.source, files } };
}

function mayMatch(scan: ScanRel, file: ScanFile): boolean {
  const types = new Map(scan.source.partitionColumns.map((field: Field) => [field.name, field.type]));
  return scan.prune.every((condition) => {
    const answer = evaluate(condition, file, types);
    return answer === true || answer === 'unknown';
  });
}

/** SQL's three values (null is unknown to SQL), and 'unknown' for what folder values cannot tell. */
type Answer = boolean | null | 'unknown';

function evaluate(expr: Expr, file: ScanFile, types: ReadonlyMap<string, DataType>): Answer {
  if (expr.kind !== 'call') return 'unknown';
  const answers = () => expr.args.map((arg) => evaluate(arg, file, types));
  switch (expr.fn) {
    case 'and':
      return all(answers());
    case 'or':
      return negate(all(answers().map(negate)));
    case 'not':
      return negate(answers()[0] ?? 'unknown');
    case 'isNull':
    case 'isNotNull':
      return nullTest(expr, file, types);
    case 'isIn':
      return anyOf(expr.args.slice(1).map((value) => compareAs('eq', [expr.args[0], value], file, types)));
    case 'between':
      return all([
        compareAs('gte', [expr.args[0], expr.args[1]], file, types),
        compareAs('lte', [expr.args[0], expr.args[2]], file, types),
      ]);
    case 'eq':
    case 'ne':
    case 'lt':
    case 'lte':
    case 'gt':
    case 'gte':
      return compareAs(expr.fn, expr.args, file, types);
    default:
      return 'unknown';
  }
}

function all(answers: readonly Answer[]): Answer {
  if (answers.includes(false)) return false;
  if (answers.includes('unknown')) return 'unknown';
  return answers.includes(null) ? null : true;
}

function anyOf(answers: readonly Answer[]): Answer {
  return negate(all(answers.map(negate)));
}

function negate(answer: Answer): Answer {
  return typeof answer === 'boolean' ? !answer : answer;
}

function nullTest(expr: CallExpr, file: ScanFile, types: ReadonlyMap<string, DataType>): Answer {
  const column = expr.args[0];
  if (column?.kind !== 'column' || !types.has(column.name)) return 'unknown';
  const isNull = file.partition[column.name] == null;
  return expr.fn === 'isNull' ? isNull : !isNull;
}

type Comparison = 'eq' | 'ne' | 'lt' | 'lte' | 'gt' | 'gte';

const mirrored: Readonly<Record<Comparison, Comparison>> = {
  eq: 'eq',
  ne: 'ne',
  lt: 'gt',
  lte: 'gte',
  gt: 'lt',
  gte: 'lte',
};

const holds: Readonly<Record<Comparison, (order: number) => boolean>> = {
  eq: (order) => order === 0,
  ne: (order) => order !== 0,
  lt: (order) => order < 0,
  lte: (order) => order <= 0,
  gt: (order) => order > 0,
  gte: (order) => order >= 0,
};

function compareAs(
  fn: Comparison,
  args: readonly (Expr | undefined)[],
  file: ScanFile,
  types: ReadonlyMap<string, DataType>,
): Answer {
  const [a, b] = args;
  if (a?.kind === 'literal' && b?.kind === 'column') return compareAs(mirrored[fn], [b, a], file, types);
  const constant = b && constantOf(b);
  if (a?.kind !== 'column' || !constant) return 'unknown';
  const type = types.get(a.name);
  if (!type) return 'unknown';
  if (constant.value === null) return null;
  const text = file.partition[a.name];
  if (text == null) return null;
  const order = compare(type, text, constant);
  return order === undefined ? 'unknown' : holds[fn](order);
}

/** A literal, or a text literal cast to a date. */
function constantOf(expr: Expr): LiteralExpr | undefined {
  if (expr.kind === 'literal') return expr;
  if (
    expr.kind === 'cast' &&
    expr.type.kind === 'date' &&
    expr.input.kind === 'literal' &&
    expr.input.type.kind === 'string'
  ) {
    return { ...expr.input, type: { kind: 'date' } };
  }
  return undefined;
}

/** Order of a folder's value against a constant; undefined for pairs of types that are not compared here. */
function compare(type: DataType, text: string, constant: LiteralExpr): number | undefined {
  const { value } = constant;
  switch (type.kind) {
    case 'string':
      return constant.type.kind === 'string' && typeof value === 'string'
        ? Buffer.compare(Buffer.from(text), Buffer.from(value))
        : undefined;
    case 'date':
      return constant.type.kind === 'date' && typeof value === 'string' && isIsoDate(text) && isIsoDate(value)
        ? Math.sign(Date.parse(text) - Date.parse(value))
        : undefined;
    case 'int64': {
      if (!/^[+-]?\d+$/.test(text)) return undefined;
      if (constant.type.kind === 'number' && Number.isSafeInteger(value))
        return sign(BigInt(text) - BigInt(value as number));
      return constant.type.kind === 'int64' && typeof value === 'string'
        ? sign(BigInt(text) - BigInt(value))
        : undefined;
    }
    default:
      return undefined;
  }
}

function isIsoDate(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text);
}

function sign(difference: bigint): number {
  return difference === 0n ? 0 : difference < 0n ? -1 : 1;
}

import type { Expr, LiteralExpr, NamedExpr, SortKey } from './expr.ts';
import { formatBytes, formatCount } from './format-size.ts';
import { type Partitioning, type RelNode, relInputs, type ScanRel, type WithRel } from './relation.ts';
import type { ScanFile } from './source.ts';
import { formatType } from './type-name.ts';
import { isNumeric } from './types.ts';

/**
 * A relation as indented text, one operator a line, inputs below it.
 *
 * @param notes lines that stand between a node and its inputs
 */
export function explainRelation(
  node: RelNode,
  depth = 0,
  notes: (node: RelNode) => readonly string[] = () => [],
): string {
  if (node.kind === 'with') return explainWith(node, depth, notes);
  const lines = [
    `${'  '.repeat(depth)}${describeNode(node)}`,
    ...notes(node).map((note) => `${'  '.repeat(depth + 1)}${note}`),
  ];
  return [...lines, ...relInputs(node).map((input) => explainRelation(input, depth + 1, notes))].join('\n');
}

/** What reads the subplans, then each of these. */
function explainWith(node: WithRel, depth: number, notes: (node: RelNode) => readonly string[]): string {
  const subplans = node.subplans.map(({ id, plan }) => {
    const title = `${'  '.repeat(depth)}subplan ${id}, computed once and read ${countReaders(node, id)} times:`;
    return [title, explainRelation(plan, depth + 1, notes)].join('\n');
  });
  return [explainRelation(node.input, depth, notes), ...subplans].join('\n');
}

function countReaders(node: RelNode, id: number): number {
  if (node.kind === 'reuse') return node.subplan === id ? 1 : 0;
  return relInputs(node).reduce((sum, input) => sum + countReaders(input, id), 0);
}

/** An expression as text, close to how it was typed. */
export function explainExpr(expr: Expr): string {
  switch (expr.kind) {
    case 'literal':
      return explainLiteral(expr);
    case 'column':
      return formatColumn(expr.name);
    case 'call':
      return explainCall(expr.fn, expr.args.map(explainExpr));
    case 'case': {
      const branches = expr.branches.map(({ when, value }) => `when ${explainExpr(when)} then ${explainExpr(value)}`);
      return `case ${branches.join(' ')}${expr.otherwise ? ` else ${explainExpr(expr.otherwise)}` : ''} end`;
    }
    case 'cast':
      return `${expr.safe ? 'try_cast' : 'cast'}(${explainExpr(expr.input)} as ${formatType(expr.type)})`;
    case 'aggregate': {
      const order = expr.orderBy.length > 0 ? ` order by ${expr.orderBy.map(explainSortKey).join(', ')}` : '';
      return `${expr.fn}(${expr.distinct ? 'distinct ' : ''}${expr.args.map(explainExpr).join(', ')}${order})${expr.filter ? ` where ${explainExpr(expr.filter)}` : ''}`;
    }
    case 'window': {
      const fn =
        expr.fn.kind === 'aggregate'
          ? explainExpr(expr.fn)
          : `${expr.fn.fn}(${expr.fn.args.map(explainExpr).join(', ')})`;
      const partition =
        expr.partitionBy.length > 0 ? `partition by ${expr.partitionBy.map(explainExpr).join(', ')}` : '';
      const order = expr.orderBy.length > 0 ? `order by ${expr.orderBy.map(explainSortKey).join(', ')}` : '';
      const frame = expr.frame ? `${expr.frame.unit} ${bound(expr.frame.start)} to ${bound(expr.frame.end)}` : '';
      return `${fn} over (${[partition, order, frame].filter(Boolean).join(' ')})`;
    }
    case 'lambda':
      return `${expr.parameter} => ${explainExpr(expr.body)}`;
    case 'sql':
      return `sql(${expr.text})`;
  }
}

const infix: Readonly<Record<string, string>> = {
  add: '+',
  sub: '-',
  mul: '*',
  div: '/',
  intDiv: '//',
  mod: '%',
  eq: '=',
  ne: '!=',
  lt: '<',
  lte: '<=',
  gt: '>',
  gte: '>=',
  and: 'and',
  or: 'or',
};

function explainCall(fn: string, args: readonly string[]): string {
  const operator = infix[fn];
  if (operator) return `(${args.join(` ${operator} `)})`;
  if (fn === 'isIn') return `(${args[0]} in [${args.slice(1).join(', ')}])`;
  if (fn === 'between') return `(${args[0]} between ${args[1]} and ${args[2]})`;
  return `${fn}(${args.join(', ')})`;
}

/** 64-bit integers and decimals travel as text, and are numbers all the same. */
function explainLiteral({ type, value }: LiteralExpr): string {
  if (typeof value !== 'string') return JSON.stringify(value);
  return type.kind === 'number' || isNumeric(type) ? value : `'${value}'`;
}

function explainSortKey(key: SortKey): string {
  return `${explainExpr(key.expr)}${key.descending ? ' desc' : ''}${key.nullsFirst ? ' nulls first' : ''}`;
}

function explainNamed({ name, expr }: NamedExpr): string {
  return expr.kind === 'column' && expr.name === name
    ? formatColumn(name)
    : `${formatColumn(name)} = ${explainExpr(expr)}`;
}

function bound(offset: number | null): string {
  return offset === null ? 'unbounded' : String(offset);
}

function formatColumn(name: string): string {
  return /^[\p{L}_][\p{L}\p{N}_]*$/u.test(name) ? name : JSON.stringify(name);
}

function describeNode(node: RelNode): string {
  switch (node.kind) {
    case 'scan':
      return describeScan(node);
    case 'values':
      return `values: ${node.rows.length} rows of ${node.schema.map((field) => formatColumn(field.name)).join(', ')}`;
    case 'read':
      return `read exchange ${node.exchange}: ${node.columns.map(formatColumn).join(', ')}`;
    case 'exchange':
      return `exchange ${node.id}: ${describePartitioning(node.partitioning)}`;
    case 'project':
      return `project: ${node.columns.map(explainNamed).join(', ')}`;
    case 'filter':
      return `filter: ${explainExpr(node.predicate)}`;
    case 'aggregate':
      return `aggregate: ${node.keys.length > 0 ? `by ${node.keys.map(explainNamed).join(', ')}: ` : ''}${node.aggregates.map(explainNamed).join(', ')}`;
    case 'explode':
      return `explode ${formatColumn(node.column)}${node.keepEmpty ? '' : ' (without empty lists)'}`;
    case 'distinct':
      return node.on ? `distinct on ${node.on.map(formatColumn).join(', ')}` : 'distinct';
    case 'sort':
      return `sort: ${node.keys.map(explainSortKey).join(', ')}${node.stable ? ' (stable)' : ''}`;
    case 'limit':
      return `limit: ${node.limit ?? 'all'}${node.offset > 0 ? ` from row ${node.offset}` : ''}`;
    case 'join': {
      const on = node.on.map(({ left, right }) => `${explainExpr(left)} = ${explainExpr(right)}`).join(' and ');
      return `${node.how} join${on ? ` on ${on}` : ''}${node.where ? ` where ${explainExpr(node.where)}` : ''}`;
    }
    case 'union':
      return 'union';
    case 'set-operation':
      return node.op;
    case 'with':
      return `with: ${node.subplans.map(({ id }) => `subplan ${id}`).join(', ')}`;
    case 'reuse':
      return `subplan ${node.subplan}: ${node.columns.map(formatColumn).join(', ')}`;
  }
}

function describeScan(node: ScanRel): string {
  const { files, format, schema, filesBeforePruning } = node.source;
  const skipped = filesBeforePruning - files.length;
  const columns = node.columns.filter((name) => name !== node.rowIdentity);
  const what =
    files.length === 1 && files[0] ? files[0].uri : `${files.length} files${files[0] ? ` from ${files[0].uri}` : ''}`;
  const parts = [
    `${formatBytes(files.reduce((sum: number, file: ScanFile) => sum + file.sizeBytes, 0))}`,
    `${columns.length} of ${schema.length} columns: ${columns.map(formatColumn).join(', ')}`,
    ...(skipped > 0 ? [`${skipped} of ${filesBeforePruning} files skipped by their folders`] : []),
  ];
  return `scan ${format.kind} ${what} (${parts.join('; ')})`;
}

/** How rows are dealt, in words. */
export function describePartitioning(partitioning: Partitioning): string {
  switch (partitioning.kind) {
    case 'single':
      return 'all to one task';
    case 'broadcast':
      return 'all to every task';
    case 'hash':
      return `by hash of ${partitioning.keys.map(explainExpr).join(', ')} into ${formatCount(partitioning.partitions, 'partition')}`;
    case 'range':
      return `by range of ${partitioning.keys.map(explainSortKey).join(', ')}`;
    case 'keep':
      return "each task's rows together";
  }
}

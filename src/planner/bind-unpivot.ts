import { PlanError } from '../errors.ts';
import type { Expr, NamedExpr } from '../plan/expr.ts';
import type { UnpivotNode } from '../plan/logical.ts';
import { columnNames, type RelNode } from '../plan/relation.ts';
import { checkNames } from './check-columns.ts';

/** A list of (name, value) for each row, exploded: the input is read once. */
export function bindUnpivot(input: RelNode, node: UnpivotNode): RelNode {
  if (node.columns.length === 0)
    throw new PlanError('INVALID_ARGUMENT', 'unpivot() needs at least one column to turn into rows.');
  checkNames(node.columns, input, 'unpivot');
  const kept = columnNames(input).filter((name) => !node.columns.includes(name));
  const clash = [node.nameTo, node.valueTo].find(
    (name, index) => kept.includes(name) || (index === 1 && name === node.nameTo),
  );
  if (clash !== undefined) {
    throw new PlanError(
      'DUPLICATE_COLUMN',
      `unpivot() would give two columns the name ${JSON.stringify(clash)}; choose others: { nameTo: '…', valueTo: '…' }.`,
    );
  }
  let pairs = 'pairs';
  while (kept.includes(pairs)) pairs += "'";
  const keep = kept.map((name): NamedExpr => ({ name, expr: { kind: 'column', name } }));
  const list: Expr = { kind: 'call', fn: 'list.of', args: node.columns.map(pairOf) };
  const listed: RelNode = { kind: 'project', input, columns: [...keep, { name: pairs, expr: list }] };
  const exploded: RelNode = { kind: 'explode', input: listed, column: pairs, keepEmpty: true };
  const field = (name: string): Expr => ({
    kind: 'call',
    fn: 'struct.field',
    args: [{ kind: 'column', name: pairs }, text(name)],
  });
  return {
    kind: 'project',
    input: exploded,
    columns: [...keep, { name: node.nameTo, expr: field('name') }, { name: node.valueTo, expr: field('value') }],
  };
}

function pairOf(name: string): Expr {
  return { kind: 'call', fn: 'struct.of', args: [text('name'), text(name), text('value'), { kind: 'column', name }] };
}

function text(value: string): Expr {
  return { kind: 'literal', type: { kind: 'string' }, value };
}

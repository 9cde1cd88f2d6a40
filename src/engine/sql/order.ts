import { type NamedExpr, someExpr } from '../../plan/expr.ts';
import type { RelNode } from '../../plan/relation.ts';
import { foldCase, freshName } from './names.ts';
import { quoteIdentifier } from './quote.ts';
import { columnsOf, namesOf, nest, type Select } from './select.ts';

/** Whether rows of a node come in an order that means something: that of files or of a sort. */
export function hasOrder(rel: RelNode): boolean {
  switch (rel.kind) {
    case 'scan':
    case 'values':
    case 'read':
    case 'sort':
      return true;
    case 'filter':
    case 'project':
    case 'explode':
    case 'limit':
    case 'exchange':
      return hasOrder(rel.input);
    case 'union':
      return rel.inputs.some(hasOrder);
    case 'aggregate':
    case 'distinct':
    case 'join':
    case 'set-operation':
      return false;
  }
}

/** Whether a projection computes windows: the engine returns its rows window by window, not in their order. */
export function hasWindows(columns: readonly NamedExpr[]): boolean {
  return columns.some(({ expr }) => someExpr(expr, (part) => part.kind === 'window'));
}

/**
 * The SELECT, nested, with the SQL of each row's position in it. Its columns are those of `select`.
 *
 * @param reserved names that the position must not have either
 */
export function withPosition(
  select: Select,
  reserved: readonly string[] = [],
): { readonly select: Select; readonly position: string } {
  const taken = new Set([...namesOf(select), ...reserved].map(foldCase));
  const name = freshName('position', (candidate) => taken.has(candidate));
  const base = select.open ? select : nest(select);
  const numbered = nest({
    ...base,
    columns: [...base.columns, { name, sql: 'row_number() OVER ()' }],
    star: false,
    open: false,
  });
  const position = columnsOf(numbered).get(name) ?? quoteIdentifier(name);
  return {
    select: { ...numbered, columns: numbered.columns.filter((column) => column.name !== name), star: false },
    position,
  };
}

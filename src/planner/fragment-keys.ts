import { type Expr, type NamedExpr, someExpr } from '../plan/expr.ts';
import { columnNames, type RelNode } from '../plan/relation.ts';

/**
 * A side of a join with those of its keys computed as columns that hold `sql()` fragments: their names cannot be changed, and
 * beside the other side's columns they could mean either.
 *
 * @returns the side, with a further column for each such key, and the keys over it
 */
export function withFragmentKeys(
  side: RelNode,
  keys: readonly Expr[],
): { readonly side: RelNode; readonly keys: readonly Expr[] } {
  const names = columnNames(side);
  const added: NamedExpr[] = [];
  const replaced = keys.map((key): Expr => {
    if (!someExpr(key, (part) => part.kind === 'sql')) return key;
    let name = `key ${added.length + 1}`;
    while (names.includes(name)) name += "'";
    added.push({ name, expr: key });
    return { kind: 'column', name };
  });
  if (added.length === 0) return { side, keys };
  const own = names.map((name): NamedExpr => ({ name, expr: { kind: 'column', name } }));
  return { side: { kind: 'project', input: side, columns: [...own, ...added] }, keys: replaced };
}

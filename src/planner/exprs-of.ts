import type { Expr } from '../plan/expr.ts';
import type { LogicalNode } from '../plan/logical.ts';

/** Expressions that stand in a node itself, not in its inputs. */
export function exprsOf(node: LogicalNode): readonly Expr[] {
  switch (node.kind) {
    case 'scan':
    case 'values':
    case 'memory':
    case 'drop':
    case 'rename':
    case 'distinct':
    case 'limit':
    case 'union':
    case 'set-operation':
    case 'dropNulls':
    case 'fillNull':
    case 'explode':
    case 'unpivot':
    case 'sample':
    case 'describe':
    case 'persist':
      return [];
    case 'select':
    case 'withColumns':
      return node.columns.map((column) => column.expr);
    case 'filter':
      return [node.predicate];
    case 'aggregate':
      return [...node.keys, ...node.aggregates].map((column) => column.expr);
    case 'sort':
      return node.keys.map((key) => key.expr);
    case 'join':
      return [...node.on.flatMap((pair) => [pair.left, pair.right]), ...(node.where ? [node.where] : [])];
  }
}

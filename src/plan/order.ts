import type { RelNode } from './relation.ts';

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
    case 'with':
      return hasOrder(rel.input);
    case 'union':
      return rel.inputs.some(hasOrder);
    case 'aggregate':
    case 'distinct':
    case 'join':
    case 'set-operation':
    case 'reuse':
      return false;
  }
}

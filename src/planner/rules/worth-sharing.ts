import { type Expr, someExpr } from '../../plan/expr.ts';
import { type ProjectRel, type RelNode, relInputs } from '../../plan/relation.ts';

/**
 * Whether a subplan takes so long that its rows are better kept than computed again. Keeping the rows of a mere scan of
 * Parquet is not worth it (6 M rows of 3 columns: 1.7 times as long as reading twice), nor is a comparison above it;
 * a condition on computed text is (half the time), and so is whatever reads text files.
 */
export function isWorthSharing(node: RelNode): boolean {
  switch (node.kind) {
    case 'join':
    case 'aggregate':
    case 'distinct':
    case 'explode':
    case 'sort':
    case 'set-operation':
      return true;
    case 'project':
      return hasWindows(node) || isWorthSharing(node.input);
    case 'filter':
      return readsText(node.input) || hasTextCondition(node) || isWorthSharing(node.input);
    case 'limit':
    case 'union':
      return relInputs(node).some(isWorthSharing);
    case 'scan':
    case 'values':
    case 'read':
    case 'exchange':
    case 'with':
    case 'reuse':
      return false;
  }
}

/**
 * Whether nothing above a subplan lessens what has to be computed for it, because all rows are needed to know the first:
 * such subplans are shared also where each reader joins them to few rows.
 */
export function needsAllRows(node: RelNode): boolean {
  switch (node.kind) {
    case 'aggregate':
    case 'distinct':
    case 'sort':
    case 'limit':
    case 'set-operation':
      return true;
    case 'project':
      return hasWindows(node) || needsAllRows(node.input);
    case 'filter':
      return needsAllRows(node.input);
    case 'scan':
    case 'values':
    case 'join':
    case 'explode':
    case 'union':
    case 'read':
    case 'exchange':
    case 'with':
    case 'reuse':
      return false;
  }
}

/** Bytes of the files that a subplan reads. */
export function bytesRead(node: RelNode): number {
  if (node.kind === 'scan') return node.source.files.reduce((sum, file) => sum + file.sizeBytes, 0);
  return relInputs(node).reduce((sum, input) => sum + bytesRead(input), 0);
}

/** Whether a projection computes windows. */
export function hasWindows(node: ProjectRel): boolean {
  return node.columns.some(({ expr }) => someExpr(expr, (part) => part.kind === 'window'));
}

/** Whether a file of records is read somewhere: its text is parsed anew by each reader. */
function readsText(node: RelNode): boolean {
  if (node.kind === 'scan') return node.source.format.kind !== 'parquet';
  return relInputs(node).some(readsText);
}

/** Whether a filter, or a projection below it, computes something from text. */
function hasTextCondition(node: RelNode): boolean {
  switch (node.kind) {
    case 'filter':
      return computesText(node.predicate) || hasTextCondition(node.input);
    case 'project':
      return node.columns.some(({ expr }) => computesText(expr)) || hasTextCondition(node.input);
    default:
      return false;
  }
}

function computesText(expr: Expr): boolean {
  return someExpr(expr, (part) => part.kind === 'sql' || (part.kind === 'call' && part.fn.startsWith('str.')));
}

import { reasonToSkip } from '../../formats/statistics/evaluate-condition.ts';
import { folderRange } from '../../formats/statistics/value-range.ts';
import { mapInputs, type RelNode, type ScanRel } from '../../plan/relation.ts';
import type { ScanFile } from '../../plan/source.ts';
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

function mayMatch({ source, prune: conditions }: ScanRel, file: ScanFile): boolean {
  const ranges = new Map(
    source.partitionColumns.map(({ name, type }) => [name, folderRange(file.partition[name] ?? null, type)]),
  );
  return reasonToSkip(conditions, { rangeOf: (name) => ranges.get(name) }) === null;
}

import { mapInputs, type RelNode, relInputs, type ScanRel } from '../../plan/relation.ts';
import type { ScanFile } from '../../plan/source.ts';
import type { ScanSplit, SplitEvidence } from '../../plan/stage.ts';
import type { Task, TaskOutput } from '../../plan/task.ts';

/** A task that ran out of memory becomes so many, where its split has as many files. */
const pieces = 4;

/**
 * Smaller tasks that together do what one does, in its order: the files of its split are dealt to them. None for a task whose
 * work was not cut by split, or whose split is one file: it needs more memory instead. Pure.
 *
 * @param splits how the plan's scans were cut
 */
export function resplit(task: Task, splits: SplitEvidence): readonly Task[] {
  const cut = new Set([...splits.values()].filter((scan) => scan.splits.length > 1).flatMap((scan) => scan.splits));
  const found = scansOf(task.plan).find((scan) => splitOf(scan, cut));
  if (!found) return [];
  const { files } = found.source;
  if (files.length < 2) return [];
  const count = Math.min(pieces, files.length);
  return Array.from({ length: count }, (_, index) => {
    const own = files.slice(
      Math.floor((files.length * index) / count),
      Math.floor((files.length * (index + 1)) / count),
    );
    return {
      ...task,
      id: `${task.id}.${index}`,
      plan: withFiles(task.plan, found, own),
      output: outputOf(task, index),
    };
  });
}

/** The split whose files a scan reads: tasks hold them as they are in the plan. */
function splitOf(scan: ScanRel, splits: ReadonlySet<ScanSplit>): ScanSplit | undefined {
  return [...splits].find((split) => split.files === scan.source.files);
}

function withFiles(plan: RelNode, scan: ScanRel, files: readonly ScanFile[]): RelNode {
  if (plan === scan) return { ...scan, source: { ...scan.source, files } };
  return mapInputs(plan, (input) => withFiles(input, scan, files));
}

/** Names of files and objects that are nobody else's. */
function outputOf({ output }: Task, index: number): TaskOutput {
  switch (output.kind) {
    case 'result':
    case 'relay':
    case 'inspect':
      return output;
    case 'exchange':
      return { ...output, prefix: `${output.prefix}.${index}` };
    case 'sink':
      return output.layout.kind === 'folder'
        ? { ...output, layout: { ...output.layout, fileName: `${output.layout.fileName}.${index}` } }
        : output;
  }
}

function scansOf(plan: RelNode): readonly ScanRel[] {
  return plan.kind === 'scan' ? [plan] : relInputs(plan).flatMap(scansOf);
}

import { countPartitions } from '../../plan/count-partitions.ts';
import { type Partitioning, type RelNode, relInputs } from '../../plan/relation.ts';
import type { FileRead, StageEstimate } from '../../plan/run-report.ts';
import type { ScanFile } from '../../plan/source.ts';
import type { PhysicalPlan, Stage } from '../../plan/stage.ts';
import { addTransfers, noTransfer, type Transfer } from '../../plan/transfer.ts';
import { longestSliceBytes } from '../../storage/cut-range.ts';
import { estimateOutput, noVolume, type Volume, type VolumeEvidence } from './estimate-output.ts';
import { tasksFor } from './exchange-topology.ts';
import type { ScanInspection } from './inspect-scans.ts';
import { scansOf } from './split-scans.ts';
import { maxInlineBytes } from './stage-tasks.ts';

interface Known {
  readonly volume: Volume;
  readonly estimate: StageEstimate;
}

/**
 * About what each stage of a plan will do: what its scans fetch by the very ranges that workers ask for, all else by
 * {@link estimateOutput}. Pure.
 *
 * @returns by the stages' numbers
 */
export function estimateStages(plan: PhysicalPlan, inspection: ScanInspection): ReadonlyMap<number, StageEstimate> {
  const known = new Map<number, Known>();
  for (const stage of plan.stages) {
    const volumes = new Map([...known].map(([id, { volume }]) => [id, volume]));
    const tasks = countTasks(stage, plan, inspection, volumes);
    const volume = estimateOutput(stage.plan, { ...inspection, volumes, tasks });
    const inputs = [...stage.inputs].map(([input, partitioning]) => slicesOf(known.get(input), partitioning, tasks));
    known.set(stage.id, { volume, estimate: estimateOf(stage, tasks, volume, inspection, inputs, plan.slots) });
  }
  return new Map([...known].map(([id, { estimate }]) => [id, estimate]));
}

function estimateOf(
  stage: Stage,
  tasks: number,
  { rows, bytes }: Volume,
  inspection: ScanInspection,
  inputs: readonly Transfer[],
  slots: number,
): StageEstimate {
  const files = filesOf(stage, inspection);
  return {
    tasks,
    rows: Number.isNaN(rows) ? null : Math.round(rows),
    bytes: Math.round(bytes),
    inPlaceBytes: files.reduce((sum, { read }) => sum + (read.inPlace ? read.bytes : 0), 0),
    fetched: addTransfers([...files.map(({ read }) => read.fetched), ...footersOf(files, slots), ...inputs]),
    written: writtenBy(stage, tasks, Math.round(bytes)),
  };
}

interface KnownFile {
  readonly file: ScanFile;
  readonly read: FileRead;
}

function filesOf(stage: Stage, { splits, reads }: ScanInspection): readonly KnownFile[] {
  const files = scansOf(stage.plan).flatMap((scan) => splits.get(scan)?.splits.flatMap((split) => split.files) ?? []);
  return files.flatMap((file) => {
    const read = reads.get(file);
    return read ? [{ file, read }] : [];
  });
}

/** A worker keeps the footer of a file for its other parts; each worker has one at least, where there are enough. */
function footersOf(files: readonly KnownFile[], slots: number): readonly Transfer[] {
  const parts = new Map<string, number>();
  return files.flatMap(({ file: { uri }, read }) => {
    const before = parts.get(uri) ?? 0;
    parts.set(uri, before + 1);
    return before < slots ? [read.footer] : [];
  });
}

/** As `stageTasks` makes them: one for each split, one for each group of partitions of about equal bytes, side by side in unions. */
function countTasks(
  { plan: rel, inputs }: Stage,
  plan: PhysicalPlan,
  { splits }: ScanInspection,
  volumes: VolumeEvidence['volumes'],
): number {
  const bytesOf = (input: number) => (volumes.get(input) ?? noVolume).bytes;
  const bytes = [...inputs].reduce((sum, [input, { kind }]) => sum + (kind === 'broadcast' ? 0 : bytesOf(input)), 0);
  const groups = tasksFor(bytes, plan.slots);
  const ofLeaf = (leaf: RelNode): number => {
    if (leaf.kind === 'scan') return splits.get(leaf)?.splits.length ?? 1;
    const partitioning = leaf.kind === 'read' ? inputs.get(leaf.exchange) : undefined;
    return partitioning ? Math.min(groups, partitionsOf(partitioning, groups)) : 1;
  };
  const ofBranch = (branch: RelNode): number =>
    branch.kind === 'union'
      ? branch.inputs.reduce((sum, input) => sum + ofBranch(input), 0)
      : Math.max(1, ...leavesOf(branch).map(ofLeaf));
  return leavesOf(rel).every((leaf) => ofLeaf(leaf) <= 1) ? 1 : ofBranch(belowUnary(rel));
}

/** A stage over a union runs the union's sides in tasks of their own, whatever stands above it. */
function belowUnary(rel: RelNode): RelNode {
  return 'input' in rel ? belowUnary(rel.input) : rel;
}

function leavesOf(rel: RelNode): readonly RelNode[] {
  const inputs = relInputs(rel);
  return inputs.length === 0 ? [rel] : inputs.flatMap(leavesOf);
}

/** Bounds of ranges are known once there are samples: then there is one partition for each of the tasks that sort. */
function partitionsOf(partitioning: Partitioning, groups: number): number {
  return partitioning.kind === 'range' ? groups : countPartitions(partitioning);
}

/** One request for a reader's slice of each producer's object; what rides in task results takes none. */
function slicesOf(producer: Known | undefined, { kind }: Partitioning, readers: number): Transfer {
  if (!producer || producer.estimate.written.requests === 0) return noTransfer;
  const { requests: producers, bytes } = producer.estimate.written;
  const total = kind === 'broadcast' ? bytes * readers : bytes;
  const slices = producers * readers;
  return { requests: slices * Math.max(1, Math.ceil(total / slices / longestSliceBytes)), bytes: total };
}

function writtenBy({ output }: Stage, tasks: number, bytes: number): Transfer {
  switch (output.kind) {
    case 'result':
    case 'inspect':
      return noTransfer;
    case 'exchange':
      return bytes / tasks <= maxInlineBytes ? noTransfer : { requests: tasks, bytes };
    case 'relay':
    case 'sink':
      return { requests: tasks, bytes };
  }
}

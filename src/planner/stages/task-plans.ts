import { InternalError } from '../../errors.ts';
import { outputBytes, toPartitionOf } from '../../plan/producer-output.ts';
import { type JoinRel, mapInputs, type ReadRel, type RelNode, relInputs, type ScanRel } from '../../plan/relation.ts';
import type { ScanFile } from '../../plan/source.ts';
import type { SplitEvidence, Stage, StageResult } from '../../plan/stage.ts';

/** What a partition's files should come to, so that a task's start is worth its while. */
export const partitionTargetBytes = 64 << 20;

/** What the plans of a stage's tasks go by. */
export interface TaskPlanContext {
  readonly splits: SplitEvidence;
  /** Results of the stages that this one reads from. */
  readonly results: ReadonlyMap<number, StageResult>;
  /** Bytes up to which neighbouring partitions become one task, about. */
  readonly partitionBytes: number;
}

/**
 * The plans of a stage's tasks, in source order: one for each split of the scan that drives it, for each group of
 * partitions of the exchanges that do, or one in all. A union of such is run side by side. Pure.
 */
export function taskPlans(stage: Stage, context: TaskPlanContext): readonly RelNode[] {
  if (!isDriven(stage.plan, stage, context)) return splitPlans(withParts(stage.plan, stage, context, null), context);
  return branches(stage.plan).flatMap((branch) => plansOfBranch(branch, stage, context));
}

function plansOfBranch(plan: RelNode, stage: Stage, context: TaskPlanContext): readonly RelNode[] {
  const reads = leavesOf(plan).filter((leaf): leaf is ReadRel => leaf.kind === 'read' && isDealt(leaf, stage));
  if (reads.length > 0)
    return partitionGroups(plan, reads, context).map((group) => withParts(plan, stage, context, group));
  return splitPlans(withParts(plan, stage, context, null), context);
}

/** One plan for each split of the scan that has several; scans of one split read just that. */
function splitPlans(plan: RelNode, context: TaskPlanContext): readonly RelNode[] {
  const scans = leavesOf(plan).filter((leaf): leaf is ScanRel => leaf.kind === 'scan' && context.splits.has(leaf));
  const driving = scans.find((scan) => splitsOf(scan, context) > 1);
  const narrowed = scans
    .filter((scan) => scan !== driving)
    .reduce(
      (rel, scan) => replaceLeaf(rel, scan, withFiles(scan, context.splits.get(scan)?.splits[0]?.files ?? [])),
      plan,
    );
  const splits = driving ? (context.splits.get(driving)?.splits ?? []) : [];
  return driving ? splits.map((split) => replaceLeaf(narrowed, driving, withFiles(driving, split.files))) : [narrowed];
}

function withFiles(scan: ScanRel, files: readonly ScanFile[]): ScanRel {
  return { ...scan, source: { ...scan.source, files } };
}

/** Whether rows come from several tasks' worth of splits or partitions. */
function isDriven(plan: RelNode, stage: Stage, context: TaskPlanContext): boolean {
  return leavesOf(plan).some(
    (leaf) => (leaf.kind === 'scan' && splitsOf(leaf, context) > 1) || (leaf.kind === 'read' && isDealt(leaf, stage)),
  );
}

/** A plan whose scans are read whole has no splits; one that has must know those of every scan. */
function splitsOf(scan: ScanRel, context: TaskPlanContext): number {
  if (context.splits.size === 0) return 1;
  const split = context.splits.get(scan);
  if (!split) throw new InternalError('A rule changed a scan after it was split.');
  return split.splits.length;
}

function isDealt(read: ReadRel, stage: Stage): boolean {
  const kind = stage.inputs.get(read.exchange)?.kind;
  return kind === 'hash' || kind === 'range' || kind === 'keep';
}

/** The plan once for each way through its unions: their inputs run in tasks of their own. */
function branches(plan: RelNode): readonly RelNode[] {
  if (plan.kind === 'union') return plan.inputs.flatMap(branches);
  let alternatives: readonly RelNode[] = [plan];
  for (const input of relInputs(plan)) {
    const choices = branches(input);
    if (choices.length === 1 && choices[0] === input) continue;
    alternatives = alternatives.flatMap((rel) =>
      choices.map((choice) => mapInputs(rel, (own) => (own === input ? choice : own))),
    );
  }
  return alternatives;
}

/** What one task reads of the exchanges that drive its stage. */
interface PartitionGroup {
  readonly fromPartition: number;
  /** Exclusive. */
  readonly toPartition: number;
  /** Of this exchange only the rows of some of the tasks that wrote it: the others' are another task's. */
  readonly slice: { readonly exchange: number; readonly fromTask: number; readonly toTask: number } | null;
}

/**
 * Neighbouring partitions that together are small make one task, all of about equal bytes; a large one whose rows may be
 * joined apart makes several. All exchanges that are read were dealt alike.
 */
function partitionGroups(
  plan: RelNode,
  reads: readonly ReadRel[],
  context: TaskPlanContext,
): readonly PartitionGroup[] {
  const results = reads.map((read) => resultOf(read, context));
  const count = Math.max(0, ...results.flatMap((result) => result.tasks.map(toPartitionOf)));
  const probe = probeOf(plan, reads);
  // Where all partitions are larger than a task should be, none is skewed.
  const usualBytes = probe ? medianBytes(resultOf(probe, context), count) : 0;
  const partitions = Array.from({ length: count }, (_, partition) => {
    const slices = probe ? slicesOf(resultOf(probe, context), partition, usualBytes, context) : [];
    const bytes = results.reduce((sum, result) => sum + partitionBytes(result, partition), 0);
    return { partition, bytes, slices: slices.length > 1 ? slices : [] };
  });
  const whole = partitions.filter(({ slices }) => slices.length === 0).reduce((sum, { bytes }) => sum + bytes, 0);
  const shareBytes = whole / Math.max(1, Math.ceil(whole / context.partitionBytes)) || 1;
  const groups: { fromPartition: number; toPartition: number; slice: PartitionGroup['slice'] }[] = [];
  let before = 0;
  let open = -1;
  for (const { partition, bytes, slices } of partitions) {
    // Nobody needs to read an empty one: behind the last of all rows it would have a share, and so a task, of its own.
    if (bytes === 0) continue;
    if (slices.length > 0) {
      for (const slice of slices) groups.push({ fromPartition: partition, toPartition: partition + 1, slice });
      open = -1;
      continue;
    }
    // The share in which the middle of the partition falls.
    const share = Math.floor((before + bytes / 2) / shareBytes);
    before += bytes;
    const last = groups.at(-1);
    if (share === open && last) last.toPartition = partition + 1;
    else groups.push({ fromPartition: partition, toPartition: partition + 1, slice: null });
    open = share;
  }
  // A stage whose input has no row still has a task: aggregates and sinks make something of nothing.
  return groups.length > 0 ? groups : [{ fromPartition: 0, toPartition: 0, slice: null }];
}

/** The side of a join whose rows may meet the whole other side in tasks of their own; null where there is none. */
function probeOf(plan: RelNode, reads: readonly ReadRel[]): ReadRel | null {
  const join = joinsIn(plan).find(
    ({ build, left, right }) => build && reads.some((read) => read === left) && reads.some((read) => read === right),
  );
  if (!join) return null;
  return (join.build === 'left' ? join.right : join.left) as ReadRel;
}

/** Parts of a partition that is much larger than a task should be, and than others are, cut between the tasks that wrote it. */
function slicesOf(
  result: StageResult,
  partition: number,
  usualBytes: number,
  { partitionBytes: target }: TaskPlanContext,
): readonly NonNullable<PartitionGroup['slice']>[] {
  if (partitionBytes(result, partition) < skewFactor * Math.max(target, leastSkewedBytes, usualBytes)) return [];
  const slices: { exchange: number; fromTask: number; toTask: number }[] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const [task, output] of result.tasks.entries()) {
    const size = outputBytes(output, partition, partition + 1);
    if (size === 0) continue;
    if (bytes + size > target) {
      slices.push({ exchange: result.stage, fromTask: task, toTask: task });
      bytes = 0;
    }
    bytes += size;
    const last = slices.at(-1);
    if (last) last.toTask = task + 1;
  }
  return slices;
}

/** A partition of so many times the wanted bytes, and the usual ones, is skewed; and below so many it is not worth another task. */
const skewFactor = 4;
const leastSkewedBytes = 1 << 20;

/** Bytes of a partition than which as many are larger as are smaller. */
function medianBytes(result: StageResult, count: number): number {
  const sizes = Float64Array.from({ length: count }, (_, partition) => partitionBytes(result, partition)).sort();
  return sizes[count >> 1] ?? 0;
}

function partitionBytes(result: StageResult, partition: number): number {
  return result.tasks.reduce((sum, output) => sum + outputBytes(output, partition, partition + 1), 0);
}

function withParts(plan: RelNode, stage: Stage, context: TaskPlanContext, group: PartitionGroup | null): RelNode {
  const fill = (rel: RelNode): RelNode => {
    if (rel.kind !== 'read') return mapInputs(rel, fill);
    const { tasks } = resultOf(rel, context);
    if (!group || !isDealt(rel, stage)) {
      const toPartition = Math.max(0, ...tasks.map(toPartitionOf));
      return { ...rel, parts: { fromPartition: 0, toPartition, outputs: tasks } };
    }
    const { fromPartition, toPartition, slice } = group;
    // What each task reads of them is found when it is sent: until then tasks share one list.
    const outputs = slice?.exchange === rel.exchange ? tasks.slice(slice.fromTask, slice.toTask) : tasks;
    return { ...rel, parts: { fromPartition, toPartition, outputs } };
  };
  return fill(plan);
}

function replaceLeaf(plan: RelNode, leaf: RelNode, by: RelNode): RelNode {
  return plan === leaf ? by : mapInputs(plan, (input) => replaceLeaf(input, leaf, by));
}

function leavesOf(plan: RelNode): readonly RelNode[] {
  const inputs = relInputs(plan);
  return inputs.length === 0 ? [plan] : inputs.flatMap(leavesOf);
}

function resultOf(read: ReadRel, context: TaskPlanContext): StageResult {
  const result = context.results.get(read.exchange);
  if (!result) throw new InternalError(`Exchange ${read.exchange} is read before the stage that fills it is done.`);
  return result;
}

function joinsIn(plan: RelNode): readonly JoinRel[] {
  return [...(plan.kind === 'join' ? [plan] : []), ...relInputs(plan).flatMap(joinsIn)];
}

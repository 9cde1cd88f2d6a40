import {
  type JoinRel,
  mapInputs,
  type Partitioning,
  type ReadRel,
  type RelNode,
  relInputs,
} from '../../plan/relation.ts';
import type { PhysicalPlan, Stage, StageResult } from '../../plan/stage.ts';
import { insertRelays, readOf } from './insert-relays.ts';
import { partitionTargetBytes } from './task-plans.ts';

/** What is known while a plan runs. */
export interface Progress {
  readonly results: ReadonlyMap<number, StageResult>;
  /** Stages whose tasks run or are done. */
  readonly started: ReadonlySet<number>;
  /** As it was before it ran. */
  readonly plan: Pick<PhysicalPlan, 'stages' | 'slots' | 'broadcastBytes' | 'exchange'>;
}

/**
 * The stages that are still to run, changed by what the finished ones really gave: a join whose built side turned out small
 * reads it whole in every task, and the other side is joined where it is made instead of being dealt; few rows are sorted
 * by one task; rows that would take too many requests go through relays. The same list when nothing changes. Pure.
 */
export function adapt(stages: readonly Stage[], progress: Progress): readonly Stage[] {
  for (const stage of stages) {
    if (progress.started.has(stage.id)) continue;
    const range = smallSort(stage, stages, progress);
    if (range) return adapt(sortInOne(stages, stage, range), progress);
    const join = joinsIn(stage.plan).find((candidate) => turnsOutSmall(candidate, stage, progress));
    if (join) return adapt(joinInPlace(stages, stage, join), progress);
  }
  return insertRelays(stages, progress);
}

/** Stages that a stage waits for: those that it reads, and built sides that may make it needless. */
export function waitsFor(stage: Stage, stages: readonly Stage[]): readonly number[] {
  const builds = stages.flatMap((reader) =>
    joinsIn(reader.plan).flatMap((join) => {
      const sides = dealtSides(join, reader);
      return sides && sides.probe.exchange === stage.id ? [originOf(sides.build.exchange, stages)] : [];
    }),
  );
  return [...stage.inputs.keys(), ...builds];
}

/** The stage that made the rows which a stage, maybe a relay, gives. */
function originOf(id: number, stages: readonly Stage[]): number {
  const stage = stages.find((candidate) => candidate.id === id);
  return stage?.output.kind === 'relay' ? ([...stage.inputs.keys()][0] ?? id) : id;
}

/** The stage that would deal rows by range of which there turned out to be few: one task sorts them as they are. */
function smallSort(stage: Stage, stages: readonly Stage[], { results, started }: Progress): Stage | null {
  for (const [input, partitioning] of stage.inputs) {
    const dealing = stages.find((candidate) => candidate.id === input);
    if (partitioning.kind !== 'range' || !dealing || started.has(dealing.id) || dealing.plan.kind !== 'read') continue;
    const kept = results.get(dealing.plan.exchange);
    if (kept && kept.bytes <= partitionTargetBytes) return dealing;
  }
  return null;
}

function sortInOne(stages: readonly Stage[], stage: Stage, dealing: Stage): readonly Stage[] {
  const inputs = new Map<number, Partitioning>(stage.inputs);
  inputs.delete(dealing.id);
  for (const kept of dealing.inputs.keys()) inputs.set(kept, { kind: 'single' });
  const read = readOf(stage.plan, dealing.id);
  const plan = read ? replaceNode(stage.plan, read, dealing.plan) : stage.plan;
  return stages
    .filter((candidate) => candidate !== dealing)
    .map((candidate) => (candidate === stage ? { ...stage, plan, inputs } : candidate));
}

interface DealtSides {
  readonly build: ReadRel;
  readonly probe: ReadRel;
}

function dealtSides(join: JoinRel, stage: Stage): DealtSides | null {
  if (!join.build) return null;
  const build = join[join.build];
  const probe = join[join.build === 'left' ? 'right' : 'left'];
  const isDealt = (rel: RelNode): rel is ReadRel =>
    rel.kind === 'read' && stage.inputs.get(rel.exchange)?.kind === 'hash';
  return isDealt(build) && isDealt(probe) && build.exchange !== probe.exchange ? { build, probe } : null;
}

function turnsOutSmall(join: JoinRel, stage: Stage, { results, started, plan }: Progress): boolean {
  const sides = dealtSides(join, stage);
  if (!sides || started.has(sides.probe.exchange)) return false;
  const built = results.get(sides.build.exchange);
  return built !== undefined && built.bytes <= plan.broadcastBytes;
}

function joinInPlace(stages: readonly Stage[], stage: Stage, join: JoinRel): readonly Stage[] {
  const sides = dealtSides(join, stage);
  const maker = stages.find((candidate) => candidate.id === sides?.probe.exchange);
  if (!sides || !maker) return stages;
  const inputs = new Map<number, Partitioning>([
    ...stage.inputs,
    ...maker.inputs,
    [sides.build.exchange, { kind: 'broadcast' }],
  ]);
  inputs.delete(sides.probe.exchange);
  const plan = replaceNode(stage.plan, sides.probe, maker.plan);
  return stages
    .filter((candidate) => candidate !== maker)
    .map((candidate) => (candidate === stage ? { ...stage, plan, inputs } : candidate));
}

function replaceNode(plan: RelNode, node: RelNode, by: RelNode): RelNode {
  return plan === node ? by : mapInputs(plan, (input) => replaceNode(input, node, by));
}

function joinsIn(plan: RelNode): readonly JoinRel[] {
  return [...(plan.kind === 'join' ? [plan] : []), ...relInputs(plan).flatMap(joinsIn)];
}

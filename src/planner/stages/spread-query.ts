import type { DuckDBConnection } from '@duckdb/node-api';
import { hasOrder } from '../../plan/order.ts';
import { mapInputs, type RelNode, relInputs } from '../../plan/relation.ts';
import type { ExchangeTopology, PhysicalPlan, SplitEvidence, StageOutput } from '../../plan/stage.ts';
import type { Schema } from '../../plan/types.ts';
import { pruneColumns } from '../rules/prune-columns.ts';
import type { RuleContext } from '../rules/rule.ts';
import { bindKeys } from './bind-keys.ts';
import { chooseSpread, explainCost, type PlaceProfile, type Work } from './cost.ts';
import { cutStages } from './cut-stages.ts';
import { describeExchanges } from './describe-exchanges.ts';
import { distribute } from './distribute.ts';
import { gather } from './distribution.ts';
import { estimateBytes, reducedFraction } from './estimate.ts';
import { cutScans, narrowScans, pruneScans, type SplitIo } from './split-scans.ts';
import { inPlaceBytes, splitTarget } from './split-target.ts';
import { partitionTargetBytes } from './task-plans.ts';

/** How far queries are spread. */
export interface Spread {
  /** Bytes that a task reads, about. */
  readonly splitBytes: number;
  /** Tasks that scans are cut into, instead of `splitBytes`; null for as many as there are. */
  readonly tasks: number | null;
  /** Partitions of exchanges by key; null: about {@link partitionTargetBytes} each, as many as slots at least. */
  readonly partitions: number | null;
  /** Largest side of a join that every task reads whole, bytes. */
  readonly broadcastBytes: number;
  /** How exchanges reach their readers; null: as their numbers ask for. */
  readonly exchange: ExchangeTopology | null;
  /** Spread queries also where one task would be done sooner. */
  readonly always: boolean;
}

/** A side of a join up to so many bytes is read whole by every task. */
export const broadcastTargetBytes = 64 << 20;

/** Partitions of an exchange at most: beyond, their files are many and small. */
const maxPartitions = 512;

/** What a plan has beyond its schema and settings. */
export type CutPlan = Pick<
  PhysicalPlan,
  'stages' | 'splits' | 'slots' | 'broadcastBytes' | 'exchange' | 'warnings' | 'cost'
>;

/** What spreading looks at and asks. */
export interface SpreadContext {
  readonly spread: Spread;
  readonly driver: PlaceProfile;
  readonly backend: PlaceProfile;
  readonly rules: RuleContext;
  readonly connection: DuckDBConnection;
  readonly io: SplitIo;
}

/** The whole query as one stage of one task. Reads the footers of Parquet files elsewhere, nothing else. */
export async function inOneTask(
  rel: RelNode,
  schema: Schema,
  output: StageOutput,
  io: SplitIo,
  cost: string | null = null,
): Promise<CutPlan> {
  const splits = await narrowScans(rel, io);
  return {
    stages: cutStages(rel, schema, output),
    splits,
    slots: 1,
    broadcastBytes: 0,
    exchange: null,
    warnings: [],
    cost,
  };
}

/**
 * Cuts scans into splits and the query into stages, when that is done sooner than one task. Reads footers, nothing else.
 *
 * @param query the plan to be spread, and as one task runs it
 */
export async function spreadQuery(
  { rel, alone }: { readonly rel: RelNode; readonly alone: RelNode },
  schema: Schema,
  output: StageOutput,
  context: SpreadContext,
): Promise<CutPlan> {
  const { spread, driver, backend, connection } = context;
  const keyed = await bindKeys(rel, connection);
  const splits = await splitsFor(keyed, context);
  const scanBytes = bytesOf(splits);
  const warnings: string[] = [];
  let exchanges = 0;
  const placed = {
    splits,
    broadcastBytes: spread.broadcastBytes,
    partitions: spread.partitions ?? partitionsFor(scanBytes, backend),
    nextExchange: () => exchanges++,
    warn: (message: string) => void warnings.push(message),
  };
  const distributed = distribute(keyed, placed, !isFolder(output) && hasOrder(keyed));
  // Every task writes files of its own into a folder; rows for the driver, or for one file, come together.
  const gathered = pruneColumns.apply(isFolder(output) ? distributed.rel : gather(distributed, placed), context.rules);
  const work: Work = { ...scanWork(splits), exchangedBytes: exchangedBytes(gathered, splits), stages: exchanges + 1 };
  const cost = chooseSpread(work, driver, backend, spread.always || spread.tasks !== null);
  const text = explainCost(cost, work, driver, backend);
  if (cost.chosen === 'single') return inOneTask(alone, schema, output, context.io, text);
  const cut = await describeExchanges(gathered, connection);
  return {
    stages: cutStages(cut, schema, output),
    splits,
    slots: backend.slots,
    broadcastBytes: spread.broadcastBytes,
    exchange: spread.exchange,
    warnings: [...new Set(warnings)],
    cost: text,
  };
}

function isFolder(output: StageOutput): boolean {
  return output.kind === 'sink' && output.layout.kind === 'folder';
}

/** As many for every slot, so that all are busy to the end. */
function partitionsFor(scanBytes: number, { slots }: PlaceProfile): number {
  const rounds = Math.max(1, Math.ceil(scanBytes / partitionTargetBytes / slots));
  return Math.min(maxPartitions, rounds * slots);
}

/** A wanted number of tasks says how large a split is, once it is known how much there is to read. */
async function splitsFor(rel: RelNode, { spread, backend, io }: SpreadContext): Promise<SplitEvidence> {
  const { splitBytes, tasks } = spread;
  const scans = await pruneScans(rel, io);
  const splits = cutScans(scans, (scanBytes, inPlace) =>
    splitTarget(scanBytes, inPlace ? inPlaceBytes(splitBytes) : splitBytes, backend),
  );
  if (tasks === null) return splits;
  const targetBytes = Math.max(1, Math.ceil(bytesOf(splits) / tasks));
  return cutScans(scans, () => targetBytes);
}

function bytesOf(splits: SplitEvidence): number {
  return [...splits.values()].flatMap((scan) => scan.splits).reduce((sum, split) => sum + split.bytes, 0);
}

function scanWork(splits: SplitEvidence): Pick<Work, 'scanBytes' | 'largestSplitBytes' | 'splits'> {
  const all = [...splits.values()].flatMap((scan) => scan.splits);
  return {
    scanBytes: bytesOf(splits),
    largestSplitBytes: Math.max(0, ...all.map((split) => split.bytes)),
    splits: all.length,
  };
}

function exchangedBytes(rel: RelNode, splits: SplitEvidence): number {
  const below = relInputs(rel).reduce((sum, input) => sum + exchangedBytes(input, splits), 0);
  if (rel.kind !== 'exchange') return below;
  const reduced = rel.input.kind === 'aggregate' || rel.input.kind === 'distinct';
  return below + estimateBytes(withoutExchanges(rel.input), splits) * (reduced ? reducedFraction : 1);
}

function withoutExchanges(rel: RelNode): RelNode {
  return rel.kind === 'exchange' ? withoutExchanges(rel.input) : mapInputs(rel, withoutExchanges);
}

import { toPartitionOf } from '../../plan/producer-output.ts';
import type { ExchangeTopology, StageResult } from '../../plan/stage.ts';
import { partitionTargetBytes } from './task-plans.ts';

/**
 * Ranged reads of one exchange that are made directly. A prefix of an S3 bucket answers 5,500 GETs a second: 32 K of them take
 * it six seconds, in which relays would hardly have moved the bytes twice.
 */
export const maxDirectReads = 32 << 10;

/** How rows reach their readers when each of these reads from each producer, and nobody asked for another way. */
export function topologyFor(producers: number, readers: number): ExchangeTopology {
  return producers * readers <= maxDirectReads ? 'direct' : 'two-level';
}

/** How the rows of a finished exchange reach tasks of so many slots: by {@link topologyFor}, if nothing else is wanted. */
export function topologyOf(result: StageResult, wanted: ExchangeTopology | null, slots: number): ExchangeTopology {
  // What rides in task results is no object that is read.
  const objects = result.tasks.filter(({ place }) => place.kind === 'object').length;
  if (wanted === null) return topologyFor(objects, readersOf(result, slots));
  return wanted === 'two-level' && result.bytes > 0 ? 'two-level' : 'direct';
}

/** Bytes that are worth a reader of their own where there are very many slots: a read of them takes longer than its request. */
const leastReaderBytes = 4 << 20;

/** Readers that are always worth while: the workers of one machine. */
const fewReaders = 16;

/**
 * How many tasks share so many bytes: every slot has equally many, of about {@link partitionTargetBytes}; but of a thousand slots
 * no more than there is work for, since each reader asks every producer (44 MiB of partial aggregates on 3,000 workers: 143,000
 * requests instead of 176 a reader).
 */
export function tasksFor(bytes: number, slots: number): number {
  const all = Math.max(1, Math.ceil(bytes / partitionTargetBytes / slots)) * slots;
  return Math.min(all, Math.max(fewReaders, Math.ceil(bytes / leastReaderBytes)));
}

function readersOf(result: StageResult, slots: number): number {
  return Math.min(partitionsOf(result), tasksFor(result.bytes, slots));
}

/** Partitions of an exchange; none when no task wrote a row. */
export function partitionsOf({ tasks }: StageResult): number {
  return tasks.reduce((most, output) => Math.max(most, toPartitionOf(output)), 0);
}

/** What there is to relay. */
export interface RelayWork {
  readonly producers: number;
  readonly partitions: number;
  readonly bytes: number;
  /** Tasks that run at once. */
  readonly slots: number;
}

/** A relay for each pair of a group of producers and a group of partitions. */
export interface RelayGroups {
  readonly producerGroups: number;
  readonly partitionGroups: number;
}

/** Bytes that a relay moves at most, about: some seconds' work, and small beside a worker's disk. */
const relayTargetBytes = 256 << 20;

/**
 * Into how many groups the P producers and R partitions of an exchange fall. Pure.
 *
 * With A groups of producers and B of partitions, each of A·B relays makes one read of every producer of its group, P·B in all,
 * and each of R readers one of every relay of its partition, R·A in all. With A = B = 1 that is P + R, and one relay would do all
 * the work; so A·B shall be N at least: one for each slot, and so many that none moves more than about 256 MiB. Of all A and
 * B = N / A those with the fewest reads are taken; near A = √(N·P/R) they come to 2·√(N·P·R). P = R = N = 1,000: 28 · 36
 * relays, 64,000 reads instead of a million.
 */
export function relayGroups({ producers, partitions, bytes, slots }: RelayWork): RelayGroups {
  const wanted = Math.max(slots, Math.ceil(bytes / relayTargetBytes));
  let best: RelayGroups = { producerGroups: producers, partitionGroups: partitions };
  for (let producerGroups = 1; producerGroups <= Math.min(producers, wanted); producerGroups++) {
    const groups = { producerGroups, partitionGroups: Math.min(partitions, Math.ceil(wanted / producerGroups)) };
    // Short of relays only where there are no more partitions to tell apart.
    const relays = groups.producerGroups * groups.partitionGroups;
    if (relays < Math.min(wanted, producers * partitions)) continue;
    if (readsWith(groups, producers, partitions) < readsWith(best, producers, partitions)) best = groups;
  }
  return best;
}

/** Reads of relays and of their readers. */
export function readsWith({ producerGroups, partitionGroups }: RelayGroups, producers: number, partitions: number) {
  return producers * partitionGroups + partitions * producerGroups;
}

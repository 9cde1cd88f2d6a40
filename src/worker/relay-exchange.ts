import { InternalError } from '../errors.ts';
import type { Task, TaskOutput, TaskResult } from '../plan/task.ts';
import type { ObjectStore } from '../storage/store.ts';
import type { Fetcher } from './fetcher.ts';
import { layExchange } from './lay-exchange.ts';
import { readParts } from './read-parts.ts';
import type { Scratch } from './scratch.ts';

/** What a relay uses of the worker. */
export interface Relay {
  readonly fetcher: Fetcher;
  readonly store: ObjectStore;
  readonly scratch: Scratch;
  readonly signal: AbortSignal;
}

/**
 * Lays the files of neighbouring partitions of several producers end to end in one object, partition by partition. The bytes
 * stay as they are and keep the checksums that the producers found, so that what is damaged on the way is noticed at its end.
 */
export async function relayExchange(
  { plan }: Task,
  { prefix }: Extract<TaskOutput, { kind: 'relay' }>,
  { fetcher, store, scratch, signal }: Relay,
): Promise<Pick<TaskResult, 'produced'>> {
  if (plan.kind !== 'read') throw new InternalError(`A relay was given a plan of kind ${plan.kind}; it only reads.`);
  const files = await readParts(plan, fetcher, scratch);
  const { fromPartition, toPartition } = plan.parts;
  const target = { prefix, maxInlineBytes: 0, fromPartition, toPartition };
  return { produced: await layExchange(files, target, { store, signal }) };
}

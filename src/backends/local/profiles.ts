import type { BackendProfile } from '../backend.ts';

/*
 * What this machine's backends tell the planner. The numbers are medians on two cores of a cloud machine (Linux x64, Node 20,
 * DuckDB 1.5.6); they only have to be right within a factor of two or so, as they decide between plans that differ by more.
 */

/** PLACEHOLDER */
const bytesPerSecondAndThread = 100e6;

/** Opening an engine over new folders takes 12 ms, the first query of a process a few more. */
const inProcessStartMs = 15;

/** Plan to JSON and back, a connection, an empty query. */
const inProcessInvokeMs = 2;

/** From `fork` to the result of an empty task: Node itself, the engine's library, its first instance. */
const poolStartMs = 350;

/** An empty task in a warm process, there and back. */
const poolInvokeMs = 4;

/** What a local backend may use: threads and bytes of one task. */
export interface LocalResources {
  readonly threads: number;
  readonly memoryLimitBytes: number;
}

/** Of tasks that run in this process, one at a time. */
export function inProcessProfile({ threads, memoryLimitBytes }: LocalResources): BackendProfile {
  return {
    name: 'local',
    slots: 1,
    threads,
    memoryLimitBytes,
    streamsRows: true,
    startMs: inProcessStartMs,
    invokeMs: inProcessInvokeMs,
    bytesPerSecond: threads * bytesPerSecondAndThread,
    price: null,
  };
}

/** Of tasks that run in `workers` child processes; the resources are those of each. */
export function poolProfile({
  workers,
  threads,
  memoryLimitBytes,
}: LocalResources & { readonly workers: number }): BackendProfile {
  return {
    name: 'local',
    slots: workers,
    threads,
    memoryLimitBytes,
    streamsRows: false,
    startMs: poolStartMs,
    invokeMs: poolInvokeMs,
    bytesPerSecond: threads * bytesPerSecondAndThread,
    price: null,
  };
}

import { maxTaskBytes } from '../../plan/serde.ts';
import type { BackendProfile } from '../backend.ts';

/*
 * What this machine's backends tell the planner. The numbers were measured on two cores of a cloud machine (Linux x64,
 * Node 20, DuckDB 1.5.6) that others used too. They need to be right within a factor of two or so: plans between which they
 * decide differ by more.
 */

/**
 * Column chunks of TPC-H's lineitem: 88 MB/s for Q1, 180 for Q6, 78 for a groupBy with 1.5 M groups; 124 MB/s of its CSV text.
 */
const bytesPerSecondAndThread = 100e6;

/** Opening an engine over new folders takes 12 ms, its first query a few more. */
const inProcessStartMs = 20;

/** From `fork` to the first result: Node itself 68 ms, the engine's library 150, an engine 12; 360 in all on a busy machine. */
const poolStartMs = 350;

/** Plan to JSON and back, a connection, one row into a file. Going to another process and back is 0.5 ms of it. */
const localInvokeMs = 3;

/** What a local backend may use: threads and bytes of one task. */
export interface LocalResources {
  readonly threads: number;
  readonly memoryLimitBytes: number;
}

/** Of tasks that run in this process, one at a time. */
export function inProcessProfile({ threads, memoryLimitBytes }: LocalResources): BackendProfile {
  return {
    name: 'this process',
    slots: 1,
    threads,
    memoryLimitBytes,
    streamsRows: true,
    maxTaskBytes: Number.POSITIVE_INFINITY,
    startMs: inProcessStartMs,
    invokeMs: localInvokeMs,
    bytesPerSecond: threads * bytesPerSecondAndThread,
    taskTimeoutMs: null,
    stoppable: true,
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
    name: 'local workers',
    slots: workers,
    threads,
    memoryLimitBytes,
    streamsRows: false,
    maxTaskBytes,
    startMs: poolStartMs,
    invokeMs: localInvokeMs,
    bytesPerSecond: threads * bytesPerSecondAndThread,
    taskTimeoutMs: null,
    stoppable: true,
    price: null,
  };
}

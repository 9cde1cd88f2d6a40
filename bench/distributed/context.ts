import type { BenchOptions } from '../harness/options.ts';

/** What each part of the benchmark is given. */
export interface DistributedContext {
  readonly options: BenchOptions;
  /** Folder that holds the TPC-H tables of each scale factor, and other data. */
  readonly data: string;
  /** Says what is going on; never a time. */
  readonly note: (text: string) => void;
}

import type { BenchOptions } from '../harness/options.ts';

/** What each part of the benchmark is given. */
export interface BenchContext {
  readonly options: BenchOptions;
  /** Folder of the TPC-H tables at the scale factor that was asked for. */
  readonly tables: string;
  /** Folder for other data. */
  readonly data: string;
  /** Says what is going on; never a time. */
  readonly note: (text: string) => void;
}

import type { Backend } from '../backends/backend.ts';
import type { Batch } from '../plan/batch.ts';
import type { Stage, StageResult } from '../plan/stage.ts';
import type { Task, TaskResult } from '../plan/task.ts';
import type { ObjectStore } from '../storage/store.ts';
import type { Clock } from './clock.ts';
import type { Journal } from './journal.ts';
import type { Lease } from './lease.ts';
import type { Policy } from './policy.ts';

/** What happens while a job runs, for whoever shows it. */
export type JobEvent =
  | { readonly kind: 'stage-started'; readonly stage: number; readonly tasks: number }
  | { readonly kind: 'task-finished'; readonly stage: number; readonly task: string; readonly result: TaskResult }
  /** An attempt failed, and another one follows. */
  | {
      readonly kind: 'task-retried';
      readonly stage: number;
      readonly task: string;
      readonly attempt: number;
      readonly error: unknown;
      readonly waitMs: number;
    }
  /** A task is slow, and runs a second time beside the first. */
  | { readonly kind: 'task-speculated'; readonly stage: number; readonly task: string }
  /** A task was found done in the journal of a run before. */
  | { readonly kind: 'task-resumed'; readonly stage: number; readonly task: string }
  | { readonly kind: 'stage-finished'; readonly stage: number; readonly rows: number; readonly bytes: number };

/** What a run is given. */
export interface JobContext {
  /** Where tasks of all stages but the last run. */
  readonly backend: () => Promise<Backend>;
  /** Where the last stage runs, whose rows are wanted here. */
  readonly driver: Backend;
  /** The planner's tasks of a stage whose inputs are done. */
  readonly tasksOf: (stage: Stage, results: ReadonlyMap<number, StageResult>) => readonly Task[];
  /** The planner's second thoughts: stages that have not started, changed by what others gave. */
  readonly adapt: (
    stages: readonly Stage[],
    results: ReadonlyMap<number, StageResult>,
    started: ReadonlySet<number>,
  ) => readonly Stage[];
  /** Stages that must be done before a stage starts. */
  readonly waitsFor: (stage: Stage, stages: readonly Stage[]) => readonly number[];
  /** The planner's smaller tasks that together do what one does, which was too large; none when it cannot be cut. */
  readonly resplit: (task: Task) => readonly Task[];
  /** Where files that tasks staged are committed. */
  readonly store: ObjectStore;
  /**
   * Uri of the job's own folder, ending in `/`, in that store: everything below it is removed at the end. Its last name is the
   * job's.
   */
  readonly workspace: string;
  /** What runs before this one finished; null when nothing is to outlive the run. */
  readonly journal: Journal | null;
  /** Tells others that the job is alive; null where nobody looks. It is released at the end. */
  readonly lease: Lease | null;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly policy: Policy;
  readonly signal: AbortSignal;
  /** Takes the rows of the last stage, in order. */
  readonly onBatch: (batch: Batch) => Promise<void>;
  readonly batchRows: number;
  readonly onEvent: (event: JobEvent) => void;
  /** Takes work that goes on after the job: removing what attempts that nobody can stop may still write. */
  readonly later: (work: Promise<void>) => void;
}

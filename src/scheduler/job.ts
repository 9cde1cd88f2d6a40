import type { Backend } from '../backends/backend.ts';
import type { Batch } from '../plan/batch.ts';
import type { Stage, StageResult } from '../plan/stage.ts';
import type { Task, TaskResult } from '../plan/task.ts';
import type { ObjectStore } from '../storage/store.ts';

/** What happens while a job runs, for whoever shows it. */
export type JobEvent =
  | { readonly kind: 'stage-started'; readonly stage: number; readonly tasks: number }
  | { readonly kind: 'task-finished'; readonly stage: number; readonly task: string; readonly result: TaskResult }
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
  /** Where files that tasks staged are committed. */
  readonly store: ObjectStore;
  /** Uri of the job's own folder, ending in `/`, in that store: everything below it is removed at the end. */
  readonly workspace: string;
  readonly signal: AbortSignal;
  /** Takes the rows of the last stage, in order. */
  readonly onBatch: (batch: Batch) => Promise<void>;
  readonly batchRows: number;
  readonly onEvent: (event: JobEvent) => void;
}

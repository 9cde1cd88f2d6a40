import type { Backend } from '../backends/backend.ts';
import type { Batch } from '../plan/batch.ts';
import type { LogicalNode } from '../plan/logical.ts';
import type { RunReport } from '../plan/run-report.ts';
import type { PhysicalPlan, SinkMode, Stage } from '../plan/stage.ts';
import type { TaskResult } from '../plan/task.ts';
import { type PlanningEnvironment, type PlanRequest, planQuery } from '../planner/plan-query.ts';
import { adapt, waitsFor } from '../planner/stages/adapt.ts';
import { resplit } from '../planner/stages/resplit.ts';
import { stageTasks } from '../planner/stages/stage-tasks.ts';
import { systemClock } from '../scheduler/clock.ts';
import { collectRun } from '../scheduler/collect-run.ts';
import type { JobEvent } from '../scheduler/job.ts';
import { defaultPolicy } from '../scheduler/policy.ts';
import { runJob } from '../scheduler/run-job.ts';
import type { ObjectStore } from '../storage/store.ts';
import type { ConvertOptions } from './convert/options.ts';
import { planAsRun } from './explain-run.ts';
import type { JobPlace } from './job-place.ts';
import { underSignal } from './query-signal.ts';

/** Options of every action. */
export interface ActionOptions {
  /** Ends the query: the action rejects with an AbortError. */
  readonly signal?: AbortSignal;
  /** Ends the query after so many milliseconds. */
  readonly timeoutMs?: number;
  /** How 64-bit integers, decimals and timestamps become JavaScript values, for this result. */
  readonly results?: ConvertOptions;
}

/** What an action needs of its session. */
export interface QueryContext {
  readonly planning: PlanningEnvironment;
  readonly store: ObjectStore;
  readonly results: ConvertOptions;
  /** Aborted when the session closes. */
  readonly closed: AbortSignal;
  /** Where tasks of all stages but the last run; opened on first use. */
  backend(): Promise<Backend>;
  /** This process, where the last stage runs. */
  driver(): Promise<Backend>;
  /** Where a job writes what its stages hand on, and what of it outlives the run. */
  placeOf(plan: PhysicalPlan): Promise<JobPlace>;
  emit(event: JobEvent): void;
  /** Takes work that goes on after a job; closing the session does not wait for it. */
  later(work: Promise<void>): void;
}

/** Rows of a batch unless the caller says otherwise: large enough for bulk conversion, a few MiB of usual rows. */
export const defaultBatchRows = 65_536;

/** How a query is run. */
export interface ExecuteOptions extends ActionOptions {
  readonly sinkMode?: SinkMode;
  readonly wireTypes?: boolean;
  readonly batchRows?: number;
  readonly onBatch?: (batch: Batch) => Promise<void>;
}

/** A query that has run. */
export interface Executed {
  /** As it was when it ended. */
  readonly plan: PhysicalPlan;
  readonly results: readonly TaskResult[];
  readonly run: RunReport;
}

/** Plans a query and runs it. */
export async function execute(
  context: QueryContext,
  node: LogicalNode,
  output: PlanRequest['output'],
  options: ExecuteOptions,
): Promise<Executed> {
  return underSignal(context.closed, options, async (signal) => {
    const request = {
      node,
      output,
      sinkMode: options.sinkMode ?? 'error',
      wireTypes: options.wireTypes ?? false,
    } as const;
    const driver = await context.driver();
    const place = await context.placeOf(await planQuery(request, { ...context.planning, signal }));
    const { plan: planned, workspace, journal, lease } = place;
    const collector = collectRun();
    let stages: readonly Stage[] = planned.stages;
    const results = await runJob(planned, {
      signal,
      store: context.store,
      workspace,
      backend: () => context.backend(),
      driver,
      tasksOf: (stage, before) => stageTasks(planned, stage, before, workspace),
      adapt: (current, before, started) => {
        stages = adapt(current, { results: before, started, plan: planned });
        return stages;
      },
      waitsFor,
      resplit: (task) => resplit(task, planned.splits),
      journal,
      lease,
      clock: systemClock,
      random: Math.random,
      policy: defaultPolicy,
      batchRows: options.batchRows ?? defaultBatchRows,
      onBatch: options.onBatch ?? (async () => {}),
      onEvent: (event) => {
        collector.add(event);
        context.emit(event);
      },
      later: (work) => context.later(work),
    }).finally(place.leave);
    return { plan: planAsRun(planned, stages), results, run: collector.report() };
  });
}

/** Plans a query for its rows. */
export async function planRows(
  context: QueryContext,
  node: LogicalNode,
  output: PlanRequest['output'],
  options: ActionOptions,
): Promise<PhysicalPlan> {
  return underSignal(context.closed, options, (signal) =>
    planQuery({ node, output, sinkMode: 'error', wireTypes: false }, { ...context.planning, signal }),
  );
}

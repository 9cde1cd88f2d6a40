import type { Backend } from '../backends/backend.ts';
import { engineVersion } from '../engine/engine-version.ts';
import type { ScanRel } from '../plan/relation.ts';
import type { ScanFile } from '../plan/source.ts';
import type { PhysicalPlan } from '../plan/stage.ts';
import type { TaskResult } from '../plan/task.ts';
import { type InspectedScan, inspectedScan, inspectionPlan } from '../planner/stages/inspect-footers.ts';
import { resplit } from '../planner/stages/resplit.ts';
import { stageTasks } from '../planner/stages/stage-tasks.ts';
import { systemClock } from '../scheduler/clock.ts';
import type { JobContext } from '../scheduler/job.ts';
import { defaultPolicy } from '../scheduler/policy.ts';
import { runJob } from '../scheduler/run-job.ts';

/** What reading footers on workers takes of the session. */
export interface InspectionHost extends Pick<JobContext, 'store' | 'driver' | 'later'> {
  readonly backend: Backend;
  readonly signal: AbortSignal;
  /** Uri of a folder of its own, ending in `/`, for tasks that are too long to be sent. */
  readonly workspace: string;
}

/** Time and chance of a job; those of this machine unless told otherwise. */
type JobLuck = Pick<JobContext, 'clock' | 'random' | 'policy'>;

const thisMachine: JobLuck = { clock: systemClock, random: Math.random, policy: defaultPolicy };

/**
 * Reads the footers of a scan's files on workers: a job of one stage, whose tasks are tried again like all others.
 *
 * @throws what the workers throw; {SourceError} SCHEMA_MISMATCH for files of different columns
 */
export async function inspectFooters(
  scan: ScanRel,
  host: InspectionHost,
  luck: JobLuck = thisMachine,
): Promise<InspectedScan> {
  const plan = inspectionPlan(scan, await engineVersion(), host.backend.profile.slots);
  return inspectedScan(scan, await runInspection(plan, host, luck));
}

function runInspection(plan: PhysicalPlan, host: InspectionHost, luck: JobLuck): Promise<readonly TaskResult[]> {
  const { backend, driver, store, workspace, signal, later } = host;
  return runJob(plan, {
    ...luck,
    signal,
    store,
    workspace,
    driver,
    later,
    backend: async () => backend,
    tasksOf: (stage, before) => stageTasks(plan, stage, before, workspace),
    adapt: (stages) => stages,
    waitsFor: () => [],
    resplit: (task) => resplit(task, plan.splits),
    journal: null,
    lease: null,
    batchRows: 1,
    onBatch: async () => {},
    onEvent: () => {},
  });
}

/**
 * Remembers what was found out of a scan: one task may read the same files as many, and both plans are looked at. Files that
 * are listed anew are others.
 */
export function onceForEachScan(
  inspect: (scan: ScanRel, signal?: AbortSignal) => Promise<InspectedScan>,
): (scan: ScanRel, signal?: AbortSignal) => Promise<InspectedScan> {
  const known = new WeakMap<readonly ScanFile[], Map<string, Promise<InspectedScan>>>();
  return (scan, signal) => {
    const own = known.get(scan.source.files) ?? new Map<string, Promise<InspectedScan>>();
    known.set(scan.source.files, own);
    const key = JSON.stringify([scan.columns, scan.prune]);
    const found = own.get(key) ?? inspect(scan, signal);
    own.set(key, found);
    found.catch(() => own.delete(key));
    return found;
  };
}

import type { RunReport, StageReport } from '../plan/run-report.ts';
import type { TaskResult } from '../plan/task.ts';
import { addTransfers } from '../plan/transfer.ts';
import type { JobEvent } from './job.ts';

/** Collects what a run really did from its events. */
export interface RunCollector {
  add(event: JobEvent): void;
  /** What is known up to now. */
  report(): RunReport;
}

interface Collected {
  readonly startedMs: number;
  endedMs: number | null;
  /** Every result that came, also those of guesses that turned out wrong. */
  readonly results: Pick<TaskResult, 'fetched' | 'written' | 'rowGroups' | 'elapsedMs'>[];
  readonly tasks: Set<string>;
  attempts: number;
  resumed: number;
  rows: number;
  bytes: number;
}

/** A collector for one run, which begins now. @param now milliseconds since whenever */
export function collectRun(now: () => number = () => performance.now()): RunCollector {
  const startedMs = now();
  const stages = new Map<number, Collected>();
  const stageOf = (stage: number): Collected => {
    const known = stages.get(stage) ?? noneYet(now());
    stages.set(stage, known);
    return known;
  };
  return {
    add(event) {
      const stage = stageOf(event.stage);
      switch (event.kind) {
        case 'stage-started':
          return;
        case 'task-finished': {
          const { fetched, written, rowGroups, elapsedMs } = event.result;
          stage.results.push({ fetched, written, rowGroups, elapsedMs });
          stage.tasks.add(event.task);
          stage.attempts++;
          return;
        }
        case 'task-retried':
        case 'task-speculated':
          stage.attempts++;
          return;
        case 'task-resumed':
          stage.tasks.add(event.task);
          stage.resumed++;
          return;
        case 'stage-finished':
          stage.endedMs = now();
          stage.rows = event.rows;
          stage.bytes = event.bytes;
          return;
      }
    },
    report: () => ({
      stages: new Map([...stages].map(([id, stage]) => [id, reportOf(stage, now())])),
      wallMs: now() - startedMs,
    }),
  };
}

function noneYet(startedMs: number): Collected {
  return { startedMs, endedMs: null, results: [], tasks: new Set(), attempts: 0, resumed: 0, rows: 0, bytes: 0 };
}

function reportOf({ results, tasks, startedMs, endedMs, ...counts }: Collected, nowMs: number): StageReport {
  return {
    ...counts,
    tasks: tasks.size,
    fetched: addTransfers(results.map((result) => result.fetched)),
    written: addTransfers(results.map((result) => result.written)),
    rowGroups: results.reduce<number | null>(
      (sum, { rowGroups }) => (sum === null || rowGroups === null ? null : sum + rowGroups),
      0,
    ),
    wallMs: (endedMs ?? nowMs) - startedMs,
    workerMs: results.reduce((sum, result) => sum + result.elapsedMs, 0),
  };
}

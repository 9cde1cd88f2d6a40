import { decodeOutput } from '../plan/exchange-wire.ts';
import { allBytes, noOutput } from '../plan/producer-output.ts';
import type { StageResult } from '../plan/stage.ts';
import type { TaskResult } from '../plan/task.ts';
import { noTransfer } from '../plan/transfer.ts';

/** The result of a task that was not needed. */
export function nothing(taskId: string): TaskResult {
  return {
    taskId,
    rows: 0,
    staged: [],
    produced: null,
    sample: [],
    spans: [],
    fetched: noTransfer,
    written: noTransfer,
    rowGroups: 0,
    elapsedMs: 0,
    rejected: [],
    rejectedCount: 0,
  };
}

/**
 * What a stage left behind, from the results of its tasks in their order.
 *
 * @throws {InternalError} for a task that tells what no exchange writes
 */
export function stageResult(stage: number, tasks: readonly TaskResult[]): StageResult {
  const outputs = tasks.map(({ produced }) => (produced === null ? noOutput : decodeOutput(produced)));
  return {
    stage,
    tasks: outputs,
    rows: tasks.reduce((sum, task) => sum + task.rows, 0),
    samples: tasks.flatMap((task) => task.sample),
    bytes: outputs.reduce((sum, output) => sum + allBytes(output), 0),
  };
}

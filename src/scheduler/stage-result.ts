import type { ExchangePart } from '../plan/relation.ts';
import type { StageResult } from '../plan/stage.ts';
import type { TaskResult } from '../plan/task.ts';

/** The result of a task that was not needed. */
export function nothing(taskId: string): TaskResult {
  return {
    taskId,
    rows: 0,
    staged: [],
    partitions: [],
    sample: [],
    spans: [],
    elapsedMs: 0,
    rejected: [],
    rejectedCount: 0,
  };
}

/** What a stage left behind, from the results of its tasks in their order. */
export function stageResult(stage: number, tasks: readonly TaskResult[]): StageResult {
  const parts = tasks.flatMap((task) => task.partitions.flat());
  return {
    stage,
    tasks: tasks.map((task) => task.partitions),
    rows: tasks.reduce((sum, task) => sum + task.rows, 0),
    samples: tasks.flatMap((task) => task.sample),
    bytes: parts.reduce((sum, part) => sum + sizeOf(part), 0),
  };
}

function sizeOf(part: ExchangePart): number {
  return part.kind === 'range' ? part.endByte - part.startByte : part.base64.length;
}

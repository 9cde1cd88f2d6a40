import { PlanError } from '../errors.ts';
import type { Batch } from '../plan/batch.ts';
import type { TaskResult } from '../plan/task.ts';
import type { WorkerEnvironment } from '../worker/run-task.ts';

/** What the planner must know of a place where tasks run. */
export interface BackendProfile {
  readonly name: string;
  /** Tasks that run at once. */
  readonly slots: number;
  /** Threads of each task. */
  readonly threads: number;
  /** Memory that each task may use before it spills, bytes. */
  readonly memoryLimitBytes: number;
}

/** What accompanies one attempt at a task. */
export interface InvokeContext {
  /** Ends the attempt: what it wrote so far is removed, and the promise rejects with an AbortError. */
  readonly signal: AbortSignal;
  /** Takes rows of a task whose output is 'result', in order; the task waits until the promise resolves. */
  readonly onBatch: (batch: Batch) => Promise<void>;
  /** Rows of a batch; the last one may have fewer. */
  readonly batchRows: number;
}

/** A place where tasks run: processes on this machine or a function service. */
export interface Backend {
  readonly profile: BackendProfile;
  /**
   * Runs one attempt at a task.
   *
   * @param task a `Task` as JSON text: what a backend runs is what came over the wire
   * @throws the worker's error, of its own class; {BackendError} when the worker itself failed
   */
  invoke(task: string, context: InvokeContext): Promise<TaskResult>;
  /** Stops what runs and frees what the backend holds. */
  close(): Promise<void>;
}

/** Loads a backend's code when it is first used, so that no script pays for those that it doesn't use. */
const loaders = {
  local: async (options: WorkerEnvironment) => (await import('./local/in-process.ts')).openInProcess(options),
} satisfies Record<string, (options: WorkerEnvironment) => Promise<Backend>>;

/** Names of the backends that there are. */
export type BackendName = keyof typeof loaders;

/**
 * Opens the backend `name`.
 *
 * @param environment what workers on this machine use; backends elsewhere have their own
 * @throws {PlanError} INVALID_ARGUMENT for an unknown name
 */
export async function openBackend(name: string, environment: WorkerEnvironment): Promise<Backend> {
  if (!Object.hasOwn(loaders, name)) {
    throw new PlanError(
      'INVALID_ARGUMENT',
      `Unknown backend ${JSON.stringify(name)}. Available: ${Object.keys(loaders).join(', ')}`,
    );
  }
  return loaders[name as BackendName](environment);
}

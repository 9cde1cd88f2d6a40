import { PlanError } from '../errors.ts';
import type { Batch } from '../plan/batch.ts';
import type { TaskResult } from '../plan/task.ts';
import type { ChildSettings } from '../worker/child-protocol.ts';
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
  /** Whether tasks may have the output 'result'; where not, rows come back through an exchange or a sink. */
  readonly streamsRows: boolean;
  /** From the invocation to the first work of a task for which no worker is warm, milliseconds. */
  readonly startMs: number;
  /** The same for a warm worker: what a task costs however small it is, milliseconds. */
  readonly invokeMs: number;
  /** Bytes of Parquet column chunks, or of text, that one slot reads and works on a second. */
  readonly bytesPerSecond: number;
  /** Longest task that it takes, as JSON text in bytes; infinity where that is no matter. */
  readonly maxTaskBytes: number;
  /** From a task's submission to its reply at most, milliseconds; null where the backend itself notices a task that is lost. */
  readonly taskTimeoutMs: number | null;
  /** Whether an attempt ends soon after its signal, and writes nothing from then on. */
  readonly stoppable: boolean;
  /** Null where running a task costs nothing. */
  readonly price: TaskPrice | null;
}

/** What a task costs in US dollars. */
export interface TaskPrice {
  readonly perInvocation: number;
  /** For each second and GiB of the worker's memory. */
  readonly perGibSecond: number;
}

/** What accompanies one attempt at a task. */
export interface InvokeContext {
  /** Ends the attempt: what it wrote so far is removed, and the promise rejects with an AbortError. */
  readonly signal: AbortSignal;
  /** Takes rows of a task whose output is 'result', in order; the task waits until the promise resolves. */
  readonly onBatch: (batch: Batch) => Promise<void>;
  /** Rows of a batch; the last one may have fewer. */
  readonly batchRows: number;
  /** How many tasks' memory the attempt may use: more than 1 after one that ran out of memory. */
  readonly share: number;
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

/** Worker processes of the local backend. */
export interface LocalWorkers {
  /** How many; with 0 tasks run in this process. */
  readonly workers: number;
  /** Threads of each worker. */
  readonly workerThreads: number;
  /** What each worker's engine holds before it spills, bytes. */
  readonly workerMemoryLimitBytes: number;
  /** How workers reach stores; as it was given to the session's own. */
  readonly storeOptions?: ChildSettings['store'];
}

/** What a backend is opened with: this machine as a worker uses it, and who else works on it. */
interface Opening {
  readonly environment: WorkerEnvironment;
  readonly local: LocalWorkers;
}

/** Loads a backend's code when it is first used, so that no script pays for those that it doesn't use. */
const loaders = {
  local: async ({ environment, local }: Opening) => {
    if (local.workers === 0) return (await import('./local/in-process.ts')).openInProcess(environment);
    return (await import('./local/pool.ts')).openPool({
      workers: local.workers,
      scratchDirectory: environment.scratchDirectory,
      threads: local.workerThreads,
      memoryLimitBytes: local.workerMemoryLimitBytes,
      store: local.storeOptions ?? {},
    });
  },
} satisfies Record<string, (opening: Opening) => Promise<Backend>>;

/** Names of the backends that there are. */
export type BackendName = keyof typeof loaders;

/** Without worker processes. */
const noWorkers: LocalWorkers = { workers: 0, workerThreads: 1, workerMemoryLimitBytes: 0 };

/**
 * Opens the backend `name`.
 *
 * @param environment what workers inside this process use; backends elsewhere have their own
 * @param local worker processes on this machine; none unless told
 * @throws {PlanError} INVALID_ARGUMENT for an unknown name
 */
export async function openBackend(
  name: string,
  environment: WorkerEnvironment,
  local: LocalWorkers = noWorkers,
): Promise<Backend> {
  if (!Object.hasOwn(loaders, name)) {
    throw new PlanError(
      'INVALID_ARGUMENT',
      `Unknown backend ${JSON.stringify(name)}. Available: ${Object.keys(loaders).join(', ')}`,
    );
  }
  return loaders[name as BackendName]({ environment, local });
}

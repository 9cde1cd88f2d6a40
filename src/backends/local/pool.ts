import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { TaskResult } from '../../plan/task.ts';
import type { ChildSettings } from '../../worker/child-protocol.ts';
import type { Backend, BackendProfile, InvokeContext } from '../backend.ts';
import { closedError, closedMeanwhile, neverStarted } from './aborted.ts';
import { type ChildEntry, childEntry } from './child-entry.ts';
import { workerLost } from './process-end.ts';
import { poolProfile } from './profiles.ts';
import { WorkerProcess, type WorkerProcessOptions } from './worker-process.ts';

/** How many worker processes there are and what each of them, not all together, may use. */
export interface PoolSettings extends ChildSettings {
  readonly workers: number;
  /** How long a process has to stop a task, or to end, before it is killed; 2 s unless told. */
  readonly graceMs?: number;
  /** How long a process may be silent while it runs a task, before it is killed; 30 s unless told. */
  readonly silenceMs?: number;
  /** Another program than shoal's own, in tests. */
  readonly entry?: ChildEntry;
}

/** A worker process as others see it. */
export interface PoolWorker {
  readonly pid: number | undefined;
  /** Id of the task that it runs, or null. */
  readonly task: string | null;
}

/** A pool, and who works in it. */
export interface PoolBackend extends Backend {
  workers(): readonly PoolWorker[];
}

interface Waiting {
  readonly task: string;
  readonly signal: AbortSignal;
  readonly share: number;
  /** Takes the task out of the queue. */
  readonly giveUp: () => void;
  readonly resolve: (result: TaskResult | Promise<TaskResult>) => void;
  readonly reject: (error: unknown) => void;
}

const defaultGraceMs = 2_000;

/** Thirty times what is usual: a machine that swaps is slow, not lost. */
const defaultSilenceMs = 30_000;

/**
 * Tasks run in child processes, one at a time in each: a crash ends its task alone. Processes are started when tasks come
 * and nobody is idle, are kept warm, and are replaced when one is lost and there is work.
 */
export function openPool(settings: PoolSettings): PoolBackend {
  return new Pool(settings);
}

class Pool implements PoolBackend {
  readonly profile: BackendProfile;
  private readonly settings: PoolSettings;
  private readonly processes = new Set<WorkerProcess>();
  private waiting: Waiting[] = [];
  private closed = false;

  constructor(settings: PoolSettings) {
    this.settings = settings;
    this.profile = poolProfile(settings);
  }

  workers(): readonly PoolWorker[] {
    return [...this.processes].map(({ pid, task }) => ({ pid, task }));
  }

  async invoke(task: string, context: InvokeContext): Promise<TaskResult> {
    if (this.closed) throw closedError();
    // Of its own: eleven tasks that listen to one signal look like a leak to Node.
    const signal = AbortSignal.any([context.signal]);
    if (signal.aborted) throw neverStarted(signal);
    return new Promise((resolve, reject) => {
      const giveUp = () => {
        this.waiting = this.waiting.filter((other) => other !== entry);
        reject(neverStarted(signal));
      };
      const entry: Waiting = { task, signal, share: context.share, giveUp, resolve, reject };
      this.waiting.push(entry);
      signal.addEventListener('abort', giveUp);
      this.dispatch();
    });
  }

  async close(): Promise<void> {
    this.closed = true;
    while (this.waiting.length > 0) this.next()?.reject(closedMeanwhile());
    await Promise.all([...this.processes].map((process) => process.end()));
  }

  private dispatch(): void {
    for (const process of this.processes) {
      if (!process.isIdle) continue;
      const next = this.next();
      if (next) this.assign(next, process);
    }
    const starting = [...this.processes].filter((process) => process.isStarting).length;
    const room = this.settings.workers - this.processes.size;
    for (let count = Math.min(room, this.waiting.length - starting); count > 0; count--) this.start();
  }

  /** The task that waits longest. From here on its signal is its process's affair. */
  private next(): Waiting | undefined {
    const entry = this.waiting.shift();
    // A listener that stays would keep the signal for ever.
    entry?.signal.removeEventListener('abort', entry.giveUp);
    return entry;
  }

  private assign({ task, signal, share, resolve }: Waiting, process: WorkerProcess): void {
    const done = process.run(task, { signal, share });
    resolve(done);
    done.then(
      () => this.dispatch(),
      () => this.dispatch(),
    );
  }

  private start(): void {
    const { entry = childEntry(), graceMs = defaultGraceMs, silenceMs = defaultSilenceMs } = this.settings;
    const { threads, memoryLimitBytes, store } = this.settings;
    const scratchDirectory = join(this.settings.scratchDirectory, `worker-${randomUUID()}`);
    const settings = { scratchDirectory, threads, memoryLimitBytes, store };
    const process = this.tryStart({ entry, settings, graceMs, silenceMs });
    if (!process) return;
    this.processes.add(process);
    process.ready.then(
      () => this.dispatch(),
      // One task for each: a program that cannot start is not started for ever.
      (error) => this.next()?.reject(error),
    );
    void process.ended.then(() => {
      this.processes.delete(process);
      this.dispatch();
    });
  }
  private tryStart(options: WorkerProcessOptions): WorkerProcess | null {
    try {
      return new WorkerProcess(options);
    } catch (thrown) {
      const cause = thrown instanceof Error ? thrown : new Error(String(thrown));
      this.next()?.reject(workerLost({ pid: undefined, exitCode: null, signal: null, cause }, null, ''));
      return null;
    }
  }
}

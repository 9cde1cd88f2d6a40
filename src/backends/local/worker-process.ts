import { type ChildProcess, fork } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { Socket } from 'node:net';
import { deserializeError, type ShoalError } from '../../errors.ts';
import type { TaskResult } from '../../plan/task.ts';
import { type ChildSettings, type FromChild, parseFromChild, type ToChild } from '../../worker/child-protocol.ts';
import type { InvokeContext } from '../backend.ts';
import { abortedByKill, abortedTask, closedMeanwhile } from './aborted.ts';
import type { ChildEntry } from './child-entry.ts';
import { type ProcessEnd, workerLost, workerSilent } from './process-end.ts';
import { taskIdOf } from './task-id.ts';
import { TextTail } from './text-tail.ts';

/** How a worker process is started and ended. */
export interface WorkerProcessOptions {
  readonly entry: ChildEntry;
  readonly settings: ChildSettings;
  /** How long a process has to stop a task, or to end, before it is killed. */
  readonly graceMs: number;
  /** How long a process that runs a task may say nothing before it is killed: it says every second that it is well. */
  readonly silenceMs: number;
}

/** How long a new process may take until it is ready; it takes a quarter of a second on an idle machine. */
const startTimeoutMs = 60_000;

/** What is kept of a process's stderr: a stack or the last lines of a native crash. */
const stderrBytes = 4_096;

interface Invocation {
  readonly id: number;
  readonly task: string;
  readonly finish: (outcome: TaskResult | ShoalError) => void;
}

/** One child process, which runs one task at a time. It keeps this process alive only while it starts or runs a task. */
export class WorkerProcess {
  readonly pid: number | undefined;
  /** Settles when the process takes tasks. */
  readonly ready: Promise<void>;
  /** Settles when the process is gone and its scratch folder with it. */
  readonly ended: Promise<void>;
  private readonly child: ChildProcess;
  private readonly options: WorkerProcessOptions;
  private readonly stderr = new TextTail(stderrBytes);
  private state: 'starting' | 'idle' | 'busy' | 'ended' = 'starting';
  private running: Invocation | null = null;
  private closing = false;
  private lastId = 0;
  private silence: NodeJS.Timeout | undefined;
  /** What the process did wrong before it was killed for it. */
  private fault: ShoalError | null = null;

  /** @throws what the system says when it starts no process at all */
  constructor(options: WorkerProcessOptions) {
    this.options = options;
    const { path, execArgv } = options.entry;
    // The environment goes on as it is: the S3 client's credentials come from there.
    this.child = fork(path, [], { execArgv: [...execArgv], stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
    this.pid = this.child.pid;
    this.child.stderr?.on('data', (chunk: Buffer) => this.stderr.add(chunk));
    const end = this.watchEnd();
    // What cannot be removed goes with the session's folder.
    this.ended = end
      .then(() => rm(options.settings.scratchDirectory, { recursive: true, force: true }))
      .catch(() => {});
    this.ready = this.watchStart(end);
    this.send({ kind: 'start', settings: options.settings });
  }

  get isIdle(): boolean {
    return this.state === 'idle';
  }

  get isStarting(): boolean {
    return this.state === 'starting';
  }

  /** The task that runs, or null. */
  get task(): string | null {
    return this.running && taskIdOf(this.running.task);
  }

  /**
   * Runs a task; the process must be idle.
   *
   * @throws the worker's error, of its own class; {AbortError} when `signal` ends it; {BackendError} WORKER_LOST when the
   * process ends
   */
  async run(task: string, { signal, share }: Pick<InvokeContext, 'signal' | 'share'>): Promise<TaskResult> {
    this.state = 'busy';
    this.hold();
    const id = ++this.lastId;
    let killTimer: NodeJS.Timeout | undefined;
    let overdue = false;
    const cancel = () => {
      this.send({ kind: 'cancel', id });
      killTimer = setTimeout(() => {
        overdue = true;
        this.kill();
      }, this.options.graceMs);
    };
    signal.addEventListener('abort', cancel);
    const outcome = await new Promise<TaskResult | ShoalError>((finish) => {
      this.running = { id, task, finish };
      this.send({ kind: 'invoke', id, task, share });
      this.heard();
    });
    signal.removeEventListener('abort', cancel);
    clearTimeout(killTimer);
    if (!(outcome instanceof Error)) return outcome;
    // A task that was done before the signal reached it has its result: somebody must throw it away.
    if (this.closing) throw closedMeanwhile();
    if (!signal.aborted) throw outcome;
    throw overdue ? abortedByKill(task, signal) : abortedTask(task, signal);
  }

  /** Asks the process to end, and kills it when it doesn't in time. */
  async end(): Promise<void> {
    this.closing = true;
    if (this.state === 'ended') return this.ended;
    this.hold();
    const killTimer = setTimeout(() => this.kill(), this.options.graceMs);
    // No disconnect(): Node would never say 'close' then.
    this.send({ kind: 'end' });
    await this.ended;
    clearTimeout(killTimer);
  }

  /** A process that is stopped, or hangs, does not end by itself: nobody would notice. */
  private heard(): void {
    clearTimeout(this.silence);
    if (this.state !== 'busy') return;
    const { silenceMs } = this.options;
    this.silence = setTimeout(() => {
      this.fault = workerSilent(this.pid, this.running?.task ?? null, silenceMs);
      this.kill();
    }, silenceMs);
  }

  private kill(): void {
    this.child.kill('SIGKILL');
  }

  private send(message: ToChild): void {
    // A channel that is closed means a process that ends: 'close' tells it.
    if (this.child.connected) this.child.send(message, () => {});
  }

  /** 'close' comes after the channel's and stderr's last bytes; a process that the system refuses has 'error' alone. */
  private watchEnd(): Promise<ProcessEnd> {
    return new Promise<ProcessEnd>((resolve) => {
      this.child.once('close', (exitCode, signal) => resolve({ exitCode, signal, pid: this.pid, cause: null }));
      this.child.on('error', (cause) => {
        if (this.pid === undefined) resolve({ exitCode: null, signal: null, pid: undefined, cause });
      });
    }).then((end) => {
      this.state = 'ended';
      this.finish(this.errorOf(end));
      return end;
    });
  }

  private async watchStart(end: Promise<ProcessEnd>): Promise<void> {
    const killTimer = setTimeout(() => this.kill(), startTimeoutMs);
    const ready = new Promise<null>((resolve) => {
      this.child.on('message', (message) => this.receive(message, () => resolve(null)));
    });
    const ended = await Promise.race([ready, end]);
    clearTimeout(killTimer);
    if (ended) throw this.errorOf(ended);
    this.state = 'idle';
    this.release();
  }

  private receive(received: unknown, ready: () => void): void {
    this.heard();
    let message: FromChild;
    try {
      message = parseFromChild(received);
    } catch (fault) {
      // Nobody knows what it does now.
      this.fault = fault as ShoalError;
      this.kill();
      return;
    }
    switch (message.kind) {
      case 'ready':
        ready();
        return;
      case 'alive':
        return;
      case 'result':
        if (message.id === this.running?.id) this.finish(message.result);
        return;
      case 'error':
        if (message.id === this.running?.id) this.finish(deserializeError(message.error));
        return;
    }
  }

  private finish(outcome: TaskResult | ShoalError): void {
    const invocation = this.running;
    this.running = null;
    clearTimeout(this.silence);
    if (this.state === 'busy') {
      this.state = 'idle';
      this.release();
    }
    invocation?.finish(outcome);
  }

  private errorOf(end: ProcessEnd): ShoalError {
    if (this.closing) return closedMeanwhile();
    return this.fault ?? workerLost(end, this.running?.task ?? null, this.stderr.toString());
  }

  private hold(): void {
    this.child.ref();
    this.child.channel?.ref();
    if (this.child.stderr instanceof Socket) this.child.stderr.ref();
  }

  private release(): void {
    if (this.closing) return;
    this.child.unref();
    this.child.channel?.unref();
    if (this.child.stderr instanceof Socket) this.child.stderr.unref();
  }
}

import type { Backend } from '../backends/backend.ts';
import type { StagedFile, TaskResult } from '../plan/task.ts';
import type { JobContext } from './job.ts';
import { sideBySide } from './side-by-side.ts';
import { Slots } from './slots.ts';
import type { TaskBodies } from './task-text.ts';

/** A backend and the places that a job has on it. */
export interface Place {
  readonly backend: Backend;
  readonly slots: Slots;
}

/** What the stages of a running job share. */
export class JobRun {
  readonly context: JobContext;
  readonly bodies: TaskBodies;
  /** Whether anything was written for tasks that were too long. */
  hasBodies = false;
  /** What tasks that are done have staged, of use or not. */
  private readonly staged = new Set<StagedFile>();
  private readonly places = new Map<Backend, Place>();
  /** Attempts that run, on backends that end them when they are told to. */
  private readonly stoppable = new Set<Promise<unknown>>();
  /** Until when attempts on backends that do not may write. */
  private readonly unstoppable = new Map<Promise<unknown>, number>();
  private readonly listeners = new Set<(error: unknown) => void>();
  private failure: { readonly error: unknown } | null = null;

  constructor(context: JobContext) {
    this.context = context;
    const write: TaskBodies['write'] = (name, bytes) => {
      this.hasBodies = true;
      const { store, workspace, signal } = context;
      return store.write(`${workspace}${name}`, { kind: 'bytes', bytes }, 'replace', { signal });
    };
    this.bodies = { write };
  }

  /**
   * Calls `listener` when the job is to stop, at once when it is already.
   *
   * @returns forgets it
   */
  onStop(listener: (error: unknown) => void): () => void {
    this.listeners.add(listener);
    if (this.failure) listener(this.failure.error);
    return () => void this.listeners.delete(listener);
  }

  /** Stops all that runs. */
  stop(error: unknown): void {
    this.failure ??= { error };
    for (const listener of this.listeners) listener(this.failure.error);
  }

  /** The job's places on a backend, the same ones for every stage. */
  placeOn(backend: Backend): Place {
    const known = this.places.get(backend) ?? { backend, slots: new Slots(backend.profile.slots) };
    this.places.set(backend, known);
    return known;
  }

  /** Takes an attempt's end, to know what still runs; false when its worker may run on to its deadline. */
  track(backend: Backend, ended: Promise<boolean>): void {
    const { stoppable, taskTimeoutMs } = backend.profile;
    if (stoppable) {
      this.stoppable.add(ended);
      void ended.then(() => this.stoppable.delete(ended));
      return;
    }
    this.unstoppable.set(ended, this.context.clock.now() + (taskTimeoutMs ?? 0));
    void ended.then((isOver) => {
      if (isOver) this.unstoppable.delete(ended);
    });
  }

  /** Waits until nothing runs that was told to stop and does so. */
  async stopped(): Promise<void> {
    while (this.stoppable.size > 0) await Promise.all(this.stoppable);
  }

  /** How long attempts may still write that nobody can stop, milliseconds; 0 when none runs. */
  get lateMs(): number {
    const now = this.context.clock.now();
    return [...this.unstoppable.values()].reduce((most, deadlineMs) => Math.max(most, deadlineMs - now), 0);
  }

  /** Takes the files of a task that is done. */
  keep({ staged }: TaskResult): void {
    for (const file of staged) this.staged.add(file);
  }

  /** Throws away the files of tasks that are done, but for some; what cannot be reached is left to `gc`. */
  async dropStaged(wanted: ReadonlySet<StagedFile>): Promise<void> {
    const unwanted = [...this.staged].filter((file) => !wanted.has(file));
    await sideBySide(unwanted, (file) => this.context.store.abort(file)).catch(() => {});
  }

  /** Throws away the files of an attempt that came too late; what cannot be reached is left to `gc`. */
  discard(result: TaskResult): void {
    const gone = Promise.all(result.staged.map((file) => this.context.store.abort(file))).then(
      () => {},
      () => {},
    );
    this.stoppable.add(gone);
    void gone.then(() => this.stoppable.delete(gone));
  }
}

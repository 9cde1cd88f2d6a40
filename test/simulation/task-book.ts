import { ShoalError } from '../../src/errors.ts';

/** What became of the attempts at a task since its first one. */
export interface TaskEntry {
  attempts: number;
  throttled: number;
  memory: number;
}

/** Keeps count of what a driver sends to a backend, to hold it against the policy. */
export class TaskBook {
  readonly tasks = new Map<string, TaskEntry>();
  /** What was sent, in its order. */
  readonly texts: string[] = [];
  /** Places that were taken at once, at most. */
  mostBusy = 0;
  /** Attempts in all. */
  get attempts(): number {
    return this.texts.length;
  }

  private readonly slots: number;
  private busy = 0;

  constructor(slots: number) {
    this.slots = slots;
  }

  /** A task's id, from its text. */
  static idOf(text: string): string {
    return /"id":"([^"]*)"/.exec(text.slice(0, 200))?.[1] ?? '';
  }

  /** Notes an attempt. @returns notes that the driver does not count on it any more; false when that was known */
  enter(text: string, share: number): () => boolean {
    const isFirst = /"attempt":1,/.test(text.slice(0, 200));
    const id = TaskBook.idOf(text);
    const entry = (!isFirst && this.tasks.get(id)) || { attempts: 0, throttled: 0, memory: 0 };
    this.tasks.set(id, entry);
    entry.attempts++;
    this.texts.push(text);
    let taken = Math.min(share, this.slots);
    this.busy += taken;
    this.mostBusy = Math.max(this.mostBusy, this.busy);
    return () => {
      const wasIn = taken > 0;
      this.busy -= taken;
      taken = 0;
      return wasIn;
    };
  }

  /** Notes how an attempt failed. */
  note(text: string, error: unknown): void {
    const entry = this.tasks.get(TaskBook.idOf(text));
    if (!entry || !(error instanceof ShoalError)) return;
    // Nothing of the scheduler's own judgement: it is what is held against the policy.
    if (error.code === 'OUT_OF_MEMORY') entry.memory++;
    else if (error.code === 'THROTTLED' || error.details.status === 503) entry.throttled++;
  }
}

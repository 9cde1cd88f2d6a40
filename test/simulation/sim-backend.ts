import type { Backend, BackendProfile, InvokeContext } from '../../src/backends/backend.ts';
import { BackendError } from '../../src/errors.ts';
import type { TaskResult } from '../../src/plan/task.ts';
import { Actor } from './actor.ts';
import type { Latency } from './cloud-facts.ts';
import { sampleMs } from './latency.ts';
import { hash32, hashText, type Random } from './random.ts';
import type { SimStore } from './sim-store.ts';
import { runSimTask } from './sim-worker.ts';
import type { SimSource } from './sources.ts';
import { TaskBook } from './task-book.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** What goes wrong with attempts, as shares of them. */
export interface BackendFaults {
  /** Refused with 429 though there was room. */
  readonly refused: number;
  /** The worker never begins. */
  readonly lostBefore: number;
  /** The worker dies at one of its first requests. */
  readonly lostMidway: number;
  /** All was done; nobody hears of it. */
  readonly replyLost: number;
  /** The connection breaks; the worker goes on. Only where workers cannot be stopped. */
  readonly dropped: number;
  /** The reply comes after the deadline. Only where there is one. */
  readonly late: number;
  /** Ten times as slow as others. */
  readonly slow: number;
  /** A second worker gets the same attempt. */
  readonly repeated: number;
  /** Tasks that need two or four times their share of memory. */
  readonly outOfMemory: number;
  /** Workers that there may be at once when the job begins, and how many more each second. */
  readonly ramp: { readonly first: number; readonly perSecond: number };
}

/** How a simulated backend behaves. */
export interface SimPlace {
  readonly profile: BackendProfile;
  readonly faults: BackendFaults;
  /** How long a task works, apart from its requests, milliseconds. */
  readonly workMs: Latency;
  readonly coldStart: Latency;
  readonly warmStart: Latency;
  /** Whether tasks run in the driver's own process, and end with it. */
  readonly isDriver: boolean;
}

/** What a simulated backend shares with the rest of its world. */
export interface SimWorld {
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly store: SimStore;
  readonly sources: ReadonlyMap<string, SimSource>;
  readonly engineVersion: string;
  readonly bytesPerRow: number;
  /** Counts on, for names that nobody else has. */
  nextName(): string;
}

/** How slow a slow worker is. */
const slowness = 10;

/** A worker that is to die does so at one of so many requests. */
const fatalRequests = 8;

/** How long a pool takes to notice that a process has ended, or to end one, milliseconds. */
const noticeMs = 200;

/** A place of simulated workers, as one driver sees it. */
export class SimBackend implements Backend {
  readonly profile: BackendProfile;
  readonly book: TaskBook;
  /** Names of workers that got what another one has: one of the two nobody hears. */
  readonly strays = new Set<string>();
  /** Names of workers that died; the last request of some is on its way without them. */
  readonly dead = new Set<string>();
  /** Names of workers of which the driver heard all that they did. */
  readonly heard = new Set<string>();
  private readonly place: SimPlace;
  private readonly world: SimWorld;
  private readonly driver: Actor;
  /** Workers that run, whether anybody waits for them or not. */
  private readonly workers = new Set<Actor>();
  private warm = 0;

  constructor(place: SimPlace, world: SimWorld, driver: Actor) {
    this.profile = place.profile;
    this.place = place;
    this.world = world;
    this.driver = driver;
    this.book = new TaskBook(place.profile.slots);
    // Processes end with the one that started them.
    if (place.profile.stoppable)
      driver.onDeath(() => {
        for (const worker of this.workers) worker.kill();
      });
  }

  async close(): Promise<void> {}

  invoke(text: string, context: InvokeContext): Promise<TaskResult> {
    return new Promise((resolve, reject) => {
      if (!this.driver.request()) return;
      if (context.signal.aborted) return reject(context.signal.reason);
      const leave = this.book.enter(text, context.share);
      const isLast = this.driver.isDead;
      let isOpen = true;
      const settle = (by: Actor | null, act: (isLate: boolean) => void) => {
        const isLate = !leave();
        if (isLast || this.driver.isDead || !isOpen) return;
        isOpen = false;
        if (by) this.heard.add(by.name);
        act(isLate);
      };
      context.signal.addEventListener('abort', () => void leave(), { once: true });
      const port: Port = {
        context,
        done: (result, by) => settle(by, () => resolve(result)),
        failed: (error, by = null) =>
          settle(by, (isLate) => {
            if (!isLate) this.book.note(text, error);
            reject(error);
          }),
      };
      this.send(text, port);
    });
  }

  private send(text: string, port: Port): void {
    const { random, clock } = this.world;
    const { faults, profile } = this.place;
    const room = faults.ramp.first + (faults.ramp.perSecond * clock.now()) / 1_000;
    if (this.workers.size >= room || random.chance(faults.refused)) {
      clock.after(sampleMs(this.place.warmStart, random), () => port.failed(refused(profile.name)));
      return;
    }
    if (random.chance(faults.lostBefore)) {
      this.notice(port);
      return;
    }
    const first = this.start(text, port, random.chance(faults.lostMidway));
    if (!random.chance(faults.repeated)) return;
    // Whichever of them answers first is heard.
    this.strays.add(first.name);
    clock.after(random.below(5_000), () => {
      if (this.place.profile.stoppable && port.context.signal.aborted) return;
      this.strays.add(this.start(text, port, false).name);
    });
  }

  /** Whoever started the process sees that it ended; of a function nobody hears any more. */
  private notice(port: Port): void {
    if (!this.place.profile.stoppable) return;
    this.world.clock.after(noticeMs, () => port.failed(lost(this.place.profile.name)));
  }

  private start(text: string, port: Port, isDoomed: boolean): Actor {
    const { random, clock } = this.world;
    const { profile, faults, warmStart, coldStart } = this.place;
    if (this.place.isDriver) {
      void this.work(text, port, { worker: this.driver, factor: 1, sleep: sleepOf(clock, this.driver), startMs: 0 });
      return this.driver;
    }
    const isWarm = this.warm > this.workers.size;
    const worker = this.hire(port, isDoomed);
    const factor = random.chance(faults.slow) ? slowness : 1;
    const sleep = sleepOf(clock, worker);
    if (!profile.stoppable && random.chance(faults.dropped))
      clock.after(random.below(1_000), () => port.failed(lost(profile.name)));
    void this.work(text, port, { worker, factor, sleep, startMs: sampleMs(isWarm ? warmStart : coldStart, random) });
    return worker;
  }

  /** A worker, and what ends it before it is done. */
  private hire(port: Port, isDoomed: boolean): Actor {
    const { random, clock, nextName, store } = this.world;
    const { taskTimeoutMs, stoppable } = this.place.profile;
    const { signal } = port.context;
    const fatal = isDoomed ? 1 + random.below(fatalRequests) : Number.POSITIVE_INFINITY;
    const worker = new Actor(nextName(), fatal, isDoomed && random.chance(0.5));
    this.workers.add(worker);
    this.warm = Math.max(this.warm, this.workers.size);
    worker.onDeath(() => {
      this.dead.add(worker.name);
      this.workers.delete(worker);
      if (!signal.aborted) this.notice(port);
    });
    if (stoppable) {
      const end = () => {
        if (!this.workers.has(worker)) return;
        worker.kill();
        for (const [token, { by }] of store.staged) if (by === worker.name) store.staged.delete(token);
      };
      const abort = () => {
        // It works on until it looks up.
        clock.after(noticeMs / 2, end);
        clock.after(noticeMs, () => port.failed(signal.reason));
      };
      signal.addEventListener('abort', abort, { once: true });
    } else if (taskTimeoutMs !== null) {
      clock.after(taskTimeoutMs, () => {
        if (this.workers.has(worker)) worker.kill();
      });
    }
    return worker;
  }

  private async work(text: string, port: Port, { worker, factor, sleep, startMs }: Working): Promise<void> {
    const { random, store, sources, engineVersion, bytesPerRow, clock } = this.world;
    const { profile, faults, workMs } = this.place;
    const sentMs = clock.now();
    let answer: () => void;
    try {
      if (startMs > 0) await sleep(startMs);
      const result = await runSimTask(text, {
        actor: worker,
        store,
        sources,
        engineVersion,
        bytesPerRow,
        signal: profile.stoppable ? port.context.signal : never,
        batchRows: port.context.batchRows,
        onBatch: port.context.onBatch,
        work: async () => {
          await sleep(factor * sampleMs(workMs, random));
          const need = memoryNeed(text, faults.outOfMemory);
          if (need <= port.context.share) return;
          // A process may be killed for it before it can say so.
          if (profile.stoppable && random.chance(0.3)) throw lost(profile.name, 'SIGKILL');
          throw new BackendError('OUT_OF_MEMORY', `The task needs the memory of ${need}.`);
        },
      });
      answer = () => port.done(result, worker);
    } catch (error) {
      answer = () => port.failed(error, worker);
    }
    this.workers.delete(worker);
    if (worker.isDead) return;
    if (random.chance(faults.replyLost)) return this.notice(port);
    if (profile.taskTimeoutMs === null || !random.chance(faults.late)) return answer();
    clock.after(sentMs + profile.taskTimeoutMs - clock.now() + random.below(60_000), answer);
  }
}

interface Port {
  readonly context: InvokeContext;
  readonly done: (result: TaskResult, by: Actor) => void;
  /** @param by the worker that says so itself; null for what others notice */
  readonly failed: (error: unknown, by?: Actor | null) => void;
}

interface Working {
  readonly worker: Actor;
  readonly factor: number;
  readonly sleep: (ms: number) => Promise<void>;
  readonly startMs: number;
}

function sleepOf(clock: VirtualClock, worker: Actor): Working['sleep'] {
  return (ms) => new Promise<void>((resolve) => void clock.after(ms, () => worker.isDead || resolve()));
}

const never = new AbortController().signal;

/** How many tasks' memory a task needs; one that was made smaller needs no more than its own. */
function memoryNeed(text: string, share: number): number {
  const id = TaskBook.idOf(text);
  if (share === 0 || id.includes('.')) return 1;
  const dice = hash32(hashText(text.slice(-200)), hashText(id)) / 2 ** 32;
  return dice < share / 20 ? Number.POSITIVE_INFINITY : dice < share / 2 ? 4 : dice < share ? 2 : 1;
}

function refused(name: string): BackendError {
  return new BackendError('THROTTLED', `${name} refused a task: too many requests.`, {
    retryable: true,
    details: { status: 429 },
  });
}

function lost(name: string, signal: string | null = null): BackendError {
  return new BackendError('WORKER_LOST', `A worker of ${name} ended in the middle of a task.`, {
    retryable: true,
    details: { signal },
  });
}

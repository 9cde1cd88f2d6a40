import { StorageError } from '../../src/errors.ts';
import { storageMessage } from '../../src/storage/failure.ts';
import type { Actor } from './actor.ts';
import { s3Latency } from './cloud-facts.ts';
import { sampleMs } from './latency.ts';
import type { Random } from './random.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** What goes wrong between a client and its store, as shares of requests. */
export interface StoreFaults {
  /** Requests that fail for good with 503 within a storm, after all that the client tried. */
  readonly stormErrors: number;
  /** Share of the time in which there is a storm. */
  readonly storms: number;
  /** Writes, of those that fail, that were done all the same: the reply was lost. */
  readonly doneAllTheSame: number;
  /** Bodies that end early. */
  readonly truncated: number;
  /** Bodies of exchanges with a bit that is not as it was written. */
  readonly flipped: number;
  /** Requests a second, of reads and of writes; beyond, they wait, and after 10 s fail with 503. */
  readonly requestsPerSecond: Readonly<Record<'read' | 'write', number>>;
}

/** What is asked of a store, by whom. */
export interface StoreRequest {
  readonly actor: Actor;
  readonly kind: 'read' | 'write';
  /** Stands before the uri in messages. */
  readonly doing: string;
  readonly uri: string;
  readonly signal?: AbortSignal | undefined;
}

/** How long requests wait for their turn before they fail. */
const longestQueueMs = 10_000;

/** A storm begins, or does not, so often. */
const stormMs = 2_000;

/** Requests on their way to a simulated store: they take their time, wait for their turn, and fail. */
export class StoreRequests {
  /** Failures that reached a client, by the actor's name. */
  readonly failures = new Map<string, number>();
  private readonly clock: VirtualClock;
  private readonly random: Random;
  private faults: StoreFaults;
  private readonly freeMs = { read: 0, write: 0 };

  constructor(clock: VirtualClock, random: Random, faults: StoreFaults) {
    this.clock = clock;
    this.random = random;
    this.faults = faults;
  }

  /** From now on other things go wrong. */
  behave(faults: StoreFaults): void {
    this.faults = faults;
  }

  /** Whether a body has a bit that is not as it was written. */
  flips(): boolean {
    return this.random.chance(this.faults.flipped);
  }

  /** One request: it takes its time, and may fail; an actor that is dead by then hears nothing of it. */
  ask<T>({ actor, kind, doing, uri, signal }: StoreRequest, effect: () => T): Promise<T> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    return new Promise((resolve, reject) => {
      if (!actor.request()) return;
      const isLast = actor.isDead;
      const wait = this.queueMs(kind);
      this.clock.after(wait + sampleMs(s3Latency[kind], this.random), () => {
        // A worker that died meanwhile does nothing more; a driver's last request is on its way without it.
        if (actor.isDead && !isLast) return;
        const failure = this.failure({ actor, kind, doing, uri }, wait);
        try {
          if (failure && !(kind === 'write' && this.random.chance(this.faults.doneAllTheSame))) throw failure;
          const done = effect();
          if (failure) throw failure;
          if (!isLast) resolve(done);
        } catch (error) {
          if (error === failure) this.failures.set(actor.name, (this.failures.get(actor.name) ?? 0) + 1);
          if (!isLast) reject(error);
        }
      });
    });
  }

  /** How long until there is a request to spare. */
  private queueMs(kind: 'read' | 'write'): number {
    const now = this.clock.now();
    const free = Math.max(now, this.freeMs[kind]);
    this.freeMs[kind] = free + 1_000 / this.faults.requestsPerSecond[kind];
    return Math.min(free - now, longestQueueMs);
  }

  private failure({ kind, doing, uri }: StoreRequest, waitMs: number): StorageError | null {
    const { storms, stormErrors, truncated } = this.faults;
    const stormy = storms > 0 && this.random.fork(`storm ${Math.floor(this.clock.now() / stormMs)}`).chance(storms);
    if (waitMs >= longestQueueMs || (stormy && this.random.chance(stormErrors))) {
      const message = storageMessage('STORAGE_FAILED', doing, uri, 'SlowDown (503), 10 attempts');
      return new StorageError('STORAGE_FAILED', message, { retryable: true, details: { uri, status: 503 } });
    }
    if (kind === 'read' && this.random.chance(truncated)) {
      const message = storageMessage('STORAGE_FAILED', doing, uri, 'the body ended early, 10 attempts');
      return new StorageError('STORAGE_FAILED', message, { retryable: true, details: { uri } });
    }
    return null;
  }
}

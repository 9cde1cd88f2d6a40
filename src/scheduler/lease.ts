import { ShoalError, StorageError } from '../errors.ts';
import type { ObjectStore } from '../storage/store.ts';
import { joinUri } from '../storage/uri.ts';
import type { Clock } from './clock.ts';
import type { Policy } from './policy.ts';

/** The process that a job runs in. */
export interface JobOwner {
  /** Tells machines apart whose processes do not see each other. */
  readonly machine: string;
  readonly pid: number;
}

/** Where a job writes files, for whoever looks for those that it left. */
export interface LeaseSink {
  /** Uri of a file, or of a folder, ending in `/`. */
  readonly uri: string;
  /** What the names of its files in the folder begin with; null for one file. */
  readonly fileName: string | null;
}

/** A job's sign of life: an object beside what it writes. Times are milliseconds since 1970. */
export interface LeaseRecord {
  readonly version: 1;
  readonly job: string;
  readonly owner: JobOwner;
  readonly startedMs: number;
  /** When the job counts as dead, unless it has written a later time by then. */
  readonly expiresMs: number;
  readonly sink: LeaseSink | null;
  /** Signs of life so far: no two writes of it are alike, and so of one version. */
  readonly signs: number;
  /** Set by who is about to remove the job's objects: it must not go on then. */
  readonly isClosed: boolean;
}

/** A lease that is renewed until it is released. */
export interface Lease {
  /** Calls when somebody else has it, or the store could not be reached until it expired: the job must stop. */
  onLost(listener: (error: unknown) => void): void;
  /**
   * Renews it now: whoever takes the job for dead has not done so yet, and will not within the lease's time.
   *
   * @throws {StorageError} OBJECT_CHANGED when it is lost; what the store throws
   */
  confirm(): Promise<void>;
  /** Ends the renewal. The object stays, until it is removed with the rest. */
  release(): void;
}

/** What keeping a lease uses. */
export interface LeaseHost {
  readonly store: ObjectStore;
  readonly clock: Clock;
  /** Time of day, milliseconds since 1970. */
  readonly wallMs: () => number;
  readonly policy: Pick<Policy, 'leaseMs' | 'leaseRenewMs'>;
}

/** What a job says of itself. */
export type LeaseTerms = Pick<LeaseRecord, 'job' | 'owner' | 'sink'>;

/** Uri of the lease of a job's folder. */
export function leaseUri(folder: string): string {
  return joinUri(folder, 'lease.json');
}

/**
 * Takes the lease of a folder and renews it.
 *
 * @param over version of a lease whose place it takes; null where there is none
 * @throws {StorageError} ALREADY_EXISTS or OBJECT_CHANGED when somebody else was faster
 */
export async function takeLease(
  folder: string,
  terms: LeaseTerms,
  over: string | null,
  host: LeaseHost,
): Promise<Lease> {
  const startedMs = host.wallMs();
  const record: LeaseRecord = {
    version: 1,
    ...terms,
    startedMs,
    expiresMs: startedMs + host.policy.leaseMs,
    signs: 1,
    isClosed: false,
  };
  const version = await writeLease(folder, record, over, host.store);
  return new HeldLease(folder, record, version, host);
}

/**
 * Writes a lease in the place of one version, or where none is.
 *
 * @returns its version
 */
export async function writeLease(
  folder: string,
  record: LeaseRecord,
  over: string | null,
  store: ObjectStore,
): Promise<string> {
  const content = { kind: 'bytes', bytes: Buffer.from(JSON.stringify(record)) } as const;
  const uri = leaseUri(folder);
  const written =
    over === null
      ? await store.write(uri, content, 'create')
      : await store.write(uri, content, 'replace', { ifVersion: over });
  return written.version;
}

/** A lease and the version of its object. */
export interface StoredLease {
  readonly record: LeaseRecord;
  readonly version: string;
}

/** The lease of a folder; null for none, and for an object that is none. */
export async function readLease(folder: string, store: ObjectStore): Promise<StoredLease | null> {
  for (;;) {
    try {
      const { version } = await store.head(leaseUri(folder));
      const record: unknown = JSON.parse(Buffer.from(await store.read(leaseUri(folder), null, { version })).toString());
      return isLease(record) ? { record, version } : null;
    } catch (error) {
      if (error instanceof SyntaxError || isCode(error, 'NOT_FOUND')) return null;
      // It was renewed between the two looks.
      if (!isCode(error, 'OBJECT_CHANGED')) throw error;
    }
  }
}

function isCode(error: unknown, code: ShoalError['code']): boolean {
  return error instanceof ShoalError && error.code === code;
}

class HeldLease implements Lease {
  private readonly folder: string;
  private readonly host: LeaseHost;
  private record: LeaseRecord;
  private version: string;
  private stopTimer: () => void;
  private released = false;
  private lost: { readonly error: unknown } | null = null;
  private readonly listeners: ((error: unknown) => void)[] = [];
  private writing: Promise<void> = Promise.resolve();

  constructor(folder: string, record: LeaseRecord, version: string, host: LeaseHost) {
    this.folder = folder;
    this.record = record;
    this.version = version;
    this.host = host;
    this.stopTimer = this.later();
  }

  onLost(listener: (error: unknown) => void): void {
    this.listeners.push(listener);
    if (this.lost) listener(this.lost.error);
  }

  async confirm(): Promise<void> {
    await this.write();
    if (this.lost) throw this.lost.error;
  }

  release(): void {
    this.released = true;
    this.stopTimer();
  }

  private later(): () => void {
    return this.host.clock.after(this.host.policy.leaseRenewMs, () => void this.renew());
  }

  private async renew(): Promise<void> {
    // A store that is out of reach may come back before anybody takes the job for dead.
    await this.write().catch((error) => {
      if (this.host.wallMs() > this.record.expiresMs) this.lose(error);
    });
    if (!this.released && !this.lost) this.stopTimer = this.later();
  }

  /** One write after another: each takes the place of the one before. */
  private write(): Promise<void> {
    this.writing = this.writing.catch(() => {}).then(() => this.writeOnce());
    return this.writing;
  }

  private async writeOnce(): Promise<void> {
    const { store, wallMs, policy } = this.host;
    if (this.lost) return;
    const renewed = { ...this.record, expiresMs: wallMs() + policy.leaseMs, signs: this.record.signs + 1 };
    try {
      this.version = await writeLease(this.folder, renewed, this.version, store);
      this.record = renewed;
    } catch (error) {
      if (!isCode(error, 'OBJECT_CHANGED')) throw error;
      const own = await this.ownWrite(renewed);
      if (own) [this.version, this.record] = [own.version, own.record];
      else this.lose(error);
    }
  }

  /** What stands there, where it is this job's own: a write whose reply was lost took effect all the same. */
  private async ownWrite(renewed: LeaseRecord): Promise<StoredLease | null> {
    const stored = await readLease(this.folder, this.host.store);
    const asExpected = stored && { ...renewed, expiresMs: stored.record.expiresMs };
    return stored && JSON.stringify(stored.record) === JSON.stringify(asExpected) ? stored : null;
  }

  private lose(cause: unknown): void {
    const error = new StorageError(
      'OBJECT_CHANGED',
      `${leaseUri(this.folder)} is not this query's any more: another run of the same query took its journal over, or gc() took it for dead because it gave no sign of life. Run it again.`,
      { cause },
    );
    this.lost = { error };
    if (this.released) return;
    for (const listener of this.listeners) listener(error);
  }
}

function isLease(value: unknown): value is LeaseRecord {
  return (
    typeof value === 'object' &&
    value !== null &&
    'version' in value &&
    value.version === 1 &&
    'expiresMs' in value &&
    typeof value.expiresMs === 'number' &&
    'startedMs' in value &&
    'owner' in value &&
    'sink' in value
  );
}

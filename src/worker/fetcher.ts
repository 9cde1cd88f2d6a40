import { type FileHandle, open } from 'node:fs/promises';
import type { Piece } from '../formats/piece-queue.ts';
import { cutRange } from '../storage/cut-range.ts';
import type { ByteRange, ObjectStore } from '../storage/store.ts';
import { hedgedRead } from './hedged-read.ts';

/** An object at the version that the plan was made for: any other one is an error. */
export interface PinnedObject {
  readonly uri: string;
  readonly version: string;
}

/** Reads at the same time: enough to fill a worker's connection, few enough to hold in memory. */
const parallelReads = 8;

/** Pieces that are read ahead of the one at work. */
const piecesAhead = 2;

/**
 * Reads objects for one task: a few ranges at a time, however many are asked for, so that no more than these are in memory.
 */
export class Fetcher {
  private readonly read: ObjectStore['read'];
  private readonly stop = new AbortController();
  private readonly signal: AbortSignal;
  private readonly waiting: (() => void)[] = [];
  private free = parallelReads;
  private failure: { readonly error: unknown } | null = null;

  constructor(store: Pick<ObjectStore, 'read'>, signal: AbortSignal) {
    this.read = hedgedRead((uri, range, options) => store.read(uri, range, options));
    this.signal = AbortSignal.any([signal, this.stop.signal]);
  }

  /** Reads one range in one request; it counts among the reads at work until `take` is done with the bytes. */
  async use<T>(object: PinnedObject, range: ByteRange, take: (bytes: Uint8Array) => Promise<T> | T): Promise<T> {
    await this.acquire();
    try {
      this.signal.throwIfAborted();
      return await take(await this.read(object.uri, range, { version: object.version, signal: this.signal }));
    } finally {
      this.release();
    }
  }

  /** Does work that holds files open in the place of a read: hundreds of them at once may be more than the system allows. */
  async inTurn<T>(work: () => Promise<T>): Promise<T> {
    await this.acquire();
    try {
      this.signal.throwIfAborted();
      return await work();
    } finally {
      this.release();
    }
  }

  /** The bytes of a range in order, a few pieces ahead of whoever takes them. */
  async *pieces(object: PinnedObject, range: ByteRange): AsyncGenerator<Piece, void> {
    const ahead: Promise<Piece>[] = [];
    for (const part of cutRange(range)) {
      const piece = this.use(object, part, (bytes) => ({ startByte: part.startByte, bytes }));
      // Its failure is told to whoever takes it; when nobody does any more, to nobody.
      piece.catch(() => {});
      ahead.push(piece);
      if (ahead.length > piecesAhead) yield await (ahead.shift() as Promise<Piece>);
    }
    for (const piece of ahead) yield await piece;
  }

  /** Copies ranges of an object to a file that is there, each to its own place less `fromByte`. */
  async copy(object: PinnedObject, ranges: readonly ByteRange[], path: string, fromByte = 0): Promise<void> {
    const file = await open(path, 'r+');
    try {
      const pieces = ranges.flatMap((range) => [...cutRange(range)]);
      await this.all(
        pieces.map((range) => this.use(object, range, (bytes) => writeAll(file, bytes, range.startByte - fromByte))),
      );
    } finally {
      await file.close();
    }
  }

  /** Waits for all; the first failure of any ends the reads of all others, and is thrown when these have ended. */
  async all<T>(jobs: readonly (Promise<T> | T)[]): Promise<T[]> {
    try {
      return await Promise.all(jobs);
    } catch (error) {
      this.failure ??= { error };
      this.stop.abort(error);
      await Promise.allSettled(jobs);
      // Not that of a read which was only ended by it.
      throw this.failure.error;
    }
  }

  private async acquire(): Promise<void> {
    if (this.free > 0) this.free--;
    else await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  private release(): void {
    const next = this.waiting.shift();
    if (next) next();
    else this.free++;
  }
}

/** Writes bytes at their place, whatever part of them the system takes at once. */
export async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    done += (await file.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
  }
}

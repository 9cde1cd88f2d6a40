import { StorageError } from '../../src/errors.ts';
import { expectVersion, expectWithin } from '../../src/storage/expect.ts';
import { storageMessage } from '../../src/storage/failure.ts';
import type {
  ByteRange,
  CommitMode,
  ListOptions,
  ObjectInfo,
  ObjectStore,
  ReadOptions,
  StagedContent,
  StagedLeftover,
  StagedObject,
  WriteOptions,
} from '../../src/storage/store.ts';
import type { Actor } from './actor.ts';
import type { Random } from './random.ts';
import type { Row } from './rows.ts';
import { type StoreFaults, type StoreRequest, StoreRequests } from './store-requests.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** Files of rows, one after another, whose bytes nobody looks at: only where they begin and end. */
export interface RowFile {
  readonly startByte: number;
  readonly endByte: number;
  readonly checksum: number;
  readonly rows: readonly Row[];
}

type Content =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'rows'; readonly files: readonly RowFile[] }
  /** An input of the query; its rows follow from its uri and version. */
  | { readonly kind: 'source' };

interface SimObject extends ObjectInfo {
  readonly content: Content;
  /** What staged it, as in the metadata that the S3 store writes. */
  readonly mark: string;
  /** Simulated time. */
  readonly sinceMs: number;
}

interface StagedEntry extends StagedObject {
  readonly bytes: Uint8Array;
  /** Name of the actor that staged it. */
  readonly by: string;
  readonly sinceMs: number;
}

/** Objects in memory, as S3 keeps them: see `ObjectStore`. */
export class SimStore {
  readonly objects = new Map<string, SimObject>();
  readonly staged = new Map<string, StagedEntry>();
  /** When each actor listed last, simulated time; by its name. */
  readonly listedMs = new Map<string, number>();
  /** Names of actors that deleted something. */
  readonly deleters = new Set<string>();
  private readonly clock: VirtualClock;
  private readonly random: Random;
  private readonly epochMs: number;
  private readonly requests: StoreRequests;
  private versions = 0;

  /** @param epochMs time of day when the clock begins, milliseconds since 1970 */
  constructor(clock: VirtualClock, random: Random, faults: StoreFaults, epochMs = 0) {
    this.epochMs = epochMs;
    this.clock = clock;
    this.random = random;
    this.requests = new StoreRequests(clock, random, faults);
  }

  /** From now on other things go wrong. */
  behave(faults: StoreFaults): void {
    this.requests.behave(faults);
  }

  /** Failures that reached a client, by the actor's name. */
  get failures(): ReadonlyMap<string, number> {
    return this.requests.failures;
  }

  /** Puts an object there without a request. */
  put(uri: string, sizeBytes: number, version: string, content: Content): void {
    this.objects.set(uri, { uri, sizeBytes, version, content, mark: '', sinceMs: this.clock.now() });
  }

  /** Something else under the same name. */
  change(uri: string): void {
    const { sizeBytes, content } = this.find(uri, 'read');
    this.put(uri, sizeBytes, `changed-${++this.versions}`, content);
  }

  /** The store as one actor sees it. */
  as(actor: Actor): ObjectStore {
    const put = (uri: string, bytes: Uint8Array, mode: CommitMode, { ifVersion }: WriteOptions) => {
      const mark = `${++this.versions}`;
      if (ifVersion !== undefined) expectVersion(this.objects.get(uri) ?? nothingAt(uri), ifVersion);
      return this.show(
        {
          uri,
          sizeBytes: bytes.length,
          version: `v${mark}`,
          content: { kind: 'bytes', bytes },
          mark,
          sinceMs: this.clock.now(),
        },
        mode,
      );
    };
    return {
      head: (uri, options) => this.ask(actor, 'read', 'read', uri, options, () => infoOf(this.find(uri, 'read'))),
      read: (uri, range = null, options = {}) =>
        this.ask(actor, 'read', 'read', uri, options, () => this.bytesOf(uri, range, options)),
      list: (prefix, options) => this.list(actor, prefix, options),
      stagingPath: async () => null,
      stage: async (uri, content, options) => {
        const bytes = await bytesOfContent(content);
        return this.ask(actor, 'write', 'write', uri, options, () => this.stage(actor, uri, bytes));
      },
      commit: (staged, mode) =>
        this.ask(actor, 'write', 'write', staged.uri, undefined, () => this.commit(staged, mode)),
      canCommit: ({ uri, token }) =>
        this.ask(
          actor,
          'read',
          'read',
          uri,
          undefined,
          () => this.staged.has(token) || this.objects.get(uri)?.mark === token,
        ),
      abort: ({ uri, token }) =>
        this.ask(actor, 'write', 'abort the upload of', uri, undefined, () => void this.staged.delete(token)),
      listStaged: (prefix) => this.listStaged(actor, prefix),
      write: async (uri, content, mode, options = {}) => {
        const bytes = await bytesOfContent(content);
        return this.ask(actor, 'write', 'write', uri, options, () => put(uri, bytes, mode, options));
      },
      delete: (uri) => {
        this.deleters.add(actor.name);
        return this.ask(actor, 'write', 'delete', uri, undefined, () => void this.objects.delete(uri));
      },
    };
  }

  /** Looks at a range of an input; what stands there follows from its name. */
  readSource(actor: Actor, uri: string, range: ByteRange, options: ReadOptions): Promise<void> {
    return this.ask(actor, 'read', 'read', uri, options, () => {
      const object = this.find(uri, 'read');
      expectVersion(object, options.version);
      expectWithin(object, range.startByte, range.endByte);
    });
  }

  /** Writes rows without making their bytes. */
  writeRows(actor: Actor, uri: string, files: readonly RowFile[], options: ReadOptions): Promise<ObjectInfo> {
    return this.ask(actor, 'write', 'write', uri, options, () => {
      const mark = `${++this.versions}`;
      const sizeBytes = files.at(-1)?.endByte ?? 0;
      return this.show(
        { uri, sizeBytes, version: `v${mark}`, content: { kind: 'rows', files }, mark, sinceMs: this.clock.now() },
        'replace',
      );
    });
  }

  /** The files of rows that lie in a range; one with a flipped bit has another checksum. */
  readRows(actor: Actor, uri: string, range: ByteRange, options: ReadOptions): Promise<readonly RowFile[]> {
    return this.ask(actor, 'read', 'read', uri, options, () => {
      const object = this.find(uri, 'read');
      expectVersion(object, options.version);
      expectWithin(object, range.startByte, range.endByte);
      const { content } = object;
      if (content.kind !== 'rows') throw new TypeError(`${uri} holds no rows.`);
      const files = content.files.filter((file) => file.startByte >= range.startByte && file.endByte <= range.endByte);
      if (!this.requests.flips()) return files;
      const flipped = this.random.below(Math.max(1, files.length));
      return files.map((file, index) =>
        index === flipped ? { ...file, checksum: file.checksum ^ 1, rows: [] } : file,
      );
    });
  }

  private async *list(actor: Actor, prefix: string, options: ListOptions = {}): AsyncIterable<ObjectInfo> {
    yield* await this.ask(actor, 'read', 'list', prefix, options, () => {
      this.listedMs.set(actor.name, this.clock.now());
      return [...this.objects.values()].filter(({ uri }) => uri.startsWith(prefix)).map(infoOf);
    });
  }

  private async *listStaged(actor: Actor, prefix: string): AsyncIterable<StagedLeftover> {
    yield* await this.ask(actor, 'read', 'list', prefix, undefined, () =>
      [...this.staged.values()].filter(({ uri }) => uri.startsWith(prefix)).map(leftoverOf),
    );
  }

  private stage(actor: Actor, uri: string, bytes: Uint8Array): StagedObject {
    const token = `upload-${++this.versions}`;
    this.staged.set(token, {
      uri,
      sizeBytes: bytes.length,
      token,
      bytes,
      by: actor.name,
      sinceMs: this.epochMs + this.clock.now(),
    });
    return { uri, sizeBytes: bytes.length, token };
  }

  /** Doing it again gives the same, as on S3. */
  private commit({ uri, sizeBytes, token }: StagedObject, mode: CommitMode): ObjectInfo {
    const there = this.objects.get(uri);
    if (there?.mark === token) return infoOf(there);
    const staged = this.staged.get(token);
    if (!staged) {
      const message = `Cannot write ${uri} (${sizeBytes} bytes): its upload is gone. It was aborted, or what it wrote was replaced or deleted since.`;
      throw new StorageError('STORAGE_FAILED', message, { details: { uri } });
    }
    const content = { kind: 'bytes', bytes: staged.bytes } as const;
    const info = this.show(
      { uri, sizeBytes, version: `v${token}`, content, mark: token, sinceMs: this.clock.now() },
      mode,
    );
    this.staged.delete(token);
    return info;
  }

  private show(object: SimObject, mode: CommitMode): ObjectInfo {
    const { uri, sizeBytes } = object;
    if (mode === 'create' && this.objects.has(uri)) {
      const message = storageMessage('ALREADY_EXISTS', 'write', `${uri} (${sizeBytes} bytes)`, '');
      throw new StorageError('ALREADY_EXISTS', message, { details: { uri } });
    }
    this.objects.set(uri, object);
    return infoOf(object);
  }

  private bytesOf(uri: string, range: ByteRange | null, { version }: ReadOptions): Uint8Array {
    const object = this.find(uri, 'read');
    expectVersion(object, version);
    if (object.content.kind !== 'bytes') throw new TypeError(`${uri} has no bytes; it is ${object.content.kind}.`);
    if (!range) return object.content.bytes;
    expectWithin(object, range.startByte, range.endByte);
    return object.content.bytes.subarray(range.startByte, range.endByte);
  }

  private find(uri: string, doing: string): SimObject {
    const found = this.objects.get(uri);
    if (found) return found;
    throw new StorageError('NOT_FOUND', storageMessage('NOT_FOUND', doing, uri, ''), { details: { uri } });
  }

  private ask<T>(
    actor: Actor,
    kind: StoreRequest['kind'],
    doing: string,
    uri: string,
    options: { readonly signal?: AbortSignal } | undefined,
    effect: () => T,
  ): Promise<T> {
    return this.requests.ask({ actor, kind, doing, uri, signal: options?.signal }, effect);
  }
}

function infoOf({ uri, sizeBytes, version }: SimObject): ObjectInfo {
  return { uri, sizeBytes, version };
}

function leftoverOf({ uri, token, sinceMs }: StagedEntry): StagedLeftover {
  return { uri, token, sinceMs };
}

/** Stands where no object is when one is to be replaced. */
function nothingAt(uri: string): ObjectInfo {
  return { uri, sizeBytes: 0, version: 'none' };
}

async function bytesOfContent(content: StagedContent): Promise<Uint8Array> {
  switch (content.kind) {
    case 'bytes':
      return content.bytes;
    case 'chunks': {
      const chunks: Uint8Array[] = [];
      for await (const chunk of content.chunks) chunks.push(chunk);
      return Buffer.concat(chunks);
    }
    case 'file':
      throw new TypeError(`The simulated store reads no files; it was given ${content.path}.`);
  }
}

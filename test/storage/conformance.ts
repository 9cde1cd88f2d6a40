import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ObjectInfo, ObjectStore } from '../../src/storage/store.ts';
import { joinUri, nameOf } from '../../src/storage/uri.ts';

/**
 * What every `ObjectStore` has to do. `open` gives a store and the uri of an empty folder of it, ending in `/`.
 */
export function storeConformance(name: string, open: () => Promise<{ store: ObjectStore; folder: string }>): void {
  const text = (value: string) => new TextEncoder().encode(value);
  const put = async (store: ObjectStore, uri: string, content: string) =>
    store.commit(await store.stage(uri, { kind: 'bytes', bytes: text(content) }), 'replace');
  const all = async (store: ObjectStore, folder: string, enter?: (uri: string) => boolean) => {
    const found: ObjectInfo[] = [];
    for await (const info of store.list(folder, enter ? { enter } : {})) found.push(info);
    return found.map((info) => info.uri.slice(folder.length)).sort();
  };

  test(`${name}: what was committed is read back, whole and by range`, async () => {
    const { store, folder } = await open();
    const uri = joinUri(folder, 'a b/50% #ü🐟.txt');
    const info = await put(store, uri, 'hello world');
    expect(info).toEqual({ uri, sizeBytes: 11, version: info.version });
    expect(await store.head(uri)).toEqual(info);
    expect(Buffer.from(await store.read(uri)).toString()).toBe('hello world');
    expect(Buffer.from(await store.read(uri, { startByte: 4, endByte: 7 })).toString()).toBe('o w');
    expect((await store.read(uri, { startByte: 11, endByte: 11 })).length).toBe(0);
  });

  test(`${name}: a range past the end is an error`, async () => {
    const { store, folder } = await open();
    const uri = joinUri(folder, 'short');
    await put(store, uri, 'abc');
    await expect(store.read(uri, { startByte: 1, endByte: 4 })).rejects.toMatchObject({
      code: 'STORAGE_FAILED',
      message: `Cannot read bytes 1 to 4 (exclusive) of ${uri}: it has 3 bytes.`,
    });
  });

  test(`${name}: a read that is pinned to a version fails when the object has another one`, async () => {
    const { store, folder } = await open();
    const uri = joinUri(folder, 'changing');
    const before = await put(store, uri, 'one');
    const after = await put(store, uri, 'other');
    expect(after.version).not.toBe(before.version);
    await expect(store.read(uri, null, { version: before.version })).rejects.toMatchObject({
      name: 'SourceError',
      code: 'OBJECT_CHANGED',
      message: `${uri} changed while the query ran: its version was ${before.version}, and is ${after.version} (5 bytes) now. Run the query again.`,
    });
  });

  test(`${name}: what is not there is NOT_FOUND`, async () => {
    const { store, folder } = await open();
    const uri = joinUri(folder, 'nothing');
    const expected = {
      name: 'StorageError',
      code: 'NOT_FOUND',
      retryable: false,
      message: `Cannot read ${uri}: there is no such object.`,
    };
    await expect(store.head(uri)).rejects.toMatchObject(expected);
    await expect(store.read(uri)).rejects.toMatchObject(expected);
    expect(await all(store, joinUri(folder, 'no/such/folder/'))).toEqual([]);
    await store.delete(uri);
  });

  test(`${name}: listing goes through all folders, and skips those that are not entered`, async () => {
    const { store, folder } = await open();
    for (const path of ['a', 'x/b', 'x/y/c', 'z/d']) await put(store, joinUri(folder, path), path);
    expect(await all(store, folder)).toEqual(['a', 'x/b', 'x/y/c', 'z/d']);
    expect(await all(store, joinUri(folder, 'x/'))).toEqual(['b', 'y/c']);
    const entered: string[] = [];
    await all(store, folder, (uri) => entered.push(uri) > 0 && !uri.endsWith('/x/'));
    expect(entered).toContain(joinUri(folder, 'x/'));
  });

  test(`${name}: nobody sees what is staged, until it is committed`, async () => {
    const { store, folder } = await open();
    const uri = joinUri(folder, 'new/object');
    async function* chunks() {
      yield text('in ');
      yield text('pieces');
    }
    const staged = await store.stage(uri, { kind: 'chunks', chunks: chunks() });
    await expect(store.head(uri)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(staged).toEqual(JSON.parse(JSON.stringify(staged)));
    expect(staged).toMatchObject({ uri, sizeBytes: 9 });
    await store.commit(staged, 'create');
    expect(Buffer.from(await store.read(uri)).toString()).toBe('in pieces');
  });

  test(`${name}: an aborted object leaves nothing`, async () => {
    const { store, folder } = await open();
    const staged = await store.stage(joinUri(folder, 'never'), { kind: 'bytes', bytes: text('x') });
    await store.abort(staged);
    await store.abort(staged);
    expect(await all(store, folder)).toEqual([]);
  });

  test(`${name}: create takes no other object's place, replace does`, async () => {
    const { store, folder } = await open();
    const uri = joinUri(folder, 'taken');
    await put(store, uri, 'first');
    const staged = await store.stage(uri, { kind: 'bytes', bytes: text('second') });
    await expect(store.commit(staged, 'create')).rejects.toMatchObject({
      code: 'ALREADY_EXISTS',
      message: `Cannot write ${uri} (6 bytes): it exists already. Write under another name, or replace it with { mode: 'overwrite' }.`,
    });
    expect(Buffer.from(await store.read(uri)).toString()).toBe('first');
    await store.commit(staged, 'replace');
    expect(Buffer.from(await store.read(uri)).toString()).toBe('second');
    expect(await all(store, folder)).toEqual(['taken']);
  });

  test(`${name}: a failing source of chunks leaves nothing, and its error comes through`, async () => {
    const { store, folder } = await open();
    async function* failing() {
      yield text('half');
      throw new Error('the source failed');
    }
    await expect(store.stage(joinUri(folder, 'half'), { kind: 'chunks', chunks: failing() })).rejects.toThrow(
      'the source failed',
    );
    expect(await all(store, folder)).toEqual([]);
  });

  test(`${name}: an aborted signal ends reads, listings and writes`, async () => {
    const { store, folder } = await open();
    const uri = joinUri(folder, 'object');
    await put(store, uri, 'abc');
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(store.read(uri, null, { signal })).rejects.toThrow('enough');
    await expect(store.stage(uri, { kind: 'bytes', bytes: text('x') }, { signal })).rejects.toThrow('enough');
    await expect(store.list(folder, { signal })[Symbol.asyncIterator]().next()).rejects.toThrow('enough');
    expect(await all(store, folder)).toEqual(['object']);
  });

  test(`${name}: an object without bytes is written, staged and read`, async () => {
    const { store, folder } = await open();
    const written = await store.write(joinUri(folder, 'written'), { kind: 'bytes', bytes: text('') }, 'create');
    const staged = await put(store, joinUri(folder, 'staged'), '');
    for (const { uri, sizeBytes, version } of [written, staged]) {
      expect(sizeBytes).toBe(0);
      expect(await store.read(uri)).toHaveLength(0);
      expect(await store.read(uri, { startByte: 0, endByte: 0 }, { version })).toHaveLength(0);
      await expect(store.read(uri, { startByte: 0, endByte: 1 })).rejects.toMatchObject({
        message: `Cannot read bytes 0 to 1 (exclusive) of ${uri}: it has 0 bytes.`,
      });
    }
  });

  test(`${name}: ranges at, across and after the end`, async () => {
    const { store, folder } = await open();
    const { uri, version } = await put(store, joinUri(folder, 'short'), 'abc');
    expect(Buffer.from(await store.read(uri, { startByte: 2, endByte: 3 }, { version })).toString()).toBe('c');
    for (const [startByte, endByte] of [
      [3, 4],
      [9, 10],
      [4, 4],
      [2, 1],
      [-1, 2],
    ] as const) {
      await expect(store.read(uri, { startByte, endByte }, { version })).rejects.toMatchObject({
        name: 'StorageError',
        code: 'STORAGE_FAILED',
        retryable: false,
        message: `Cannot read bytes ${startByte} to ${endByte} (exclusive) of ${uri}: it has 3 bytes.`,
      });
    }
  });

  test(`${name}: a pinned read of a range, or of none, notices the other version`, async () => {
    const { store, folder } = await open();
    const before = await put(store, joinUri(folder, 'changing'), 'one');
    const after = await put(store, before.uri, 'more');
    for (const endByte of [1, 0]) {
      await expect(
        store.read(before.uri, { startByte: 0, endByte }, { version: before.version }),
      ).rejects.toMatchObject({
        code: 'OBJECT_CHANGED',
        details: { uri: before.uri, expectedVersion: before.version, version: after.version },
      });
    }
    await store.delete(before.uri);
    await expect(store.read(before.uri, null, { version: after.version })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test(`${name}: write shows an object at once, and in mode create only where none is`, async () => {
    const { store, folder } = await open();
    const uri = joinUri(folder, 'deep/manifest');
    const first = await store.write(uri, { kind: 'bytes', bytes: text('first') }, 'create');
    expect(first).toEqual(await store.head(uri));
    await expect(store.write(uri, { kind: 'bytes', bytes: text('second') }, 'create')).rejects.toMatchObject({
      name: 'StorageError',
      code: 'ALREADY_EXISTS',
      retryable: false,
      message: `Cannot write ${uri} (6 bytes): it exists already. Write under another name, or replace it with { mode: 'overwrite' }.`,
    });
    expect(Buffer.from(await store.read(uri)).toString()).toBe('first');
    const second = await store.write(uri, { kind: 'bytes', bytes: text('second') }, 'replace');
    expect(second).toEqual(await store.head(uri));
    expect(second.version).not.toBe(first.version);
    expect(await all(store, folder)).toEqual(['deep/manifest']);
  });

  test(`${name}: what need not outlive a crash is written as all else`, async () => {
    const { store, folder } = await open();
    const uri = joinUri(folder, 'exchange');
    const written = await store.write(uri, { kind: 'bytes', bytes: text('rows') }, 'create', { durable: false });
    expect(written).toEqual(await store.head(uri));
    expect(Buffer.from(await store.read(uri, null, { version: written.version })).toString()).toBe('rows');
  });

  test(`${name}: an object is deleted with the folders that hold nothing else, where that is asked for`, async () => {
    const { store, folder } = await open();
    const root = joinUri(folder, 'workspace/');
    const put = (path: string) => store.write(joinUri(root, path), { kind: 'bytes', bytes: text(path) }, 'create');
    for (const path of ['jobs/a/deep/1', 'jobs/a/2', 'jobs/b/1']) await put(path);
    const remove = (path: string) => store.delete(joinUri(root, path), { emptyFoldersBelow: root });
    await remove('jobs/a/deep/1');
    expect((await all(store, root)).sort()).toEqual(['jobs/a/2', 'jobs/b/1']);
    // Somebody may write there at the same time.
    await Promise.all([remove('jobs/a/2'), remove('jobs/b/1'), remove('jobs/none'), put('jobs/c/1')]);
    expect(await all(store, root)).toEqual(['jobs/c/1']);
  });

  test(`${name}: of many who create an object one wins, and its bytes stay`, async () => {
    const { store, folder } = await open();
    const uri = joinUri(folder, 'intent');
    const writers = Array.from({ length: 12 }, (_, number) => `writer ${number}`);
    const outcomes = await Promise.allSettled(
      writers.map((who) => store.write(uri, { kind: 'bytes', bytes: text(who) }, 'create')),
    );
    const winners = writers.filter((_, number) => outcomes[number]?.status === 'fulfilled');
    expect(winners).toEqual([Buffer.from(await store.read(uri)).toString()]);
    const codes = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason.code] : []));
    expect(codes).toEqual(Array(11).fill('ALREADY_EXISTS'));
  });

  test(`${name}: large objects go out and come back in parts`, async () => {
    const { store, folder } = await open();
    const bytes = pseudoRandom((12 << 20) + 3);
    async function* chunks() {
      for (let start = 0; start < bytes.length; start += 700_001) yield bytes.subarray(start, start + 700_001);
    }
    const written = await store.write(joinUri(folder, 'written'), { kind: 'bytes', bytes }, 'create');
    const staged = await store.commit(
      await store.stage(joinUri(folder, 'staged'), { kind: 'chunks', chunks: chunks() }),
      'create',
    );
    for (const { uri, sizeBytes, version } of [written, staged]) {
      expect(sizeBytes).toBe(bytes.length);
      expect(await store.head(uri)).toEqual({ uri, sizeBytes, version });
      expect(Buffer.compare(await store.read(uri), bytes)).toBe(0);
      const range = { startByte: 1_234_567, endByte: bytes.length - 1 };
      const part = bytes.subarray(range.startByte, range.endByte);
      expect(Buffer.compare(await store.read(uri, range), part)).toBe(0);
      expect(Buffer.compare(await store.read(uri, range, { version }), part)).toBe(0);
    }
    const folded = { startByte: 0, endByte: bytes.length + 1 };
    await expect(store.read(written.uri, folded, { version: written.version })).rejects.toMatchObject({
      code: 'STORAGE_FAILED',
    });
  });

  test(`${name}: a local file is staged and written`, async () => {
    const { store, folder } = await open();
    const local = mkdtempSync(join(tmpdir(), 'shoal-content-'));
    for (const file of ['small', 'large']) {
      const bytes = pseudoRandom(file === 'small' ? 10 : (11 << 20) + 1);
      writeFileSync(join(local, file), bytes);
      const staged = await store.stage(joinUri(folder, file), { kind: 'file', path: join(local, file) });
      await store.commit(staged, 'create');
      writeFileSync(join(local, file), bytes);
      const written = await store.write(joinUri(folder, file), { kind: 'file', path: join(local, file) }, 'replace');
      expect(staged.sizeBytes).toBe(bytes.length);
      expect(Buffer.compare(await store.read(written.uri), bytes)).toBe(0);
    }
    rmSync(local, { recursive: true });
  });

  test(`${name}: more than a thousand objects are listed, each once, with size and version`, async () => {
    const { store, folder } = await open();
    const paths = Array.from({ length: 1203 }, (_, number) => `part=${number % 7}/${String(number).padStart(5, '0')}`);
    for (let start = 0; start < paths.length; start += 50) {
      const some = paths.slice(start, start + 50);
      await Promise.all(
        some.map((path) => store.write(joinUri(folder, path), { kind: 'bytes', bytes: text(path) }, 'replace')),
      );
    }
    expect(await all(store, folder)).toEqual(paths.toSorted());
    for await (const info of store.list(joinUri(folder, 'part=3/'))) {
      expect(info).toEqual(await store.head(info.uri));
      break;
    }
    const wanted = await all(store, folder, (uri) => /part=[06]\/$/.test(uri));
    expect(wanted.filter((path) => /^part=[06]/.test(path))).toEqual(
      paths.filter((path) => /^part=[06]/.test(path)).toSorted(),
    );
  });

  test(`${name}: names of all kinds are listed and read as they are`, async () => {
    const { store, folder } = await open();
    const names = [
      'a b',
      'a+b',
      'a%20b',
      'a&b<c>"d"\'e\'',
      'ünï🐟',
      'c#d?e=f',
      'x=1;y,z',
      '(a)*!~',
      '\uff5e-\u{1f41f}',
    ];
    for (const name of names) await store.write(joinUri(folder, name), { kind: 'bytes', bytes: text(name) }, 'create');
    const found: string[] = [];
    for await (const { uri } of store.list(folder)) {
      const name = nameOf(uri);
      expect(Buffer.from(await store.read(uri)).toString()).toBe(name);
      found.push(name);
    }
    expect(found.sort()).toEqual(names.sort());
  });

  test(`${name}: what was deleted is gone, and deleting it again is fine`, async () => {
    const { store, folder } = await open();
    const { uri } = await put(store, joinUri(folder, 'old'), 'x');
    await store.delete(uri);
    await store.delete(uri);
    await expect(store.head(uri)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await all(store, folder)).toEqual([]);
  });

  test(`${name}: an upload that was aborted cannot be committed`, async () => {
    const { store, folder } = await open();
    const staged = await store.stage(joinUri(folder, 'never'), { kind: 'bytes', bytes: text('x') });
    await store.abort(staged);
    await expect(store.commit(staged, 'create')).rejects.toMatchObject({ name: 'StorageError', retryable: false });
    expect(await all(store, folder)).toEqual([]);
  });

  test(`${name}: a commit that was done before gives the same again, in either mode`, async () => {
    const { store, folder } = await open();
    for (const mode of ['create', 'replace'] as const) {
      const staged = await store.stage(joinUri(folder, mode), { kind: 'bytes', bytes: text(mode) });
      expect(await store.canCommit(staged)).toBe(true);
      const first = await store.commit(staged, mode);
      expect(await store.canCommit(staged)).toBe(true);
      expect(await store.commit(staged, mode)).toEqual(first);
      expect(await store.commit(staged, mode)).toEqual(await store.head(staged.uri));
      await store.abort(staged);
      await store.write(staged.uri, { kind: 'bytes', bytes: text('another') }, 'replace');
      expect(await store.canCommit(staged)).toBe(false);
      await expect(store.commit(staged, 'replace')).rejects.toMatchObject({
        name: 'StorageError',
        code: 'STORAGE_FAILED',
        retryable: false,
      });
      expect(Buffer.from(await store.read(staged.uri)).toString()).toBe('another');
    }
    const aborted = await store.stage(joinUri(folder, 'aborted'), { kind: 'bytes', bytes: text('x') });
    await store.abort(aborted);
    expect(await store.canCommit(aborted)).toBe(false);
  });

  test(`${name}: what is staged is listed until it is shown or thrown away`, async () => {
    const { store, folder } = await open();
    const listed = async (prefix = folder) => {
      const found = [];
      for await (const leftover of store.listStaged(prefix)) found.push(leftover);
      return found.sort((a, b) => (a.uri < b.uri ? -1 : 1));
    };
    const stage = (path: string) => store.stage(joinUri(folder, path), { kind: 'bytes', bytes: text(path) });
    await put(store, joinUri(folder, 'x/shown'), 'shown');
    const [shown, aborted, left] = [await stage('x/b ü'), await stage('y=1/c'), await stage('x/d.tmp')];
    expect((await listed()).map(({ uri }) => uri)).toEqual([shown, left, aborted].map(({ uri }) => uri));
    expect((await listed(joinUri(folder, 'y=1/'))).map(({ uri }) => uri)).toEqual([aborted.uri]);
    for (const { sinceMs } of await listed()) expect(Math.abs(Date.now() - sinceMs)).toBeLessThan(3_600_000);
    await store.commit(shown, 'create');
    await store.abort(aborted);
    const [only, ...others] = await listed();
    expect([only?.uri, others]).toEqual([left.uri, []]);
    if (only) await store.abort(only);
    expect(await listed()).toEqual([]);
    expect(await store.canCommit(left)).toBe(false);
  });

  test(`${name}: a version is replaced only while it is there`, async () => {
    const { store, folder } = await open();
    const uri = joinUri(folder, 'manifest');
    const replace = (content: string, ifVersion: string) =>
      store.write(uri, { kind: 'bytes', bytes: text(content) }, 'replace', { ifVersion });
    const first = await put(store, uri, 'first');
    const second = await replace('second', first.version);
    expect(second).toEqual(await store.head(uri));
    await expect(replace('third', first.version)).rejects.toMatchObject({
      name: 'StorageError',
      code: 'OBJECT_CHANGED',
      retryable: false,
      message: `Cannot write ${uri}: somebody else wrote or removed it meanwhile, it is not of version ${first.version} any more. Read it again.`,
    });
    expect(Buffer.from(await store.read(uri)).toString()).toBe('second');
    await store.delete(uri);
    await expect(replace('third', second.version)).rejects.toMatchObject({ code: 'OBJECT_CHANGED' });
    expect(await all(store, folder)).toEqual([]);
  });

  test(`${name}: of many who replace a version one wins; nothing is lost when all try until they do`, async () => {
    const { store, folder } = await open();
    const uri = joinUri(folder, 'manifest');
    await put(store, uri, '');
    const add = async (line: string) => {
      for (;;) {
        const { version } = await store.head(uri);
        try {
          const before = Buffer.from(await store.read(uri, null, { version })).toString();
          const bytes = text(`${before}${line}\n`);
          return void (await store.write(uri, { kind: 'bytes', bytes }, 'replace', { ifVersion: version }));
        } catch (error) {
          if ((error as { code?: string }).code !== 'OBJECT_CHANGED') throw error;
        }
      }
    };
    const lines = Array.from({ length: 8 }, (_, number) => `writer ${number}`);
    await Promise.all(lines.map(add));
    expect(
      Buffer.from(await store.read(uri))
        .toString()
        .trim()
        .split('\n')
        .sort(),
    ).toEqual(lines);
    expect(await all(store, folder)).toEqual(['manifest']);
  });
}

/** Bytes that do not repeat, the same on every run. */
function pseudoRandom(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let state = 0x9e3779b9;
  for (let index = 0; index < length; index++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    bytes[index] = state >>> 24;
  }
  return bytes;
}

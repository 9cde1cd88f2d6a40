import { expect, test } from 'vitest';
import type { ObjectInfo, ObjectStore } from '../../src/storage/store.ts';
import { joinUri } from '../../src/storage/uri.ts';

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
}

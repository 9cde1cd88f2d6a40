import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import type { ByteRange, ReadOptions } from '../../src/storage/store.ts';
import { Fetcher } from '../../src/worker/fetcher.ts';

const object = { uri: 's3://bucket/key', version: '"1"' };
const mebibyte = 1 << 20;

/** A store whose objects hold the low byte of each mebibyte's number, with a look at the reads under way. */
function slowStore(fail: (range: ByteRange) => Error | null = () => null) {
  const seen = { reads: [] as ByteRange[], running: 0, most: 0, aborted: 0, versions: new Set<string | undefined>() };
  const read = async (_uri: string, range?: ByteRange | null, options: ReadOptions = {}) => {
    const { startByte, endByte } = range ?? { startByte: 0, endByte: 0 };
    seen.reads.push({ startByte, endByte });
    seen.versions.add(options.version);
    seen.most = Math.max(seen.most, ++seen.running);
    try {
      const error = fail({ startByte, endByte });
      await sleep(error ? 5 : 20, undefined, options.signal ? { signal: options.signal } : {});
      if (error) throw error;
      return Buffer.alloc(endByte - startByte, Math.floor(startByte / mebibyte));
    } catch (error) {
      if (options.signal?.aborted) seen.aborted++;
      throw error;
    } finally {
      seen.running--;
    }
  };
  return { seen, read };
}

const newFetcher = (store: Pick<ReturnType<typeof slowStore>, 'read'>, signal = new AbortController().signal) =>
  new Fetcher(store, signal);

test('a few ranges at a time, each at the version that is wanted', async () => {
  const store = slowStore();
  const fetcher = newFetcher(store);
  const ranges = Array.from({ length: 40 }, (_, index) => ({ startByte: index, endByte: index + 1 }));
  const lengths = await fetcher.all(ranges.map((range) => fetcher.use(object, range, (bytes) => bytes.length)));
  expect(lengths).toEqual(ranges.map(() => 1));
  expect(store.seen).toMatchObject({ most: 8, versions: new Set(['"1"']) });
});

test('a range piece by piece, in order', async () => {
  const store = slowStore();
  const pieces = [];
  for await (const { startByte, bytes } of newFetcher(store).pieces(object, {
    startByte: mebibyte,
    endByte: 30 * mebibyte + 3,
  }))
    pieces.push([startByte / mebibyte, bytes.length / mebibyte, bytes[0]]);
  expect(pieces).toEqual([
    [1, 8, 1],
    [9, 8, 9],
    [17, 8, 17],
    [25, 5 + 3 / mebibyte, 25],
  ]);
  expect(store.seen.most).toBe(3);
});

test('whoever stops early has no more read', async () => {
  const store = slowStore();
  for await (const piece of newFetcher(store).pieces(object, { startByte: 0, endByte: 1_000 * mebibyte }))
    if (piece.startByte === 0) break;
  await sleep(50);
  expect(store.seen.reads.length).toBe(3);
});

test('ranges of an object to their places in a file', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'shoal-fetcher-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'file');
  writeFileSync(path, '');
  const ranges = [
    { startByte: 20 * mebibyte, endByte: 29 * mebibyte },
    { startByte: 3 * mebibyte, endByte: 3 * mebibyte + 1 },
  ];
  const store = slowStore();
  await newFetcher(store).copy(object, ranges, path, 3 * mebibyte);
  const bytes = readFileSync(path);
  expect([bytes.length, bytes[0], bytes[1], bytes[17 * mebibyte], bytes[25 * mebibyte]]).toEqual([
    26 * mebibyte,
    3,
    0,
    20,
    28,
  ]);
  expect(store.seen.reads.length).toBe(3);
});

test('the first failure ends all other reads, and is the one that is told', async () => {
  const store = slowStore(({ startByte }) => (startByte === 3 ? new Error('gone') : null));
  const fetcher = newFetcher(store);
  const inner = (from: number) =>
    fetcher.all(
      [0, 1, 2].map((index) => fetcher.use(object, { startByte: from + index, endByte: from + index + 1 }, () => from)),
    );
  await expect(fetcher.all([inner(0), inner(3), inner(6), inner(9)])).rejects.toThrow(new Error('gone'));
  expect(store.seen.running).toBe(0);
  expect(store.seen.aborted).toBeGreaterThanOrEqual(7);
  // Those that had not begun did not begin.
  expect(store.seen.reads.length).toBeLessThanOrEqual(9);
});

test('an aborted signal ends all reads', async () => {
  const store = slowStore();
  const aborting = new AbortController();
  const fetcher = newFetcher(store, aborting.signal);
  const reading = fetcher.all(
    [1, 2, 3].map((index) => fetcher.use(object, { startByte: index, endByte: index + 1 }, () => index)),
  );
  aborting.abort(new Error('enough'));
  await expect(reading).rejects.toBeInstanceOf(Error);
  expect(store.seen.running).toBe(0);
});

test('work that holds files open waits for its turn, as reads do', async () => {
  const fetcher = new Fetcher({ read: async () => Buffer.alloc(0) }, new AbortController().signal);
  let [running, most] = [0, 0];
  const works = Array.from({ length: 100 }, (_, number) =>
    fetcher.inTurn(async () => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setImmediate(resolve));
      running--;
      return number;
    }),
  );
  expect(await fetcher.all(works)).toEqual(Array.from({ length: 100 }, (_, number) => number));
  expect(most).toBe(8);
});

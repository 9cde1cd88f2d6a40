import { expect, test } from 'vitest';
import { StorageError } from '../../src/errors.ts';
import type { ReadOptions } from '../../src/storage/store.ts';
import { hedgedRead } from '../../src/worker/hedged-read.ts';

interface Sent {
  readonly resolve: (bytes: Uint8Array) => void;
  readonly reject: (error: unknown) => void;
  readonly signal: AbortSignal | undefined;
}

/** Reads that the test answers, and waits that it ends. */
function setUp() {
  const sent: Sent[] = [];
  const waits: { readonly ms: number; readonly end: () => void }[] = [];
  const read = (_uri: string, _range?: unknown, { signal }: ReadOptions = {}) =>
    new Promise<Uint8Array>((resolve, reject) => sent.push({ resolve, reject, signal }));
  const wait = (ms: number, signal: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      waits.push({ ms, end: resolve });
      signal.addEventListener('abort', () => reject(signal.reason));
    });
  const clock = { ms: 0 };
  return { sent, waits, clock, read: hedgedRead(read, { wait, now: () => clock.ms }) };
}

const range = { startByte: 0, endByte: 8 << 20 };
const uri = 's3://bucket/key';
const settled = () => new Promise((resolve) => setImmediate(resolve));

test('a read that answers in time is the only one', async () => {
  const { sent, waits, read } = setUp();
  const answer = read(uri, range);
  sent[0]?.resolve(Buffer.from('first'));
  expect(Buffer.from(await answer).toString()).toBe('first');
  // 3 · (15 ms + 8 MiB at 85 MB/s)
  expect(waits.map(({ ms }) => Math.round(ms))).toEqual([341]);
  expect(sent).toHaveLength(1);
});

test('a slow read is sent again, and the first answer wins; the other is ended', async () => {
  const { sent, waits, read } = setUp();
  const answer = read(uri, { startByte: 5, endByte: 6 });
  expect(waits.map(({ ms }) => ms)).toEqual([200]);
  waits[0]?.end();
  await settled();
  expect(sent).toHaveLength(2);
  sent[1]?.resolve(Buffer.from('second'));
  expect(Buffer.from(await answer).toString()).toBe('second');
  expect(sent[0]?.signal?.aborted).toBe(true);
});

test("a second read's failure leaves the first one to answer", async () => {
  const { sent, waits, read } = setUp();
  const answer = read(uri, range);
  waits[0]?.end();
  await settled();
  sent[1]?.reject(new StorageError('STORAGE_FAILED', 'Cannot read.'));
  await settled();
  sent[0]?.resolve(Buffer.from('first'));
  expect(Buffer.from(await answer).toString()).toBe('first');
});

test("the first one's failure is the read's", async () => {
  const { sent, read } = setUp();
  const answer = read(uri, range);
  sent[0]?.reject(new StorageError('NOT_FOUND', 'Cannot read.'));
  await expect(answer).rejects.toThrow('Cannot read.');
});

test('a store that is slow as a whole gets few second reads', async () => {
  const { sent, waits, read } = setUp();
  const answers = Array.from({ length: 20 }, () => read(uri, range));
  for (const { end } of waits) end();
  await settled();
  expect(sent).toHaveLength(20 + 2 + 2);
  for (const { resolve } of sent) resolve(Buffer.alloc(1));
  await Promise.all(answers);
});

test('where all reads are slow, more of them are waited for longer', async () => {
  const { sent, waits, clock, read } = setUp();
  for (const index of [0, 1, 2]) {
    const answer = read(uri, range);
    // 8 MiB in a second.
    clock.ms += 1_015;
    sent[index]?.resolve(Buffer.alloc(1));
    await answer;
  }
  expect(waits.map(({ ms }) => Math.round(ms))).toEqual([341, 451, 593]);
});

test('files of this machine are read once', async () => {
  const { sent, waits, read } = setUp();
  const answer = read('file:///a', range);
  sent[0]?.resolve(Buffer.alloc(1));
  await answer;
  expect(waits).toEqual([]);
});

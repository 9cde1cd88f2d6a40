import { describe, expect, test } from 'vitest';
import { StorageError } from '../../src/errors.ts';
import { type LeaseHost, leaseUri, readLease, takeLease } from '../../src/scheduler/lease.ts';
import type { ObjectStore } from '../../src/storage/store.ts';
import { ManualClock } from './manual-clock.ts';
import { storeTargets } from './store-targets.ts';

const targets = await storeTargets();
const terms = { job: 'job', owner: { machine: 'here', pid: 1 }, sink: null };

function hostOf(store: ObjectStore): LeaseHost & { readonly clock: ManualClock } {
  const clock = new ManualClock();
  return {
    store: clock.watch(store),
    clock,
    wallMs: () => clock.now(),
    policy: { leaseMs: 10_000, leaseRenewMs: 2_000 },
  };
}

describe.each(targets)('$name', ({ store, newFolder }) => {
  test('a lease is renewed until it is released', async () => {
    const [folder, host] = [newFolder(), hostOf(store)];
    const startedMs = host.clock.now();
    const lease = await takeLease(folder, terms, null, host);
    expect((await readLease(folder, store))?.record).toEqual({
      version: 1,
      ...terms,
      startedMs,
      expiresMs: startedMs + 10_000,
      signs: 1,
      isClosed: false,
    });
    await host.clock.pass(4_100);
    expect((await readLease(folder, store))?.record).toMatchObject({ startedMs, expiresMs: startedMs + 14_000 });
    await lease.confirm();
    expect((await readLease(folder, store))?.record).toMatchObject({ startedMs, expiresMs: startedMs + 14_100 });
    lease.release();
    expect(host.clock.isIdle).toBe(true);
  });

  test('a renewal whose reply was lost is no loss of the lease', async () => {
    const folder = newFolder();
    let isLost = false;
    const write: ObjectStore['write'] = async (...args) => {
      const info = await store.write(...args);
      if (!isLost) return info;
      isLost = false;
      // What a store says that sends the same write again.
      throw new StorageError('OBJECT_CHANGED', 'It has another version by now.');
    };
    const host = hostOf({ ...store, write });
    const lease = await takeLease(folder, terms, null, host);
    const lost: unknown[] = [];
    lease.onLost((error) => lost.push(error));
    isLost = true;
    await lease.confirm();
    await lease.confirm();
    expect((await readLease(folder, store))?.record).toMatchObject({ job: 'job', signs: 3 });
    expect(lost).toEqual([]);
    lease.release();
  });

  test('who was faster has it; who lost it is told, once', async () => {
    const [folder, host] = [newFolder(), hostOf(store)];
    const first = await takeLease(folder, terms, null, host);
    await expect(takeLease(folder, terms, null, host)).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
    const version = (await readLease(folder, store))?.version ?? null;
    const lost: unknown[] = [];
    first.onLost((error) => lost.push(error));
    const second = await takeLease(folder, { ...terms, job: 'another' }, version, host);
    await expect(takeLease(folder, terms, version, host)).rejects.toMatchObject({ code: 'OBJECT_CHANGED' });
    await host.clock.pass(6_500);
    const error = {
      name: 'StorageError',
      code: 'OBJECT_CHANGED',
      message: `${leaseUri(folder)} is not this query's any more: another run of the same query took its journal over, or gc() took it for dead because it gave no sign of life. Run it again.`,
    };
    expect(lost).toEqual([expect.objectContaining(error)]);
    await expect(first.confirm()).rejects.toMatchObject(error);
    await second.confirm();
    expect((await readLease(folder, store))?.record.job).toBe('another');
    second.release();
  });
});

test('a store that is out of reach loses no lease before it has expired', async () => {
  const [{ store, newFolder }] = targets;
  let broken = false;
  const flaky: ObjectStore = {
    ...store,
    write: async (...call) => {
      if (broken) throw new Error('out of reach');
      return store.write(...call);
    },
  };
  const host = hostOf(flaky);
  const lease = await takeLease(newFolder(), terms, null, host);
  const lost: unknown[] = [];
  lease.onLost((error) => lost.push(error));
  broken = true;
  await host.clock.pass(9_000);
  expect(lost).toEqual([]);
  broken = false;
  await host.clock.pass(2_000);
  broken = true;
  await host.clock.pass(9_000);
  expect(lost).toEqual([]);
  await host.clock.pass(3_000);
  expect(lost).toEqual([expect.objectContaining({ cause: new Error('out of reach') })]);
  lease.release();
});

test('what is no lease is none', async () => {
  const [{ store, newFolder }] = targets;
  const folder = newFolder();
  expect(await readLease(folder, store)).toBe(null);
  for (const text of ['nonsense', '{"version":2}']) {
    await store.write(leaseUri(folder), { kind: 'bytes', bytes: Buffer.from(text) }, 'replace');
    expect(await readLease(folder, store)).toBe(null);
  }
});

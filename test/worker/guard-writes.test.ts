import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createStore } from '../../src/storage/create-store.ts';
import { toUri } from '../../src/storage/uri.ts';
import { guardWrites } from '../../src/worker/guard-writes.ts';
import { meterStore } from '../../src/worker/meter-store.ts';

const content = { kind: 'bytes', bytes: Buffer.from('abc') } as const;

test('nothing is written or staged once the job is over', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'shoal-guard-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const uri = (name: string) => toUri(join(folder, name));
  const store = meterStore(createStore({}));
  const guarded = guardWrites(store, uri('cancelled'));
  await guarded.write(uri('before'), content, 'replace');
  await store.write(uri('cancelled'), content, 'replace');
  const message = `The job of this task is over: ${uri('cancelled')} is there. Nothing was written.`;
  await expect(guarded.write(uri('after'), content, 'replace')).rejects.toThrow(message);
  await expect(guarded.stage(uri('after'), content)).rejects.toThrow(message);
  expect(readdirSync(folder).sort()).toEqual(['before', 'cancelled']);
  expect(guardWrites(store, null)).toBe(store);
});

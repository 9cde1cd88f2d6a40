import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createFileStore } from '../../src/storage/file-store.ts';
import { toUri } from '../../src/storage/uri.ts';

const store = createFileStore();
let folder = '';
let version = '';

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'shoal-replace-'));
  version = (await replace('first')).version;
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

const replace = (text: string, ifVersion?: string) =>
  store.write(
    toUri(join(folder, 'manifest')),
    { kind: 'bytes', bytes: Buffer.from(text) },
    'replace',
    ifVersion === undefined ? {} : { ifVersion },
  );
const text = () => readFileSync(join(folder, 'manifest'), 'utf8');

/** What a writer leaves that was killed before it put its file in place. */
const leaveSuccessor = (of: string, bytes: string) => writeFileSync(join(folder, `.manifest.${of}.next`), bytes);
const passTime = (ms: number) => vi.spyOn(Date, 'now').mockReturnValue(Date.now() + ms);

test('a writer that is about to replace a version is waited for', async () => {
  leaveSuccessor(version, 'second');
  await expect(replace('third', version)).rejects.toMatchObject({ code: 'OBJECT_CHANGED' });
  expect(text()).toBe('first');
});

test('one that was killed meanwhile is helped along after ten seconds', async () => {
  leaveSuccessor(version, 'second');
  passTime(11_000);
  await expect(replace('third', version)).rejects.toMatchObject({ code: 'OBJECT_CHANGED' });
  expect(text()).toBe('second');
  await replace('third', (await store.head(toUri(join(folder, 'manifest')))).version);
  expect([text(), readdirSync(folder)]).toEqual(['third', ['manifest']]);
});

test('a reserved name with nothing in it is given free', async () => {
  leaveSuccessor(version, '');
  passTime(11_000);
  await expect(replace('second', version)).rejects.toMatchObject({ code: 'OBJECT_CHANGED' });
  await replace('second', version);
  expect([text(), readdirSync(folder)]).toEqual(['second', ['manifest']]);
});

test('the name of a version that is no more stops nobody, and is listed as left over', async () => {
  leaveSuccessor('1-2', 'late');
  await replace('second', version);
  const left = [];
  for await (const { uri } of store.listStaged(`${toUri(folder)}/`)) left.push(uri);
  expect([text(), left]).toEqual(['second', [toUri(join(folder, 'manifest'))]]);
});

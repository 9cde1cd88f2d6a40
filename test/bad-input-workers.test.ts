import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { col, connect, type Session } from '../src/index.ts';
import { formatUri } from '../src/storage/uri.ts';

/** Bad input that a worker process finds in its part of a file: the error says where, and the job leaves nothing behind. */

const fixtures = join(import.meta.dirname, '../fixtures');
const folder = mkdtempSync(join(tmpdir(), 'shoal-bad-workers-'));
const workspace = join(folder, 'workspace');
const uriOf = (path: string) => formatUri({ scheme: 'file', path });
const newFile = (name: string, content: string | Buffer) => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

/** A few bytes a part, so that parts begin anywhere in a record; a few hundred rows a part of the larger files. */
let tiny: Session;
let small: Session;

beforeAll(async () => {
  const common = { workers: 2, workerThreads: 1, workspace };
  tiny = await connect({ ...common, planner: { forceExchange: true, splitBytes: 8 } });
  small = await connect({ ...common, planner: { forceExchange: true, splitBytes: 40_000 } });
});
afterEach(() => {
  expect(filesBelow(workspace)).toEqual([]);
});
afterAll(async () => {
  await tiny?.close();
  await small?.close();
  rmSync(folder, { recursive: true, force: true });
});

function filesBelow(path: string): string[] {
  try {
    return readdirSync(path, { recursive: true, withFileTypes: true }).flatMap((entry) => (entry.isFile() ? [entry.name] : []));
  } catch {
    return [];
  }
}

const leaveOut = "leave such rows out with { onBadRow: 'skip' } or { onBadRow: 'collect' }.";

test.each([
  'too-many-fields.csv', 'too-few-fields.csv', 'invalid-utf8.csv', 'mixed-newlines.csv'
])('%s', async (name) => {
  const e = await tiny.read.csv(join(fixtures, 'csv', name)).collect().then(() => 'none', (x) => x);
  console.log(name, e.name, e.code, e.message, e.details);
  expect(1).toBe(1);
});
test.each(['broken.ndjson', 'not-an-object.ndjson', 'invalid-utf8.ndjson'])('%s', async (name) => {
  const e = await tiny.read.ndjson(join(fixtures, 'ndjson', name)).collect().then(() => 'none', (x) => x);
  console.log(name, e.name, e.code, e.message, e.details);
  expect(1).toBe(1);
});
test('late', async () => {
  const text = `id,v\n${'1,2\n'.repeat(100_000)}5,N/A\n${'1,2\n'.repeat(50_000)}`;
  const path = newFile('late.csv', text);
  const e = await small.read.csv(path).collect().then(() => 'none', (x) => x);
  console.log(e.name, e.code, e.message, e.details, text.indexOf('5,N/A'));
  const f = newFile('late.ndjson', `${'{"v":1}\n'.repeat(100_000)}{"v":"x"}\n${'{"v":1}\n'.repeat(50_000)}`);
  const e2 = await small.read.ndjson(f).collect().then(() => 'none', (x) => x);
  console.log(e2.name, e2.code, e2.message, e2.details, 800_000);
  const r = await small.read.csv(path, { onBadRow: 'collect' }).collect();
  console.log(r.rejected, r.toArray().length);
  const r2 = await small.read.ndjson(f, { onBadRow: 'collect' }).collect();
  console.log(r2.rejected, r2.toArray().length);
});
test('parquet', async () => {
  const rows = Array.from({ length: 30_000 }, (_, id) => ({ id, text: `row ${id * 7919}` }));
  const path = join(folder, 'good.parquet');
  await small.from(rows).write.parquet(path, { rowGroupRows: 2048 });
  const bytes = readFileSync(path);
  const bad = Buffer.from(bytes); bad.fill(0xff, Math.floor(bytes.length / 2), Math.floor(bytes.length / 2) + 4000);
  const p = newFile('bad.parquet', bad);
  for (const s of [small, await connect()]) {
    const e = await s.read.parquet(p).collect().then(() => 'none', (x) => x);
    console.log(e.name, e.code, e.message, e.details);
  }
  void col; void leaveOut; void uriOf;
});

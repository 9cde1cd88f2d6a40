import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EnginePool } from '../../src/engine/engine-pool.ts';
import { type Engine, type EngineOptions, openEngine } from '../../src/engine/instance.ts';

let root: string;
let options: EngineOptions;
let engine: Engine;
let connection: DuckDBConnection;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'shoal-instance-'));
  for (const name of ['in', 'out', "it's"]) await mkdir(join(root, name));
  for (const path of ['in/a.csv', 'out/secret.csv', "it's/b.csv", 'single.csv'])
    await writeFile(join(root, path), 'x\n1\n');
  await symlink(join(root, 'out/secret.csv'), join(root, 'in/link.csv'));
  await symlink(join(root, 'out'), join(root, 'in/linked'));
  options = {
    threads: 2,
    memoryLimitBytes: 200_000_000,
    scratchDirectory: join(root, 'scratch'),
    allowedDirectories: [join(root, 'in'), join(root, "it's")],
    allowedPaths: [join(root, 'single.csv')],
  };
  engine = await openEngine(options);
  connection = await engine.connect();
});

afterAll(async () => {
  connection.closeSync();
  await engine.close();
  await rm(root, { recursive: true });
});

const rows = async (sql: string) => (await connection.runAndReadAll(sql.replaceAll('@', root))).getRowsJson();

test('allowed folders and files are read, and the scratch folder is written', async () => {
  expect(await rows("FROM read_csv('@/in/a.csv')")).toEqual([['1']]);
  expect(await rows("FROM read_csv('@/in/../in/*a.csv')")).toEqual([['1']]);
  expect(await rows("FROM read_csv('@/it''s/b.csv')")).toEqual([['1']]);
  expect(await rows("FROM read_csv('@/single.csv')")).toEqual([['1']]);
  await rows("COPY (SELECT 7 AS v) TO '@/scratch/v.parquet'");
  expect(await rows("FROM '@/scratch/v.parquet'")).toEqual([[7]]);
});

test.each([
  ["FROM read_csv('@/out/secret.csv')"],
  ["FROM read_csv('@/in/../out/secret.csv')"],
  ["FROM read_csv('@/in/link.csv')"],
  ["FROM read_csv('@/in/linked/secret.csv')"],
  ["FROM read_text('@/out/secret.csv')"],
  ["FROM read_blob('/etc/hostname')"],
  ["FROM glob('@/out/*')"],
  ["FROM read_csv('https://example.com/x.csv')"],
  ["COPY (SELECT 1) TO '@/out/stolen.csv'"],
  ["EXPORT DATABASE '@/out/stolen'"],
  ["ATTACH '@/out/stolen.db'"],
  ['INSTALL httpfs'],
  ["LOAD '@/out/evil.duckdb_extension'"],
  ["FROM read_csv('@')"],
])('outside of them nothing is: %s', async (sql) => {
  await expect(rows(sql)).rejects.toThrow(/Permission Error|No files found|Cannot (access|open)|disabled|not exist/);
  expect(await readdir(join(root, 'out'))).toEqual(['secret.csv']);
});

test.each([
  ['SET threads = 1'],
  ["SET TimeZone = 'Asia/Tokyo'"],
  ["SET allowed_directories = ['/']"],
  ['RESET memory_limit'],
])('settings are locked: %s', async (sql) => {
  await expect(rows(sql)).rejects.toThrow('the configuration has been locked');
});

test('it runs in UTC and says which DuckDB it is', async () => {
  expect(await rows("SELECT current_setting('TimeZone'), version()")).toEqual([['UTC', `v${engine.version}`]]);
  const other = await engine.connect();
  expect((await other.runAndReadAll("SELECT current_setting('TimeZone')")).getRows()).toEqual([['UTC']]);
  other.closeSync();
});

test('a file rewritten at the same size is read anew', async () => {
  const seen: unknown[] = [];
  for (let value = 1; value <= 20; value++) {
    await writeFile(join(root, 'in/again.csv'), `x\n${1000 + value}\n`);
    seen.push(...(await rows("FROM read_csv('@/in/again.csv')")).flat());
  }
  expect(seen).toEqual(Array.from({ length: 20 }, (_, index) => String(1001 + index)));
});

test('temporary tables end with their connection', async () => {
  const first = await engine.connect();
  await first.run('CREATE TEMP TABLE t AS SELECT 1');
  first.closeSync();
  await expect(rows('FROM t')).rejects.toThrow('Table with name t does not exist');
});

test('close interrupts the running query, waits for its caller, and refuses new ones', async () => {
  const own = await openEngine({ ...options, scratchDirectory: join(root, 'own') });
  const busy = await own.connect();
  const query = busy
    .run('SELECT sum(a.range * b.range) FROM range(1000000) a, range(1000000) b')
    .finally(() => busy.closeSync());
  const failure = expect(query).rejects.toThrow('INTERRUPT Error: Interrupted!');
  const closing = own.close();
  await failure;
  await closing;
  expect(own.openConnections).toBe(0);
  await expect(own.connect()).rejects.toThrow('The engine is closed: it was asked for a connection after close().');
});

test('spilled data goes to a folder below scratch that is gone afterwards', async () => {
  const scratch = join(root, 'spilling');
  const own = await openEngine({ ...options, memoryLimitBytes: 60_000_000, scratchDirectory: scratch });
  const busy = await own.connect();
  await busy.run('CREATE TEMP TABLE t AS SELECT range AS i, md5(range::VARCHAR) AS s FROM range(2000000)');
  expect((await readdir(scratch)).map((name) => name.replace(/-.*/, ''))).toEqual(['spill']);
  busy.closeSync();
  await own.close();
  await expect.poll(() => existsSync(scratch) && readdir(scratch)).toEqual([]);
});

test('a pool reuses an engine whose folders hold those that are asked for', async () => {
  const pool = new EnginePool();
  const databases = new Set<unknown>();
  const marks: unknown[] = [];
  const ask = async (change: Partial<EngineOptions>) => {
    const lent = await pool.connect({ ...options, ...change });
    await lent.run('CREATE TABLE IF NOT EXISTS mark AS SELECT random() AS id');
    const mark = (await lent.runAndReadAll('FROM mark')).getRows()[0]?.[0];
    databases.add(mark);
    marks.push(mark);
    lent.closeSync();
  };
  await ask({});
  await ask({ allowedDirectories: [join(root, 'in', 'deeper')], allowedPaths: [join(root, 'in/a.csv')] });
  await ask({ allowedDirectories: [join(root, 'scratch', 'task-1')], allowedPaths: [] });
  expect(databases.size).toBe(1);
  await ask({ allowedDirectories: [join(root, 'inn')] });
  await ask({ allowedPaths: [join(root, 'other.csv')] });
  await ask({ threads: 1 });
  expect(databases.size).toBe(4);
  await pool.close();
  await expect(pool.connect(options)).rejects.toThrow(
    'The engine pool is closed: it was asked for a connection after close().',
  );
});

test('a pool closes the engine that was idle longest when there are too many, and idle ones after a while', async () => {
  const pool = new EnginePool({ maxEngines: 1, idleMs: 20 });
  const first = await pool.connect({ ...options, threads: 1 });
  const second = await pool.connect({ ...options, threads: 2 });
  expect((await second.runAndReadAll('SELECT 2')).getRows()).toEqual([[2]]);
  second.closeSync();
  // The busy one stays, whatever the limit says.
  expect((await first.runAndReadAll('SELECT 1')).getRows()).toEqual([[1]]);
  first.closeSync();
  await expect.poll(() => pool.size).toBe(0);
  const again = await pool.connect({ ...options, threads: 1 });
  expect((await again.runAndReadAll('SELECT 3')).getRows()).toEqual([[3]]);
  again.closeSync();
  await pool.close();
});

test('an engine that fails to open is told and not kept', async () => {
  await writeFile(join(root, 'file'), '');
  const pool = new EnginePool();
  const broken = { ...options, scratchDirectory: join(root, 'file', 'scratch') };
  await expect(pool.connect(broken)).rejects.toThrow(/ENOTDIR/);
  expect(pool.size).toBe(0);
  await pool.close();
});

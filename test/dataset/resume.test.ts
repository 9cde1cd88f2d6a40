import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { entryOf } from '../../src/backends/local/child-entry.ts';
import { resolveConfig } from '../../src/dataset/config.ts';
import { type ConnectOptions, connect, count, sum } from '../../src/index.ts';
import { createStore } from '../../src/storage/create-store.ts';
import { toUri } from '../../src/storage/uri.ts';
import { openTestServer } from '../support/s3-target.ts';

const server = await openTestServer();
const folder = mkdtempSync(join(tmpdir(), 'shoal-resume-'));
const file = join(folder, 'numbers.csv');
const keys = 1_000;
const rows = 60_000;
const places = { files: () => `${toUri(mkdtempSync(join(folder, 'place-')))}/`, S3: () => server.newFolder() };
const store = createStore({ s3: server.options });

beforeAll(() => {
  writeFileSync(file, `key,n\n${Array.from({ length: rows }, (_, n) => `k${n % keys},${n}\n`).join('')}`);
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Ran {
  readonly end: number | NodeJS.Signals | null;
  readonly finished: readonly string[];
  readonly resumed: readonly string[];
  readonly output: string;
}

/** Runs the script to its end, or until so many tasks are done. It has eight. */
async function run(place: string, killAfter: number): Promise<Ran> {
  const { path, execArgv } = entryOf(join(import.meta.dirname, 'resume-script.ts'));
  const scratch = mkdtempSync(join(folder, 'scratch-'));
  const given = [file, `${place}out/`, `${place}workspace/`, scratch, JSON.stringify(server.options), `${killAfter}`];
  const child = spawn(process.execPath, [...execArgv, path, ...given], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  const end = await new Promise<number | NodeJS.Signals | null>((resolve) => {
    child.once('close', (code, killed) => resolve(code ?? killed));
  });
  if (end !== 'SIGKILL') expect(errors).toBe('');
  return { end, finished: tasks(output, 'task-finished'), resumed: tasks(output, 'task-resumed'), output };
}

const tasks = (output: string, kind: string) =>
  output.split('\n').flatMap((line) => (line.startsWith(kind) ? [line.slice(kind.length + 1)] : []));

async function names(place: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { uri } of store.list(place)) found.push(uri.slice(place.length));
  return found;
}

async function checkAnswer(place: string): Promise<void> {
  const session = await connect({ threads: 1, s3: server.options });
  const out = await session.read.parquet(`${place}out/`).sort('key').toArray();
  await session.close();
  expect(out).toHaveLength(keys);
  for (const { key, rows: of, total } of out) {
    const first = Number(String(key).slice(1));
    expect([key, of, total]).toEqual([
      key,
      rows / keys,
      (rows / keys) * first + keys * (((rows / keys) * (rows / keys - 1)) / 2),
    ]);
  }
}

describe.each([
  { kind: 'files', moments: [1, 7, 8] },
  { kind: 'S3', moments: [3, 6] },
] as const)('$kind', ({ kind, moments }) => {
  test.each(moments)(
    'killed after %i tasks and run again, only those that were not done are done',
    async (killAfter) => {
      const place = places[kind]();
      const first = await run(place, killAfter);
      expect(first.end).toBe('SIGKILL');
      const second = await run(place, Number.POSITIVE_INFINITY);
      expect([second.end, second.output.trim().split('\n').at(-1)]).toEqual([0, `wrote ${keys} rows`]);
      expect(first.finished.filter((task) => second.finished.includes(task))).toEqual([]);
      expect(first.finished.filter((task) => !second.resumed.includes(task))).toEqual([]);
      // Their records may have been written, but no word of it heard.
      expect(second.resumed.length - first.finished.length).toBeLessThanOrEqual(2);
      await checkAnswer(place);
      // A worker that was ended with its driver may leave the beginning of a file.
      const session = await connect({ s3: server.options });
      await session.gc({ workspace: `${place}workspace/`, sinks: [`${place}out/`], olderThanMs: 0 });
      await session.close();
      const left = await names(place);
      expect(left.filter((name) => name.startsWith('workspace/'))).toEqual([]);
      expect(
        left.filter((name) => !/^out\/(part-[0-9a-f]{12}-\d+(-\d+|_\d+)?\.parquet|_manifest\.json)$/.test(name)),
      ).toEqual([]);
    },
    120_000,
  );
});

test.each(['files', 'S3'] as const)(
  '%s: gc removes all that a killed script left, staged files too, and nothing before it may',
  async (kind) => {
    const place = places[kind]();
    expect((await run(place, 8)).end).toBe('SIGKILL');
    const session = await connect({ threads: 1, workspace: `${place}workspace/`, s3: server.options });
    // A journal waits for its script.
    expect(await session.gc()).toMatchObject({ folders: [], objects: 0, staged: [] });
    const wouldBe = await session.gc({ olderThanMs: 0, dryRun: true });
    expect(wouldBe.folders).toEqual([expect.stringContaining(`${place}workspace/journal/`)]);
    expect(wouldBe.objects).toBeGreaterThan(8);
    expect(wouldBe.staged.length).toBeGreaterThan(0);
    expect(await session.gc({ olderThanMs: 0 })).toEqual(wouldBe);
    expect(await session.gc({ olderThanMs: 0 })).toMatchObject({ folders: [], objects: 0, staged: [] });
    expect(await names(place)).toEqual([]);
    await session.close();
  },
  60_000,
);

test('gc and lifecycle rules need a workspace', async () => {
  const session = await connect({ threads: 1 });
  const message =
    'gc looks through a workspace, and the session has none that outlives it. Give gc({ workspace }), connect({ workspace }) or SHOAL_WORKSPACE.';
  await expect(session.gc()).rejects.toMatchObject({ name: 'PlanError', code: 'INVALID_ARGUMENT', message });
  await expect(session.gc({ workspace: folder, olderThanMs: -1 })).rejects.toThrow(
    'olderThanMs is a number of milliseconds, 0 or more; it was given -1.',
  );
  expect(() => session.lifecycleRule()).toThrow(message);
  const prefixes = session
    .lifecycleRule({ workspace: 's3://lake/w', sinks: ['s3://lake/out'], days: 2 })
    .Rules.map(({ Filter }) => Filter.Prefix);
  expect(prefixes).toEqual(['w/jobs/', 'w/journal/', 'out/']);
  await session.close();
});

/** A session with a journal, and a count of the tasks that are done and found done. */
async function resuming(place: string, options: ConnectOptions = {}) {
  const session = await connect({
    threads: 1,
    resume: true,
    workspace: `${place}workspace/`,
    s3: server.options,
    planner: { forceExchange: true, tasks: 3, partitions: 2 },
    ...options,
  });
  const seen = { finished: 0, resumed: 0 };
  session.on('progress', (event) => {
    if (event.kind === 'task-finished') seen.finished++;
    if (event.kind === 'task-resumed') seen.resumed++;
  });
  const query = (over = file) =>
    session.read
      .csv(over)
      .groupBy('key')
      .agg({ rows: count(), total: sum('n') });
  return { session, seen, query };
}

/** Ends a query in its middle by aborting it when so many tasks are done. */
async function interrupted(place: string, over = file): Promise<void> {
  const { session, query, seen } = await resuming(place);
  const stop = new AbortController();
  session.on('progress', () => seen.finished >= 2 && stop.abort());
  await expect(query(over).collect({ signal: stop.signal })).rejects.toMatchObject({ code: 'ABORTED' });
  await session.close();
}

describe('the journal of a query', () => {
  test('is used by the next run, and removed when that has succeeded', async () => {
    const place = places.files();
    await interrupted(place);
    expect((await names(place)).filter((name) => name.includes('/done/')).length).toBeGreaterThanOrEqual(2);
    const { session, query, seen } = await resuming(place);
    expect((await query().collect()).numRows).toBe(keys);
    expect(seen.resumed).toBeGreaterThanOrEqual(2);
    expect(await names(place)).toEqual([]);
    await query().collect();
    expect(await names(place)).toEqual([]);
    await session.close();
  });

  test('is of no use when an input is another one', async () => {
    const place = places.files();
    const other = join(folder, 'other.csv');
    writeFileSync(other, 'key,n\na,1\nb,2\nc,3\nd,4\ne,5\nf,6\n');
    await interrupted(place, other);
    writeFileSync(other, 'key,n\na,1\nb,2\nc,3\nd,4\ne,5\nf,7\n');
    const changed = await resuming(place);
    const answer = (await changed.query(other).sort('key').toArray()).at(-1);
    expect(answer).toMatchObject({ key: 'f', total: 7 });
    expect(changed.seen.resumed).toBe(0);
    await changed.session.close();
  });

  test('whose objects are gone is not used where they are missing', async () => {
    const place = places.files();
    await interrupted(place);
    for (const name of await names(place)) if (name.includes('/run-')) await store.delete(`${place}${name}`);
    const { session, query } = await resuming(place);
    expect((await query().collect()).numRows).toBe(keys);
    await session.close();
  });

  test('serves one of two equal queries that run at once; the other does without', async () => {
    const place = places.files();
    const { session, query } = await resuming(place);
    const both = await Promise.all([query().collect(), query().collect()]);
    expect(both.map((result) => result.numRows)).toEqual([keys, keys]);
    expect(await names(place)).toEqual([]);
    await session.close();
  });

  test('that another run took over ends the first, which leaves the other’s files alone', async () => {
    const place = places.files();
    const [first, second] = [await resuming(place), await resuming(place)];
    let start = () => {};
    const started = new Promise<void>((resolve) => {
      start = resolve;
    });
    const slow = (async () => {
      for await (const _ of first.query().batches({ batchRows: 2048 })) {
        start();
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    })();
    await started;
    expect((await second.query().collect()).numRows).toBe(keys);
    await slow.catch(() => {});
    expect((await first.query().collect()).numRows).toBe(keys);
    await Promise.all([first.session.close(), second.session.close()]);
    expect(await names(place)).toEqual([]);
  });
});

test('an append that is resumed is done once; the same script run again appends again', async () => {
  const place = places.S3();
  const out = `${place}out/`;
  for (const times of [1, 2]) {
    const { session, query } = await resuming(place);
    await query().write.parquet(out, { mode: 'append' });
    expect(await session.read.parquet(out).count()).toBe(times * keys);
    await session.close();
  }
});

test('rows of JavaScript that do not fit into the plan lie in the session: such a query has no journal', async () => {
  const place = places.files();
  const { session, seen } = await resuming(place);
  const large = session.from(Array.from({ length: 3_000 }, (_, n) => ({ key: `k${n % 7}`, n })));
  const listings: Promise<string[]>[] = [];
  session.on('progress', () => void listings.push(names(place)));
  const query = session.read.csv<{ key: string; n: number }>(file).union(large).groupBy('key').agg({ rows: count() });
  expect((await query.collect()).numRows).toBe(keys);
  expect(seen.finished).toBeGreaterThan(1);
  const seenNames = (await Promise.all(listings)).flat();
  expect(seenNames.filter((name) => name.startsWith('workspace/jobs/'))).not.toEqual([]);
  expect(seenNames.filter((name) => name.includes('journal/'))).toEqual([]);
  await session.close();
});

test.each([
  [
    { resume: true },
    'connect({ resume }) asks to resume queries, and there is no workspace that outlives the script, where finished tasks could be kept. Give connect({ workspace }) or SHOAL_WORKSPACE: a folder, or s3://bucket/prefix.',
  ],
  [{ resume: 'yes' as unknown as boolean }, 'connect({ resume }) is "yes"; resume is true or false.'],
])('%o is an error', async (options, message) => {
  await expect(connect(options)).rejects.toMatchObject({ name: 'PlanError', code: 'INVALID_ARGUMENT', message });
});

test('the environment may say it', async () => {
  const env = (resume: string) => resolveConfig({}, { SHOAL_RESUME: resume, SHOAL_WORKSPACE: 's3://b/w' }, folder);
  expect([(await env('1')).resume, (await env('true')).resume, (await env('0')).resume]).toEqual([true, true, false]);
  await expect(env('on')).rejects.toThrow('SHOAL_RESUME is "on"; resume is true or false.');
});

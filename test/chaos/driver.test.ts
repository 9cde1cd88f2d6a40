import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect, type Session } from '../../src/index.ts';
import { createStore } from '../../src/storage/create-store.ts';
import { toUri } from '../../src/storage/uri.ts';
import { untilGone } from '../backends/local/processes.ts';
import { namesBelow, stagedBelow } from '../scheduler/store-targets.ts';
import { openTestServer } from '../support/s3-target.ts';
import { caseOf, type DriverEnd, runDriver, strikeOf, writeNumbers } from './driver-case.ts';
import { type DriverRun, driverQuery } from './driver-query.ts';
import { tellFigures } from './figures.ts';
import { firstSeed, randomOf, runs } from './random.ts';

const server = await openTestServer();
const store = createStore({ s3: server.options });
const folder = mkdtempSync(join(tmpdir(), 'shoal-driver-'));
const file = writeNumbers(folder, 'k', 50, 3_000);
const oldFile = writeNumbers(folder, 'old', 3, 9);
/** Workers of the script, and places in this process for the last stage. */
const slots = 4;
/** What ids of tasks of the last stage begin with, where the query collects. */
const lastStage = '5-';
/** In `npm test` each kind of end once, in `npm run test:chaos` so often as is said. */
const ends = process.env.SHOAL_RUNS === undefined ? 1 : runs;
const seeds = Array.from({ length: ends }, (_, n) => firstSeed + n);

let session: Session;
let rows: readonly unknown[];
let oldRows: readonly unknown[];

beforeAll(async () => {
  session = await connect({ threads: 1, s3: server.options });
  rows = await driverQuery(session, file).sort('key').toArray();
  oldRows = await driverQuery(session, oldFile).sort('key').toArray();
}, 60_000);

afterAll(async () => {
  await session.close();
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

/** What a script is told, and how a failure names it. */
type Run = DriverRun & { readonly note: string };

/** A place for the seed's case; for `append` and `overwrite` something is in the sink. */
async function newRun(seed: number, resume: boolean): Promise<Run> {
  const { action, place } = caseOf(seed);
  const root = place === 'S3' ? server.newFolder() : `${toUri(mkdtempSync(join(folder, 'place-')))}/`;
  const out = `${root}out/`;
  if (action === 'append' || action === 'overwrite') await driverQuery(session, oldFile).write.parquet(out);
  return {
    action,
    file,
    out,
    workspace: `${root}workspace/`,
    scratchDirectory: mkdtempSync(join(folder, 'scratch-')),
    resume,
    endpoint: server.options.endpoint,
    note: `SHOAL_SEED=${seed}: ${action}, ${place}`,
  };
}

type SinkState = 'before' | 'complete' | 'between';

/** Whether who lists the sink finds what was there before the script, or what is to be there; anything else is in between. */
async function lookAt({ action, out }: Run): Promise<SinkState> {
  const files = (await namesBelow(out, store)).filter((name) => name.endsWith('.parquet'));
  const found = files.length === 0 ? [] : await session.read.parquet(out).sort('key').toArray();
  const before = action === 'append' || action === 'overwrite' ? oldRows : [];
  const after = action === 'append' ? [...rows, ...oldRows] : rows;
  if (isDeepStrictEqual(found, before)) return 'before';
  return isDeepStrictEqual(found, after) ? 'complete' : 'between';
}

function checkAnswer({ action, note }: Run, { answer }: DriverEnd): void {
  expect(answer, note).toBe(action === 'collect' ? `answer ${JSON.stringify(rows)}` : `wrote ${rows.length}`);
}

/** A script that is over has written all, or nothing; all, if it said so. */
async function checkSink(run: Run, { answer }: DriverEnd): Promise<void> {
  if (run.action === 'collect') return;
  expect(answer === null ? ['before', 'complete'] : ['complete'], run.note).toContain(await lookAt(run));
}

/** What `gc` must leave: nothing in the workspace, nothing staged, no file that the manifest does not name. */
async function checkClean(run: Run): Promise<void> {
  expect(await namesBelow(run.workspace, store), run.note).toEqual([]);
  expect(await stagedBelow(run.out, store), run.note).toEqual([]);
  const others = (await namesBelow(run.out, store)).filter(
    (name) => !/^(part-.*\.parquet|_manifest\.json)$/.test(name),
  );
  expect(others, run.note).toEqual([]);
}

const gc = (run: Run) => session.gc({ workspace: run.workspace, olderThanMs: 0 });

test('a script that is killed at any moment and run again gives the exact answer, and repeats only what was in flight', async () => {
  let [kills, resumed] = [0, 0];
  for (const seed of seeds) {
    const random = randomOf(seed + 3_000);
    const run = await newRun(seed, true);
    const strikes = Array.from({ length: random() < 0.3 ? 2 : 1 }, () => strikeOf('SIGKILL', random));
    const workers: number[] = [];
    // Null when a run was killed while it removed its records.
    let done: readonly string[] | null = [];
    for (let times = 0; ; times++) {
      const ran = await runDriver(run, strikes[times] ?? null);
      workers.push(...ran.workers);
      if (done) checkRepeated(run, ran, done);
      resumed += ran.resumed.length;
      if (ran.end === 0) {
        checkAnswer(run, ran);
        break;
      }
      expect([ran.end, ran.stderr], run.note).toEqual(['SIGKILL', '']);
      kills++;
      if (await isOver(run)) break;
      done = done && !(await isEnding(run, ran)) ? [...done, ...ran.finished] : null;
    }
    if (run.action !== 'collect') expect(await lookAt(run), run.note).toBe('complete');
    await untilGone(workers);
    await gc(run);
    await checkClean(run);
    if (run.action !== 'collect') expect(await lookAt(run), run.note).toBe('complete');
  }
  tellFigures({ scripts: ends, kills, resumed });
  expect(kills).toBeGreaterThan(ends / 2);
  expect(resumed).toBeGreaterThan(ends);
}, 3_600_000);

/** Whether all was done but the script's last words. It would be another write, or another query, if it were run again. */
async function isOver(run: Run): Promise<boolean> {
  return (await namesBelow(run.workspace, store)).length === 0;
}

/** Whether its work was done when it was killed. Rows of a query that collects go to the script, and die with it. */
async function isEnding(run: Run, { finished }: DriverEnd): Promise<boolean> {
  if (run.action === 'collect') return finished.some((task) => task.startsWith(lastStage));
  return (await lookAt(run)) === 'complete';
}

/** What runs before have done and told is not done again; of what they had not told, no more than could be under way. */
function checkRepeated({ note }: Run, { finished, resumed }: DriverEnd, done: readonly string[]): void {
  expect(
    finished.filter((task) => done.includes(task)),
    note,
  ).toEqual([]);
  expect(resumed.filter((task) => !done.includes(task)).length, note).toBeLessThanOrEqual(slots);
}

test('what a killed script left is removed by gc, and its sink is as before or complete', async () => {
  let kills = 0;
  for (const seed of seeds) {
    // Other cases and moments than above.
    const random = randomOf(seed + 1_000);
    const run = await newRun(seed + 2, false);
    const ran = await runDriver(run, strikeOf('SIGKILL', random));
    if (ran.end === 'SIGKILL') kills++;
    // Their parent is gone, and so they end.
    await untilGone(ran.workers);
    await gc(run);
    await checkClean(run);
    await checkSink(run, ran);
  }
  tellFigures({ scripts: ends, kills });
  expect(kills).toBeGreaterThan(ends / 2);
}, 3_600_000);

test('Ctrl-C at any moment ends the script in order: no worker, nothing in the workspace, a sink as before or complete', async () => {
  let interrupted = 0;
  for (const seed of seeds) {
    const random = randomOf(seed + 2_000);
    const run = await newRun(seed + 1, false);
    const ran = await runDriver(run, strikeOf('SIGINT', random));
    if (ran.answer === null) {
      interrupted++;
      expect([ran.end, ran.stderr], run.note).toEqual([
        130,
        'shoal: ended by SIGINT; running queries were stopped and their temporary data removed.\n',
      ]);
    } else {
      // After its query the script is a program like any other.
      expect([0, 130, 'SIGINT'], run.note).toContain(ran.end);
      checkAnswer(run, ran);
    }
    await untilGone(ran.workers);
    await checkClean(run);
    await checkSink(run, ran);
  }
  tellFigures({ scripts: ends, interrupted });
  expect(interrupted).toBeGreaterThan(ends / 2);
}, 3_600_000);

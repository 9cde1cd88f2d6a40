import { expect, test } from 'vitest';
import { SourceError } from '../../src/errors.ts';
import type { PartSpan } from '../../src/plan/part-span.ts';
import type { ScanRel } from '../../src/plan/relation.ts';
import { type Task, type TaskResult, taskVersion } from '../../src/plan/task.ts';
import { correctGuesses, isGuessed, type Outcome } from '../../src/scheduler/part-guesses.ts';
import { Prefix } from '../../src/scheduler/prefix.ts';
import { Slots } from '../../src/scheduler/slots.ts';
import { nothing } from '../../src/scheduler/stage-result.ts';

test('no more tasks run at once than there are slots, and all of them run', async () => {
  const slots = new Slots(3);
  let [running, most] = [0, 0];
  const work = async (value: number) => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setImmediate(resolve));
    running--;
    if (value === 3) throw new Error('third');
    return value;
  };
  const settled = await Promise.allSettled(
    Array.from({ length: 10 }, (_, value) => slots.acquire().then((release) => work(value).finally(release))),
  );
  expect(most).toBe(3);
  expect(settled.map((result) => result.status === 'fulfilled')).toEqual([
    true,
    true,
    true,
    false,
    true,
    true,
    true,
    true,
    true,
    true,
  ]);
});

test('a prefix is enough only without a gap before it', () => {
  const prefix = new Prefix(10);
  prefix.add(1, 50);
  expect(prefix.isEnough).toBe(false);
  prefix.add(0, 4);
  expect(prefix.isEnough).toBe(true);
  expect(new Prefix(null).isEnough).toBe(false);
  expect(new Prefix(0).isEnough).toBe(true);
});

const file = { uri: 'file:///a.csv', sizeBytes: 30, version: 'v', partition: {} };

function task(startByte: number, endByte: number): Task {
  const format = { kind: 'ndjson', columns: [], onBadRow: 'error' } as const;
  const files = [{ ...file, part: { kind: 'bytes', startByte, endByte } as const }];
  const plan: ScanRel = {
    kind: 'scan',
    source: { format, files, filesBeforePruning: 1, schema: [], partitionColumns: [], unionByName: false },
    columns: [],
    rowIdentity: null,
    prune: [],
  };
  return {
    version: taskVersion,
    id: `0-${startByte}`,
    stage: 0,
    attempt: 1,
    cancelMarker: null,
    engineVersion: '',
    plan,
    schema: [],
    output: { kind: 'result' },
  };
}

const span = (startByte: number, firstRecordByte: number, recordsEndByte: number): PartSpan => ({
  scan: 0,
  uri: file.uri,
  startByte,
  endByte: startByte + 10,
  firstRecordByte,
  recordsEndByte,
  endState: 'record',
  newline: '\n',
  guessed: true,
});

const done = (...spans: PartSpan[]): Outcome => ({ kind: 'done', results: [{ ...nothing('0'), spans } as TaskResult] });

const tasks = [task(0, 10), task(10, 20), task(20, 30)];

test('a part whose first record is not where the one before it ended runs again from there', () => {
  const outcomes = [done(span(0, 0, 12)), done(span(10, 14, 21)), done(span(20, 21, 30))];
  const corrected = correctGuesses(tasks, outcomes);
  expect([...corrected.keys()]).toEqual([1]);
  const scan = corrected.get(1)?.plan as ScanRel;
  expect(scan.source.files[0]?.part).toEqual({
    kind: 'bytes',
    startByte: 10,
    endByte: 20,
    exactStart: 12,
    newline: '\n',
  });
});

test('parts that fit are left alone; so are those behind one that is not known', () => {
  expect(correctGuesses(tasks, [done(span(0, 0, 12)), done(span(10, 12, 21)), done(span(20, 21, 30))]).size).toBe(0);
  expect(correctGuesses(tasks, [done(span(0, 0, 12)), { kind: 'skipped' }, done(span(20, 25, 30))]).size).toBe(0);
});

test('an error of a part that was guessed wrong is no error', () => {
  const spans = [span(10, 14, 21)];
  const error = new SourceError('BAD_RECORD', 'Bad.', { details: { spans: JSON.parse(JSON.stringify(spans)) } });
  expect([isGuessed(error), isGuessed(new Error('other'))]).toEqual([true, false]);
  const outcomes: Outcome[] = [done(span(0, 0, 12)), { kind: 'failed', error }, done(span(20, 21, 30))];
  expect([...correctGuesses(tasks, outcomes).keys()]).toEqual([1]);
});

test('parts behind the first error are not run again', () => {
  const failed = (part: PartSpan): Outcome => {
    const spans = JSON.parse(JSON.stringify([part]));
    return { kind: 'failed', error: new SourceError('BAD_RECORD', 'Bad.', { details: { spans } }) };
  };
  const other = { ...span(20, 21, 30), newline: '\r\n' } as const;
  expect(correctGuesses(tasks, [done(span(0, 0, 12)), failed(span(10, 12, 21)), done(other)]).size).toBe(0);
  const corrected = correctGuesses(tasks, [done(span(0, 0, 12)), done(span(10, 12, 21)), failed(other)]);
  const scan = corrected.get(2)?.plan as ScanRel;
  expect(scan.source.files[0]?.part).toMatchObject({ exactStart: 21, newline: '\n' });
});

test('a file that a union reads twice is two chains', () => {
  const twice = [...tasks, ...tasks];
  const right = [done(span(0, 0, 12)), done(span(10, 12, 21)), done(span(20, 21, 30))];
  expect(correctGuesses(twice, [...right, ...right]).size).toBe(0);
});

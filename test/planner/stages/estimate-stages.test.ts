import { expect, test } from 'vitest';
import type { RelNode, ScanRel } from '../../../src/plan/relation.ts';
import type { FileRead } from '../../../src/plan/run-report.ts';
import type { PhysicalPlan, SplitScan } from '../../../src/plan/stage.ts';
import { noTransfer } from '../../../src/plan/transfer.ts';
import { estimateStages } from '../../../src/planner/stages/estimate-stages.ts';
import { aggregate, column, named, scan, splitsOf, stagesOf } from './stage-plans.ts';

const mebibyte = 1 << 20;
const big = scan('big', ['a', 'b']);
const other = scan('other', ['c', 'd']);

/** What the stages of a plan over 3 partitions are estimated to do, on 2 slots; every split takes `read`. */
function estimates(
  rel: RelNode,
  splits: ReadonlyMap<ScanRel, SplitScan>,
  read: FileRead = remote(1_000, 2 * mebibyte),
) {
  const plan: PhysicalPlan = {
    schema: [],
    engineVersion: '',
    stages: stagesOf(rel, splits).stages,
    splits,
    slots: 2,
    broadcastBytes: 100,
    exchange: null,
    cost: null,
    sink: null,
    warnings: [],
  };
  const files = [...splits.values()].flatMap((each) => each.splits).flatMap((split) => split.files);
  return [...estimateStages(plan, { splits, reads: new Map(files.map((file) => [file, read])) }).values()];
}

/** A part of a file elsewhere: one request for its bytes, one for the footer. */
function remote(rows: number | null, bytes: number): FileRead {
  return {
    rows,
    bytes,
    inPlace: false,
    ranges: 1,
    fetched: { requests: 1, bytes },
    footer: { requests: 1, bytes: 100 },
    compressed: false,
  };
}

test('a stage over splits fetches each, and a footer for each worker', () => {
  const splits = new Map([splitsOf(big, 4, 8 * mebibyte)]);
  expect(estimates({ kind: 'filter', input: big, predicate: column('a') }, splits)[0]).toEqual({
    tasks: 4,
    rows: 2_000,
    bytes: 4 * mebibyte,
    inPlaceBytes: 0,
    fetched: { requests: 6, bytes: 8 * mebibyte + 200 },
    written: { requests: 4, bytes: 4 * mebibyte },
  });
});

test('readers take a slice of every producer, unless rows are few and ride along', () => {
  const splits = new Map([splitsOf(big, 4, 80 * mebibyte)]);
  const rel: RelNode = {
    kind: 'aggregate',
    input: big,
    keys: named('a'),
    aggregates: [{ name: 'm', expr: aggregate('median', 'b') }],
  };
  const [, many] = estimates(rel, splits, remote(1_000, 20 * mebibyte));
  expect(many).toMatchObject({ tasks: 2, rows: 400, fetched: { requests: 8, bytes: 80 * mebibyte } });
  const [few, readers] = estimates(rel, splits, remote(10, 1_000));
  expect([few?.written, readers?.fetched]).toEqual([noTransfer, noTransfer]);
});

test('every task reads all of a broadcast side', () => {
  const splits = new Map([splitsOf(big, 4, 8 * mebibyte), splitsOf(other, 1, 50)]);
  const rel: RelNode = {
    kind: 'join',
    left: big,
    right: other,
    how: 'inner',
    on: [{ left: column('a'), right: column('c') }],
    where: null,
    scope: [],
    columns: ['a', 'b', 'd'],
  };
  const [side, probe] = estimates(rel, splits);
  expect(side?.written).toEqual({ requests: 1, bytes: 2 * mebibyte });
  expect(probe).toMatchObject({ tasks: 4, fetched: { requests: 6 + 4, bytes: 16 * mebibyte + 200 } });
});

test('nothing is said of rows that no format tells, but of totals there is one a task', () => {
  const splits = new Map([splitsOf(big, 3, 300)]);
  const read = remote(null, 100);
  expect(estimates(big, splits, read).map((stage) => stage.rows)).toEqual([null, null]);
  const totals: RelNode = {
    kind: 'aggregate',
    input: big,
    keys: [],
    aggregates: [{ name: 's', expr: aggregate('sum', 'b') }],
  };
  expect(estimates(totals, splits, read).map((stage) => stage.rows)).toEqual([3, 1]);
});

test('sides of a union run in tasks of their own', () => {
  const splits = new Map([splitsOf(big, 3, 300), splitsOf(other, 2, 300)]);
  expect(estimates({ kind: 'union', inputs: [big, other] }, splits)[0]?.tasks).toBe(5);
});

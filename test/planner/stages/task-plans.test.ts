import { expect, test } from 'vitest';
import { outputFiles } from '../../../src/plan/producer-output.ts';
import type { ReadRel, RelNode, ScanRel } from '../../../src/plan/relation.ts';
import { relInputs } from '../../../src/plan/relation.ts';
import type { StageResult } from '../../../src/plan/stage.ts';
import { adapt, waitsFor } from '../../../src/planner/stages/adapt.ts';
import { taskPlans } from '../../../src/planner/stages/task-plans.ts';
import { aggregate, column, named, planOf, resultOf, scan, splitsOf, stagesOf } from './stage-plans.ts';

const big = scan('big', ['a', 'b']);
const other = scan('other', ['c', 'd']);
const splits = new Map([splitsOf(big, 4, 4000), splitsOf(other, 2, 2000)]);
const grouped: RelNode = {
  kind: 'aggregate',
  input: big,
  keys: named('a'),
  aggregates: [{ name: 's', expr: aggregate('sum', 'b') }],
};
const joined: RelNode = {
  kind: 'join',
  left: big,
  right: other,
  how: 'inner',
  on: [{ left: column('a'), right: column('c') }],
  where: null,
  scope: [
    { name: 'b', left: 'b', right: null },
    { name: 'd', left: null, right: 'd' },
  ],
  columns: ['b', 'd'],
};

const leaves = (plan: RelNode): readonly RelNode[] =>
  relInputs(plan).length === 0 ? [plan] : relInputs(plan).flatMap(leaves);
const read = (plan: RelNode, index = 0) => leaves(plan)[index] as ReadRel;
/** What a read gets of each object: `<object>@<first byte>`. */
const uris = (plan: RelNode, index = 0) => {
  const { fromPartition, toPartition, outputs } = read(plan, index).parts;
  return outputs.flatMap((output) => {
    const [first] = outputFiles(output, fromPartition, toPartition);
    return first && output.place.kind === 'object' ? [`${output.place.uri.slice(8)}@${first.startByte}`] : [];
  });
};

test('a scan has one task for each split, in source order', () => {
  const [stage] = stagesOf(grouped, splits).stages;
  const plans = stage ? taskPlans(stage, { splits, results: new Map(), partitionBytes: 1000 }) : [];
  expect(plans.map((plan) => (leaves(plan)[0] as ScanRel).source.files[0]?.version)).toEqual([
    'split 0',
    'split 1',
    'split 2',
    'split 3',
  ]);
});

test('small neighbouring partitions are one task, which reads its slice of every object', () => {
  const stage = stagesOf(grouped, splits).stages[1];
  const results = new Map([
    [
      0,
      resultOf(0, [
        [10, 10, 500],
        [10, 10, 500],
      ]),
    ],
  ]);
  const plans = stage ? taskPlans(stage, { splits, results, partitionBytes: 600 }) : [];
  expect(plans.map((plan) => uris(plan))).toEqual([
    ['0-0@0', '0-1@0'],
    ['0-0@20', '0-1@20'],
  ]);
});

test('empty partitions have no tasks of their own, wherever they stand', () => {
  const stage = stagesOf(grouped, splits).stages[1];
  const rangesOf = (bytes: readonly number[]) => {
    const results = new Map([[0, resultOf(0, [bytes])]]);
    const plans = stage ? taskPlans(stage, { splits, results, partitionBytes: 600 }) : [];
    return plans.map((plan) => [read(plan).parts.fromPartition, read(plan).parts.toPartition]);
  };
  expect(rangesOf([0, 500, 0, 100, 0])).toEqual([[1, 4]]);
  expect(rangesOf([600, 0, 600, 0, 0])).toEqual([
    [0, 1],
    [2, 3],
  ]);
});

test('an exchange without a row still has a task that reads nothing', () => {
  const stage = stagesOf(grouped, splits).stages[1];
  const plans = stage
    ? taskPlans(stage, { splits, results: new Map([[0, resultOf(0, [])]]), partitionBytes: 600 })
    : [];
  expect(plans.map((plan) => uris(plan))).toEqual([[]]);
});

test('a skewed partition of the probed side is cut between its writers, each against the whole built side', () => {
  const { stages } = stagesOf(joined, splits);
  const stage = stages.find((candidate) => candidate.inputs.size === 2);
  const huge = 20 << 20;
  const probe = resultOf(0, [
    [10, huge, 10],
    [10, huge, 10],
    [10, huge, 10],
  ]);
  const results = new Map([
    [0, probe],
    [1, resultOf(1, [[5, 5, 5]])],
  ]);
  const plans = stage ? taskPlans(stage, { splits, results, partitionBytes: 10 << 20 }) : [];
  expect(plans.map((plan) => [uris(plan, 0).length, uris(plan, 1)])).toEqual([
    [3, ['1-0@0']],
    [1, ['1-0@5']],
    [1, ['1-0@5']],
    [1, ['1-0@5']],
    [3, ['1-0@10']],
  ]);
});

test('where all partitions are large, none of them is skewed', () => {
  const { stages } = stagesOf(joined, splits);
  const stage = stages.find((candidate) => candidate.inputs.size === 2);
  const large = 60 << 20;
  const results = new Map([
    [0, resultOf(0, [[large, large, large]])],
    [1, resultOf(1, [[5, 5, 5]])],
  ]);
  const plans = stage ? taskPlans(stage, { splits, results, partitionBytes: 10 << 20 }) : [];
  expect(plans.map((plan) => uris(plan, 1))).toEqual([['1-0@0'], ['1-0@5'], ['1-0@10']]);
});

test('the probed side waits for the built one, and is joined in place when that turned out small', () => {
  const { stages } = stagesOf(joined, splits);
  const order = stages.map((stage) => [stage.id, waitsFor(stage, stages)]);
  expect(order).toEqual([
    [0, [1]],
    [1, []],
    [2, [0, 1]],
    [3, [2]],
  ]);
  const results = new Map<number, StageResult>([[1, resultOf(1, [[20, 20, 20]])]]);
  const adapted = adapt(stages, { results, started: new Set([1]), plan: planOf(stages) });
  expect(adapted.map((stage) => [stage.id, [...stage.inputs].map(([id, { kind }]) => `${id} ${kind}`)])).toEqual([
    [1, []],
    [2, ['1 broadcast']],
    [3, ['2 single']],
  ]);
  const stage = adapted[1];
  expect(stage ? taskPlans(stage, { splits, results, partitionBytes: 100 }).length : 0).toBe(4);
});

test('nothing changes while the built side is large', () => {
  const { stages } = stagesOf(joined, splits);
  const results = new Map<number, StageResult>([[1, resultOf(1, [[200, 200, 200]])]]);
  expect(adapt(stages, { results, started: new Set([1]), plan: planOf(stages) })).toBe(stages);
});

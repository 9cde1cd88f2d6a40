import fc from 'fast-check';
import { expect, test } from 'vitest';
import { noOutput, outputBytes } from '../../../src/plan/producer-output.ts';
import type { ReadRel, RelNode } from '../../../src/plan/relation.ts';
import type { StageResult } from '../../../src/plan/stage.ts';
import { adapt, waitsFor } from '../../../src/planner/stages/adapt.ts';
import {
  maxDirectReads,
  readsWith,
  relayGroups,
  tasksFor,
  topologyFor,
  topologyOf,
} from '../../../src/planner/stages/exchange-topology.ts';
import { relayPlans } from '../../../src/planner/stages/relay-plans.ts';
import { taskPlans } from '../../../src/planner/stages/task-plans.ts';
import { aggregate, column, named, planOf, resultOf, scan, splitsOf, stagesOf } from './stage-plans.ts';

test('up to 32 K reads are made directly', () => {
  expect(topologyFor(32, 1_024)).toBe('direct');
  expect(topologyFor(33, 1_024)).toBe('two-level');
  expect(maxDirectReads).toBe(32 * 1_024);
});

test('every slot of a few has a reader; of very many no more than there is work for', () => {
  const mebibyte = 1 << 20;
  expect([tasksFor(0, 4), tasksFor(10, 16), tasksFor(1_000 * mebibyte, 4)]).toEqual([4, 16, 16]);
  expect([tasksFor(0, 3_000), tasksFor(44 * mebibyte, 3_000), tasksFor(400 * mebibyte, 3_000)]).toEqual([16, 16, 100]);
  // 12,000 MiB are 188 partitions of 64: one round of all slots, each worth its while.
  expect(tasksFor(12_000 * mebibyte, 1_000)).toBe(1_000);
});

test('a result is judged by the reads that it would take, unless another way is asked for', () => {
  const result = resultOf(0, [
    [10, 0],
    [0, 10],
  ]);
  expect([null, 'direct', 'two-level'].map((wanted) => topologyOf(result, wanted as null, 4))).toEqual([
    'direct',
    'direct',
    'two-level',
  ]);
  expect(topologyOf({ ...result, tasks: [noOutput], bytes: 0 }, 'two-level', 4)).toBe('direct');
  const row = Array.from({ length: 512 }, () => 1 << 20);
  const wide = resultOf(
    0,
    Array.from({ length: 65 }, () => row),
  );
  expect(topologyOf(wide, null, 512)).toBe('two-level');
  expect(topologyOf(wide, 'direct', 512)).toBe('direct');
  // Partitions that are small are merged.
  const small = resultOf(
    0,
    Array.from({ length: 65 }, () => row.map(() => 1)),
  );
  expect(topologyOf(small, null, 512)).toBe('direct');
  const inline = wide.tasks.map((output) => ({
    ...output,
    place: { kind: 'inline', bytes: new Uint8Array() } as const,
  }));
  expect(topologyOf({ ...wide, tasks: inline }, null, 512)).toBe('direct');
});

const mib = 1 << 20;

test.each([
  // A thousand by a thousand on a thousand slots: a sixteenth of the million reads.
  [{ producers: 1_000, partitions: 1_000, bytes: 0, slots: 1_000 }, [28, 36], 64_000],
  [{ producers: 1_000, partitions: 1_000, bytes: 0, slots: 100 }, [10, 10], 20_000],
  // More producers than partitions: more groups of them.
  [{ producers: 4_000, partitions: 250, bytes: 0, slots: 1_000 }, [125, 8], 63_250],
  // Bytes ask for more relays than slots do.
  [{ producers: 100, partitions: 100, bytes: 64 * 256 * mib, slots: 4 }, [8, 8], 1_600],
  [{ producers: 6, partitions: 4, bytes: 1, slots: 4 }, [2, 2], 20],
  [{ producers: 6, partitions: 1, bytes: 1, slots: 4 }, [4, 1], 10],
  [{ producers: 1, partitions: 1, bytes: 1, slots: 4 }, [1, 1], 2],
] as const)('groups for %o', (work, [producerGroups, partitionGroups], reads) => {
  const groups = relayGroups(work);
  expect([groups.producerGroups, groups.partitionGroups]).toEqual([producerGroups, partitionGroups]);
  expect(readsWith(groups, work.producers, work.partitions)).toBe(reads);
});

test('no other grouping with as many relays takes fewer reads', () => {
  const work = fc.record({ producers: fc.integer({ min: 1, max: 40 }), partitions: fc.integer({ min: 1, max: 40 }) });
  fc.assert(
    fc.property(work, fc.integer({ min: 1, max: 60 }), ({ producers, partitions }, slots) => {
      const groups = relayGroups({ producers, partitions, bytes: 0, slots });
      const wanted = Math.min(slots, producers * partitions);
      expect(groups.producerGroups * groups.partitionGroups).toBeGreaterThanOrEqual(wanted);
      const reads = readsWith(groups, producers, partitions);
      for (let a = 1; a <= producers; a++)
        for (let b = 1; b <= partitions; b++)
          if (a * b >= wanted)
            expect(readsWith({ producerGroups: a, partitionGroups: b }, producers, partitions)).toBeGreaterThanOrEqual(
              reads,
            );
    }),
    { numRuns: 50 },
  );
});

const big = scan('big', ['a', 'b']);
const other = scan('other', ['c', 'd']);
const splits = new Map([splitsOf(big, 4, 4000), splitsOf(other, 2, 2000)]);
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
const grouped: RelNode = {
  kind: 'aggregate',
  input: big,
  keys: named('a'),
  aggregates: [{ name: 's', expr: aggregate('sum', 'b') }],
};

test('relays stand between an exchange and its reader, and read every slice once', () => {
  const { stages } = stagesOf(grouped, splits);
  const sizes = [
    [10, 20, 30],
    [40, 0, 60],
    [0, 0, 0],
    [70, 80, 90],
  ];
  const results = new Map([[0, resultOf(0, sizes)]]);
  const progress = { results, started: new Set([0]), plan: planOf(stages, 'two-level') };
  const adapted = adapt(stages, progress);
  expect(adapted.map(({ id, output, inputs }) => [id, output.kind, [...inputs.keys()]])).toEqual([
    [0, 'exchange', []],
    [3, 'relay', [0]],
    [1, 'exchange', [3]],
    [2, 'result', [1]],
  ]);
  // Nothing more, once they are there, before they ran and after.
  expect(adapt(adapted, progress)).toBe(adapted);
  const [, relay, reader] = adapted;
  if (!relay || !reader) throw new Error('No relay.');
  const relays = relayPlans(relay, results, 3) as ReadRel[];
  expect(relays.length).toBeGreaterThanOrEqual(3);
  const covered = sizes.map((row) => row.map(() => 0));
  for (const { parts } of relays)
    for (const output of parts.outputs)
      for (let partition = parts.fromPartition; partition < parts.toPartition; partition++) {
        const row = covered[(results.get(0) as StageResult).tasks.indexOf(output)];
        if (row) row[partition] = (row[partition] ?? 0) + 1;
      }
  expect(covered.flat().every((count) => count === 1)).toBe(true);
  const relayed = resultOf(3, [
    [50, 20, 90],
    [70, 80, 90],
  ]);
  const later = { ...progress, results: new Map([...results, [3, relayed]]), started: new Set([0, 3]) };
  expect(adapt(adapted, later)).toBe(adapted);
  const plans = taskPlans(reader, { splits, results: later.results, partitionBytes: 150 });
  expect(plans.map((plan) => readIn(plan).parts.outputs.map((output) => output.place))).toEqual(
    plans.map(() => relayed.tasks.map((output) => output.place)),
  );
});

function readIn(plan: RelNode): ReadRel {
  if (plan.kind === 'read') return plan;
  if (plan.kind !== 'aggregate') throw new Error(`A plan over ${plan.kind}.`);
  return readIn(plan.input);
}

test('few reads, and rows that nobody deals by key, go directly', () => {
  const { stages } = stagesOf(grouped, splits);
  const results = new Map([[0, resultOf(0, [[1, 1, 1]])]]);
  expect(adapt(stages, { results, started: new Set([0]), plan: planOf(stages) })).toBe(stages);
  const gathered = new Map([
    [0, resultOf(0, [[]])],
    [1, resultOf(1, [[5]])],
  ]);
  expect(adapt(stages, { results: gathered, started: new Set([0, 1]), plan: planOf(stages, 'two-level') })).toBe(
    stages,
  );
});

test('a built side that turned out small is read whole, relays or not; of a large one the probed side does not wait for relays', () => {
  const { stages } = stagesOf(joined, splits);
  const adaptedTo = (bytes: number) => {
    const results = new Map([[1, resultOf(1, [[bytes, bytes, bytes]])]]);
    return adapt(stages, { results, started: new Set([1]), plan: planOf(stages, 'two-level') });
  };
  expect(adaptedTo(20).map((stage) => [stage.id, [...stage.inputs].map(([id, { kind }]) => `${id} ${kind}`)])).toEqual([
    [1, []],
    [2, ['1 broadcast']],
    [3, ['2 single']],
  ]);
  const large = adaptedTo(200);
  expect(large.map((stage) => [stage.id, waitsFor(stage, large)])).toEqual([
    [0, [1]],
    [1, []],
    [5, [1]],
    [2, [0, 5]],
    [3, [2]],
  ]);
  expect(outputBytes(noOutput, 0, 9)).toBe(0);
});

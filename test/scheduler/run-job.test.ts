import { expect, test } from 'vitest';
import type { PhysicalPlan } from '../../src/plan/stage.ts';
import type { StagedFile } from '../../src/plan/task.ts';
import { defaultPolicy } from '../../src/scheduler/policy.ts';
import { runJob } from '../../src/scheduler/run-job.ts';
import { Actor } from '../simulation/actor.ts';
import { drive } from '../simulation/drive.ts';
import { Random } from '../simulation/random.ts';
import { noStoreFaults } from '../simulation/setup.ts';
import { SimStore } from '../simulation/sim-store.ts';
import { VirtualClock } from '../simulation/virtual-clock.ts';
import { partTask, ScriptedBackend, spanOf, stageOf } from './scripted-stage.ts';

test('a job that is aborted before its commit throws away all that was staged, also what nobody wants', async () => {
  const clock = new VirtualClock();
  const world = new SimStore(clock, new Random(1), noStoreFaults);
  const store = world.as(new Actor('driver'));
  const staged: StagedFile[] = [];
  for (const token of [0, 1, 2, 3]) {
    const content = { kind: 'bytes', bytes: new Uint8Array(1) } as const;
    void store.stage(`s3://sink/part-${token}`, content).then((file) => staged.push({ ...file, rows: 1 }));
    await drive(clock, () => staged.length > token);
  }
  // The second part is guessed wrong at first: what its first attempt staged is of no use.
  const backend = new ScriptedBackend(clock, (call) => {
    const index = Number(call.id.slice(2));
    const span = spanOf(call, index);
    const file = staged[index === 1 && span.guessed ? 3 : index];
    return { afterMs: 10, result: { spans: [span], staged: file ? [file] : [] } };
  });
  const stage = stageOf({
    output: {
      kind: 'sink',
      uri: 's3://sink/',
      format: { kind: 'ndjson' },
      layout: { kind: 'folder', partitionBy: [], fileBytes: null, fileName: 'part' },
    },
  });
  const plan = { stages: [stage], sink: { mode: 'append', folder: 's3://sink/' } } as unknown as PhysicalPlan;
  const abort = new AbortController();
  let code: unknown = null;
  runJob(plan, {
    backend: async () => backend,
    driver: backend,
    tasksOf: () => [0, 1, 2].map(partTask),
    adapt: (stages) => stages,
    waitsFor: () => [],
    resplit: () => [],
    store,
    workspace: 's3://work/job/',
    journal: null,
    lease: null,
    clock,
    random: () => 0.5,
    policy: defaultPolicy,
    signal: abort.signal,
    onBatch: async () => {},
    batchRows: 1,
    onEvent: ({ kind }) => kind === 'stage-finished' && abort.abort(),
    later: () => {},
  }).then(
    () => {
      code = 'done';
    },
    (error) => {
      code = error.code;
    },
  );
  expect(await drive(clock, () => code !== null)).toBe('over');
  expect(code).toBe('ABORTED');
  expect(backend.calls.map(({ id }) => id)).toEqual(['0-0', '0-1', '0-2', '0-1']);
  expect([...world.staged.values()].map(({ uri }) => uri)).toEqual([]);
});

import { describe, expect, test } from 'vitest';
import type { SinkMode } from '../../src/plan/stage.ts';
import type { StagedFile } from '../../src/plan/task.ts';
import { checkTarget } from '../../src/scheduler/check-target.ts';
import type { Clock } from '../../src/scheduler/clock.ts';
import { type CommitContext, commitSink } from '../../src/scheduler/commit-sink.ts';
import { collectGarbage } from '../../src/scheduler/gc.ts';
import { type Intent, writeIntent } from '../../src/scheduler/intent.ts';
import { readManifest } from '../../src/scheduler/manifest.ts';
import { defaultPolicy } from '../../src/scheduler/policy.ts';
import { rollForward } from '../../src/scheduler/roll-forward.ts';
import type { ObjectStore } from '../../src/storage/store.ts';
import { joinUri } from '../../src/storage/uri.ts';
import { Crash, type CrashMoment, crashingStore } from './crashing-store.ts';
import { namesBelow, stagedBelow, storeTargets } from './store-targets.ts';

const targets = await storeTargets();

/** Waits no time at all. */
const clock: Clock = {
  now: () => 0,
  after: (_, run) => {
    const soon = setImmediate(run);
    return () => clearImmediate(soon);
  },
};

function contextOf(store: ObjectStore, job: string, more: Partial<CommitContext> = {}): CommitContext {
  return {
    store,
    job,
    signal: new AbortController().signal,
    keepStaged: false,
    confirm: async () => {},
    clock,
    random: () => 0.5,
    policy: defaultPolicy,
    ...more,
  };
}

async function stageFiles(store: ObjectStore, folder: string, names: readonly string[]): Promise<StagedFile[]> {
  return Promise.all(
    names.map(async (name) => ({
      ...(await store.stage(joinUri(folder, name), { kind: 'bytes', bytes: Buffer.from(name) })),
      rows: name.length,
    })),
  );
}

async function writeFiles(store: ObjectStore, folder: string, job: string, mode: SinkMode, names: readonly string[]) {
  await commitSink(await stageFiles(store, folder, names), { mode, folder }, contextOf(store, job));
}

const manifestNames = async (folder: string, store: ObjectStore) =>
  (await readManifest(folder, store)).manifest.files.map(({ path }) => path).sort();
const dataBelow = async (folder: string, store: ObjectStore) =>
  (await namesBelow(folder, store)).filter((name) => !/(^|\/)[._]/.test(name));

const sweep = (store: ObjectStore, workspace: string, folder: string) =>
  collectGarbage({
    store,
    workspace,
    sinks: [folder],
    olderThanMs: { jobs: 0, journals: 0, staged: 0 },
    dryRun: false,
    wallMs: () => Date.now() + 60_000,
    isGone: async () => false,
  });

const before = ['a-0', 'x=1/a-1'];
const after = ['b-0', 'b-1', 'x=1/b-2'];
const finalNames: Readonly<Record<SinkMode, readonly string[]>> = {
  error: after,
  overwrite: after,
  append: [...before, ...after].sort(),
};

describe.each(targets)('$name', ({ store, newFolder }) => {
  for (const mode of ['error', 'overwrite', 'append'] as const) {
    for (const moment of ['before', 'after'] as const) {
      test(`${mode}: killed ${moment} any call of a commit, the sink is absent, or complete after one roll-forward`, async () => {
        const seen = { absent: 0, complete: 0 };
        for (let k = 1; ; k++) {
          const { folder, finished } = await commitUntil(k, mode, moment);
          if (finished) break;
          const old = mode === 'error' ? [] : before;
          // Whoever reads the manifest sees the old files or the new ones, and all that it names are there.
          const shown = await manifestNames(folder, store);
          expect([old, finalNames[mode]]).toContainEqual(shown);
          expect(await dataBelow(folder, store)).toEqual(expect.arrayContaining(shown));
          const { finished: rolled } = await sweep(store, newFolder(), folder);
          const isComplete = (await manifestNames(folder, store)).includes('b-0');
          if (shown.includes('b-0') || rolled.length > 0) expect(isComplete).toBe(true);
          seen[isComplete ? 'complete' : 'absent']++;
          const names = isComplete ? finalNames[mode] : old;
          expect(await manifestNames(folder, store)).toEqual(names);
          expect(await dataBelow(folder, store)).toEqual(names);
          expect(await stagedBelow(folder, store)).toEqual([]);
          expect((await namesBelow(folder, store)).filter((name) => name.startsWith('_intent'))).toEqual([]);
        }
        expect(seen.absent).toBeGreaterThan(0);
        expect(seen.complete).toBeGreaterThan(3);
      });
    }
  }

  async function commitUntil(k: number, mode: SinkMode, moment: CrashMoment) {
    const folder = newFolder();
    if (mode !== 'error') await writeFiles(store, folder, 'old', 'error', before);
    const staged = await stageFiles(store, folder, after);
    const crashing = crashingStore(store, k, moment);
    try {
      await commitSink(staged, { mode, folder }, contextOf(crashing, 'new'));
      return { folder, finished: true };
    } catch (error) {
      const causes = [error, (error as Error).cause];
      expect(causes.some((cause) => cause instanceof Crash)).toBe(true);
      return { folder, finished: false };
    }
  }

  test.each(['error', 'overwrite', 'append'] as const)(
    '%s: the next write finishes what a killed one decided, wherever it was',
    async (mode) => {
      for (let k = 1; ; k++) {
        const { folder, finished } = await commitUntil(k, mode, 'after');
        await writeFiles(store, folder, 'next', 'append', ['c-0']);
        const names = await manifestNames(folder, store);
        const old = mode === 'error' ? [] : before;
        expect([[...old, 'c-0'].sort(), [...finalNames[mode], 'c-0'].sort()]).toContainEqual(names);
        expect(await dataBelow(folder, store)).toEqual(names);
        if (finished) break;
      }
    },
  );

  test.each(['overwrite', 'append'] as const)(
    '%s: done again from the start by a later run, it is done once',
    async (mode) => {
      for (let k = 1; ; k++) {
        const folder = newFolder();
        await writeFiles(store, folder, 'old', 'error', before);
        const staged = await stageFiles(store, folder, after);
        const context = { keepStaged: true };
        const crashed = await commitSink(
          staged,
          { mode, folder },
          contextOf(crashingStore(store, k, 'after'), 'run 1', context),
        )
          .then(() => false)
          .catch(() => true);
        await commitSink(staged, { mode, folder }, contextOf(store, 'run 2', context));
        expect(await manifestNames(folder, store)).toEqual(finalNames[mode]);
        expect(await dataBelow(folder, store)).toEqual(finalNames[mode]);
        expect(await namesBelow(folder, store)).toHaveLength(finalNames[mode].length + 1);
        if (!crashed) break;
      }
    },
  );

  test('writers that append at once all succeed, and the manifest holds the files of all', async () => {
    const folder = newFolder();
    const jobs = Array.from({ length: 6 }, (_, number) => `job-${number}`);
    await Promise.all(jobs.map((job) => writeFiles(store, folder, job, 'append', [`${job}.0`, `${job}.1`])));
    const names = jobs.flatMap((job) => [`${job}.0`, `${job}.1`]);
    expect(await manifestNames(folder, store)).toEqual(names);
    expect(await namesBelow(folder, store)).toEqual(['_manifest.json', ...names]);
    expect((await readManifest(folder, store)).manifest.commit.number).toBe(6);
  });

  test('of writers that take an empty folder for theirs one wins; the others say what is there, and leave nothing', async () => {
    const folder = newFolder();
    const jobs = ['p', 'q', 'r'];
    const outcomes = await Promise.allSettled(
      jobs.map((job) => writeFiles(store, folder, job, 'error', [`${job}-0`, `${job}-1`])),
    );
    const winner = jobs.find((_, index) => outcomes[index]?.status === 'fulfilled');
    const names = [`${winner}-0`, `${winner}-1`];
    expect(await namesBelow(folder, store)).toEqual(['_manifest.json', ...names]);
    expect(await stagedBelow(folder, store)).toEqual([]);
    const messages = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason.message] : []));
    expect(messages).toEqual(
      Array(2).fill(
        `${folder} is not empty: it holds ${joinUri(folder, names[0] ?? '')}. Write with { mode: 'append' } or { mode: 'overwrite' }, or elsewhere.`,
      ),
    );
  });

  test('writers that overwrite at once come one after the other: the last one’s files stay alone', async () => {
    const folder = newFolder();
    await writeFiles(store, folder, 'old', 'error', before);
    await Promise.all(
      ['p', 'q', 'r'].map((job) => writeFiles(store, folder, job, 'overwrite', [`${job}-0`, `${job}-1`])),
    );
    const names = await manifestNames(folder, store);
    expect(names).toHaveLength(2);
    expect(await namesBelow(folder, store)).toEqual(['_manifest.json', ...names]);
  });

  test('an intent that was decided on an older manifest never counts', async () => {
    const folder = newFolder();
    await writeFiles(store, folder, 'one', 'append', ['one']);
    const [late] = await stageFiles(store, folder, ['late']);
    const intent: Intent = {
      version: 1,
      number: 1,
      job: 'late',
      mode: 'overwrite',
      files: late ? [late] : [],
      remove: [joinUri(folder, 'one')],
    };
    expect(await writeIntent(folder, intent, store)).toBe(true);
    expect(await rollForward(folder, intent, store)).toBe(false);
    expect(await manifestNames(folder, store)).toEqual(['one']);
    expect(await dataBelow(folder, store)).toEqual(['one']);
    expect(await stagedBelow(folder, store)).toEqual(['late']);
  });

  test('one file is shown once; done again it is the same', async () => {
    const folder = newFolder();
    const staged = await stageFiles(store, folder, ['out.csv']);
    const commit = () => commitSink(staged, { mode: 'error', folder: null }, contextOf(store, 'job'));
    await commit();
    await commit();
    expect(await namesBelow(folder, store)).toEqual(['out.csv']);
  });

  test('an aborted query shows nothing, and throws its files away unless a later run may use them', async () => {
    const folder = newFolder();
    const signal = AbortSignal.abort();
    for (const keepStaged of [true, false]) {
      const staged = await stageFiles(store, folder, [`kept-${keepStaged}`]);
      const context = contextOf(store, 'job', { signal, keepStaged });
      await expect(commitSink(staged, { mode: 'append', folder }, context)).rejects.toThrow(
        'The query was aborted before its files were shown.',
      );
    }
    expect(await stagedBelow(folder, store)).toEqual(['kept-true']);
    expect(await dataBelow(folder, store)).toEqual([]);
  });

  test('a target is refused for what is in it, not for temporary files; decided writes are finished first', async () => {
    const folder = newFolder();
    const check = (own: string[] = []) => checkTarget({ mode: 'error', folder }, (uri) => own.includes(uri), store);
    const [staged] = await stageFiles(store, folder, ['part-0']);
    await check();
    const files = staged ? [staged] : [];
    await writeIntent(folder, { version: 1, number: 1, job: 'dead', mode: 'error', files, remove: [] }, store);
    await expect(check()).rejects.toThrow(`${folder} is not empty: it holds ${joinUri(folder, 'part-0')}.`);
    expect(await namesBelow(folder, store)).toEqual(['_manifest.json', 'part-0']);
    await check([joinUri(folder, 'part-0')]);
  });

  test('a manifest and an intent that are none are named', async () => {
    const folder = newFolder();
    const put = (name: string, text: string) =>
      store.write(joinUri(folder, name), { kind: 'bytes', bytes: Buffer.from(text) }, 'replace');
    await put('_manifest.json', '{"files": 3}');
    await expect(writeFiles(store, folder, 'job', 'append', ['x'])).rejects.toThrow(
      `${joinUri(folder, '_manifest.json')} is no manifest of shoal. Remove it, or write elsewhere.`,
    );
    await store.delete(joinUri(folder, '_manifest.json'));
    await put('_intent-1.json', 'nonsense');
    await expect(writeFiles(store, folder, 'job', 'overwrite', ['x'])).rejects.toThrow(
      `${joinUri(folder, '_intent-1.json')} is no intent of shoal. Remove it, or write elsewhere.`,
    );
    expect(await stagedBelow(folder, store)).toEqual([]);
  });
});

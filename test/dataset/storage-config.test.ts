import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { resolveConfig } from '../../src/dataset/config.ts';
import { connect, sum } from '../../src/index.ts';
import { toUri } from '../../src/storage/uri.ts';

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'shoal-config-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

test('without settings rows go through the scratch folder, and S3 is what the environment says', async () => {
  expect(await resolveConfig({}, {}, folder())).toMatchObject({ workspace: null, storeOptions: { s3: {} } });
});

test('options go before the environment, that before the file; options of S3 one by one', async () => {
  const directory = folder();
  const file = { workspace: 's3://file/w', s3: { region: 'eu-west-1', endpoint: 'http://file' } };
  writeFileSync(join(directory, 'shoal.config.json'), JSON.stringify(file));
  const s3 = { endpoint: 'http://option' };
  const env = { SHOAL_WORKSPACE: 's3://env/w/' };
  expect(await resolveConfig({}, {}, directory)).toMatchObject({
    workspace: 's3://file/w/',
    storeOptions: { s3: file.s3 },
  });
  expect(await resolveConfig({ s3 }, env, directory)).toMatchObject({
    workspace: 's3://env/w/',
    storeOptions: { s3: { region: 'eu-west-1', endpoint: 'http://option' } },
  });
  expect(await resolveConfig({ workspace: 'here' }, env, directory)).toMatchObject({ workspace: toUri('here/') });
});

test('a workspace in a folder is used, and holds no file afterwards', async () => {
  const workspace = folder();
  const seen = new Set<string>();
  const session = await connect({
    threads: 1,
    workspace,
    planner: { forceExchange: true, splitBytes: 500_000, partitions: 2 },
  });
  onTestFinished(() => session.close());
  session.on('progress', (event) => {
    if (event.kind === 'task-finished' && event.result.produced?.[0] === 'object') seen.add(event.result.produced[1]);
  });
  const csv = join(folder(), 'codes.csv');
  writeFileSync(csv, `code,id\n${Array.from({ length: 40_000 }, (_, id) => `c${Math.sin(id)},${id}\n`).join('')}`);
  const groups = await session.read
    .csv(csv)
    .groupBy('code')
    .agg({ total: sum('id') })
    .collect();
  expect(groups.numRows).toBe(40_000);
  expect([...seen].filter((uri) => uri.startsWith(`${toUri(workspace)}/jobs/`))).not.toEqual([]);
  const files = readdirSync(workspace, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  expect(files).toEqual([]);
});

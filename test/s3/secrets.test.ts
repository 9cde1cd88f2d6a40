import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { col, connect, type S3Options, sum } from '../../src/index.ts';
import { testCredentials } from '../support/s3-server/server.ts';
import { openTestServer } from '../support/s3-target.ts';
import { errorOf } from '../support/use-session.ts';
import { makeData, type SameData } from './data.ts';

/** Credentials stay with the SDK: they stand in no task, no event, no error. */

/** The text of every task that the scheduler handed to a backend. */
const tasks: string[] = [];
vi.mock('../../src/plan/serde.ts', async (importOriginal) => {
  const original = await importOriginal<typeof import('../../src/plan/serde.ts')>();
  const encodeTask: typeof original.encodeTask = (task) => {
    const text = original.encodeTask(task);
    tasks.push(text);
    return text;
  };
  return { ...original, encodeTask };
});

const target = await openTestServer();
const { server } = target;
let data: SameData;
beforeAll(async () => {
  data = await makeData(target);
});
afterEach(() => server.setFaults(null));
afterAll(async () => {
  await data?.remove();
  await target.close();
});

const secret = new RegExp(`${testCredentials.accessKeyId}|${testCredentials.secretAccessKey}|AWS4-HMAC`);

test('no credential stands in tasks, events or errors', async () => {
  const events: unknown[] = [];
  const session = await connect({
    s3: target.options,
    workspace: target.newFolder(),
    planner: { forceExchange: true, splitBytes: 450_000, partitions: 3 },
  });
  onTestFinished(() => session.close());
  session.on('progress', (event) => events.push(event));
  const folder = target.newFolder();
  const query = session.read
    .parquet(`${data.remote}sales/*.parquet`)
    .groupBy('code')
    .agg({ total: sum('amount') });
  await query.filter(col('total').gt(5)).write.parquet(`${folder}totals.parquet`);
  server.setFaults(({ operation }) =>
    operation === 'PutObject' ? { kind: 'error', status: 403, code: 'SignatureDoesNotMatch' } : null,
  );
  const error = await errorOf(query.count());
  expect(error).toMatchObject({ name: 'StorageError', code: 'ACCESS_DENIED' });
  expect(tasks.length).toBeGreaterThan(4);
  expect(events.length).toBeGreaterThan(4);
  const told = [...tasks, JSON.stringify(events), JSON.stringify(error), deepText(error)];
  expect(told.filter((text) => secret.test(text))).toEqual([]);
});

test.each<[object, string]>([
  [
    { secretAccessKey: 'hidden-value' },
    `s3 has no option "secretAccessKey". Credentials are no options, which travel to workers: they come from the SDK's own chain (AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, AWS_PROFILE, a role) wherever a request is made. Available: endpoint, region, forcePathStyle, requesterPays, encryption, maxSockets, maxAttempts, readPartBytes, writePartBytes`,
  ],
  [
    { bucket: 'hidden-value' },
    's3 has no option "bucket". Available: endpoint, region, forcePathStyle, requesterPays, encryption, maxSockets, maxAttempts, readPartBytes, writePartBytes',
  ],
  [{ forcePathStyle: 'hidden-value' }, 's3.forcePathStyle is no value that S3 takes; it is true or false.'],
  [{ maxSockets: 0 }, 's3.maxSockets is no value that S3 takes; it is a whole number, 1 or more.'],
  [{ encryption: 'kms' }, "s3.encryption is no value that S3 takes; it is { kind: 's3' } or { kind: 'kms', keyId? }."],
])('%j is refused, and its value told nowhere', async (s3, message) => {
  const error = await errorOf(connect({ s3: s3 as S3Options }));
  expect(error).toMatchObject({ name: 'PlanError', code: 'INVALID_ARGUMENT', message });
  expect(deepText(error)).not.toContain('hidden-value');
});

function deepText(value: unknown): string {
  return inspect(value, { depth: Number.POSITIVE_INFINITY, showHidden: true });
}

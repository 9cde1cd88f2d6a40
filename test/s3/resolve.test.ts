import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, afterEach, beforeAll, expect, onTestFinished, test } from 'vitest';
import { connect, type Session } from '../../src/index.ts';
import { openTestServer } from '../support/s3-target.ts';
import { errorOf } from '../support/use-session.ts';

/** Finding out about sources in S3: what is wrong with them, and how little is read for it. */

const fixtures = join(import.meta.dirname, '../../fixtures');
const target = await openTestServer();
const { server } = target;
const folder = target.newFolder();
let session: Session;

beforeAll(async () => {
  session = await connect({ threads: 1, s3: target.options });
  for (const name of [
    'zero-byte',
    'truncated',
    'wrong-magic',
    'damaged-length',
    'damaged-footer',
    'good',
    'other-columns',
  ])
    await put(`parquet/${name}.parquet`, readFileSync(join(fixtures, `parquet/${name}.parquet`)));
});
afterEach(() => server.clearLog());
afterAll(async () => {
  await session?.close();
  await target.close();
});

async function put(name: string, bytes: Uint8Array): Promise<string> {
  const Key = `${folder.slice(`s3://${target.bucket}/`.length)}${name}`;
  await target.client.putObject({ Bucket: target.bucket, Key, Body: bytes });
  return `${folder}${name}`;
}

test.each([
  ['zero-byte', 'is empty (0 bytes), no Parquet file.'],
  [
    'truncated',
    'is cut off: its last bytes (328 to 332) are "c9f9", expected "PAR1". Was it copied or written to its end?',
  ],
  ['wrong-magic', 'is no Parquet file: bytes 0 to 4 are "id,n", expected "PAR1".'],
  ['damaged-length', 'is damaged: its last bytes tell of a footer of 1000000 bytes, but it has only 352 bytes in all.'],
])('%s.parquet', async (name, message) => {
  const uri = `${folder}parquet/${name}.parquet`;
  expect(await errorOf(session.read.parquet(uri).collect())).toMatchObject({
    name: 'SourceError',
    code: 'BAD_FORMAT',
    message: `${uri} ${message}`,
    details: { uri },
  });
});

test('a damaged footer is told with its place', async () => {
  const uri = `${folder}parquet/damaged-footer.parquet`;
  const error = await errorOf(session.read.parquet(uri).collect());
  expect(error).toMatchObject({ name: 'SourceError', code: 'BAD_FORMAT', details: { uri } });
  expect(error.message).toMatch(
    /^s3:\/\/\S+damaged-footer\.parquet has a footer \(bytes \d+ to \d+\) that cannot be read: /,
  );
});

test('what is not there: an object, a match, a bucket', async () => {
  expect((await errorOf(session.read.parquet(`${folder}parquet/god.parquet`).collect())).message).toBe(
    `There is no file or folder ${folder}parquet/god.parquet. Did you mean ${folder}parquet/good.parquet?`,
  );
  expect(await errorOf(session.read.csv(`${folder}parquet/*.csv`).collect())).toMatchObject({ code: 'NO_FILES' });
  expect((await errorOf(session.read.csv('s3://no-such-bucket/a/').collect())).message).toBe(
    'Cannot list s3://no-such-bucket/a/: there is no bucket "no-such-bucket".',
  );
});

test('columns that differ name both objects; a small file is one GET', async () => {
  const [good, other] = ['good', 'other-columns'].map((name) => `${folder}parquet/${name}.parquet`);
  const both = session.read.parquet([`${good}`, `${other}`]);
  expect(await errorOf(both.collect())).toMatchObject({
    code: 'SCHEMA_MISMATCH',
    message: `${good} and ${other} have different columns: "name" only in the first, "amount" only in the second. Read them apart, or pass { unionByName: true } to make missing columns null.`,
  });
  expect(server.counts()).toMatchObject({ GetObject: 2 });
  server.clearLog();
  await session.read.parquet(`${good}`).schema();
  // What the session knows of a version it does not ask for again.
  expect(server.counts()).toEqual({ HeadObject: 1 });
});

test('the beginning of a large zstd or gzip object is enough to find its columns', async () => {
  const local = mkdtempSync(join(tmpdir(), 'shoal-s3-'));
  onTestFinished(() => rmSync(local, { recursive: true, force: true }));
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  for (const [extension, compression] of [
    ['gz', 'gzip'],
    ['zst', 'zstd'],
  ] as const) {
    const path = join(local, `large.csv.${extension}`);
    await connection.run(
      `COPY (SELECT i AS id, md5(i::VARCHAR) AS code FROM range(100000) t(i)) TO '${path}' (FORMAT csv, COMPRESSION ${compression})`,
    );
    const bytes = readFileSync(path);
    const large = session.read.csv(await put(`large.csv.${extension}`, bytes));
    server.clearLog();
    expect((await large.schema()).map(({ name, type }) => [name, type.kind])).toEqual([
      ['id', 'int64'],
      ['code', 'string'],
    ]);
    expect(server.log.reduce((sum, request) => sum + request.bytesOut, 0)).toBeLessThan(bytes.length / 4);
    expect(await large.count()).toBe(100_000);
  }
  connection.closeSync();
  instance.closeSync();
});

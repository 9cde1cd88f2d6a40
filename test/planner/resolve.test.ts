import { cpSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fromDuckDBType } from '../../src/engine/types.ts';
import { zstdHead } from '../../src/formats/zstd-head.ts';
import type { CsvDialect, FormatSpec, ResolvedSource, SourceSpec } from '../../src/plan/source.ts';
import { formatType, parseType } from '../../src/plan/type-name.ts';
import type { Schema } from '../../src/plan/types.ts';
import { createResolveCache } from '../../src/planner/resolve/cache.ts';
import type { ResolveIo } from '../../src/planner/resolve/io.ts';
import { resolveSource } from '../../src/planner/resolve.ts';
import { createFileStore } from '../../src/storage/file-store.ts';
import { formatUri, localPath } from '../../src/storage/uri.ts';

const fixtures = join(import.meta.dirname, '../../fixtures');
const uriOf = (path: string) => formatUri({ scheme: 'file', path });
let instance: DuckDBInstance;
let connection: DuckDBConnection;

beforeAll(async () => {
  instance = await DuckDBInstance.create(':memory:');
  connection = await instance.connect();
});
afterAll(() => {
  connection.closeSync();
  instance.closeSync();
});

async function describeOne(path: string): Promise<Schema> {
  const statement = await connection.prepare(`SELECT * FROM read_parquet('${path}', hive_partitioning = FALSE)`);
  const columns = Array.from({ length: statement.columnCount }, (_, index) => index);
  return columns.map((index) => ({
    name: statement.columnName(index),
    type: fromDuckDBType(statement.columnType(index)),
  }));
}

/** What is needed of the outside, and a record of what was asked. */
function newIo() {
  const store = createFileStore();
  const asked: string[] = [];
  const io: ResolveIo = {
    store: {
      ...store,
      read: (uri, range, options) => {
        asked.push(`read ${uri.slice(uri.lastIndexOf('/') + 1)} ${range?.startByte}-${range?.endByte}`);
        return store.read(uri, range, options);
      },
    },
    describeParquet: (paths) => {
      asked.push(`describe ${paths.map((path) => path.slice(path.lastIndexOf('/') + 1))}`);
      return Promise.all(paths.map(describeOne));
    },
    describeEmptyParquet: () => Promise.reject(new Error('All files are here.')),
    zstdHead: (file, bytes) => zstdHead(connection, localPath(file.uri) ?? '', bytes),
    cache: createResolveCache(),
  };
  return { io, asked };
}

interface Options {
  readonly schema?: Readonly<Record<string, string>>;
  readonly unionByName?: boolean;
  readonly hive?: boolean;
  readonly dialect?: CsvDialect;
  readonly onBadRow?: 'error' | 'skip';
}

function resolve(
  kind: FormatSpec['kind'],
  paths: readonly string[],
  options: Options = {},
  io = newIo().io,
): Promise<ResolvedSource> {
  const onBadRow = options.onBadRow ?? 'error';
  const formats = {
    csv: { kind: 'csv', dialect: options.dialect ?? {}, onBadRow },
    ndjson: { kind: 'ndjson', onBadRow },
    parquet: { kind: 'parquet' },
    text: { kind: 'text' },
  } as const;
  const spec: SourceSpec = {
    paths: paths.map((path) => (path.startsWith('/') ? path : join(fixtures, path))),
    format: formats[kind],
    schema: Object.fromEntries(Object.entries(options.schema ?? {}).map(([name, type]) => [name, parseType(type)])),
    unionByName: options.unionByName ?? false,
    hive: options.hive ?? true,
  };
  return resolveSource(spec, io);
}
const columnsOf = (source: { readonly schema: Schema }) =>
  source.schema.map(({ name, type }) => `${name}: ${formatType(type)}`).join(', ');
const newFolder = () => mkdtempSync(join(tmpdir(), 'shoal-resolve-'));

test('a Parquet file: its columns, size and version; nothing is read twice while the version stays', async () => {
  const { io, asked } = newIo();
  const source = await resolve('parquet', ['parquet/good.parquet'], {}, io);
  expect(columnsOf(source)).toBe('id: int64, name: string');
  expect(source).toMatchObject({
    format: { kind: 'parquet' },
    filesBeforePruning: 1,
    partitionColumns: [],
    unionByName: false,
  });
  const { version } = await createFileStore().head(uriOf(join(fixtures, 'parquet/good.parquet')));
  expect(source.files).toEqual([
    { uri: uriOf(join(fixtures, 'parquet/good.parquet')), sizeBytes: 352, version, partition: {} },
  ]);
  expect(asked).toEqual(['read good.parquet 0-16', 'read good.parquet 344-352', 'describe good.parquet']);
  await resolve('parquet', ['parquet/good.parquet'], {}, io);
  expect(asked.length).toBe(3);
});

test('a changed file is read again', async () => {
  const { io, asked } = newIo();
  const path = join(newFolder(), 'a.parquet');
  cpSync(join(fixtures, 'parquet/good.parquet'), path);
  await resolve('parquet', [path], {}, io);
  cpSync(join(fixtures, 'parquet/other-columns.parquet'), path);
  expect(columnsOf(await resolve('parquet', [path], {}, io))).toBe('id: int64, amount: decimal(21, 1)');
  expect(asked.filter((line) => line.startsWith('describe'))).toEqual(['describe a.parquet', 'describe a.parquet']);
});

test('several Parquet files: columns by name, in the order of the first', async () => {
  expect(columnsOf(await resolve('parquet', ['parquet/other-order.parquet', 'parquet/good.parquet']))).toBe(
    'id: int64, name: string',
  );
});

test('Parquet files whose columns differ', async () => {
  const [good, other, types] = ['good', 'other-columns', 'other-types'].map((name) =>
    uriOf(join(fixtures, `parquet/${name}.parquet`)),
  );
  const both = ['parquet/good.parquet', 'parquet/other-columns.parquet'];
  await expect(resolve('parquet', both)).rejects.toMatchObject({
    name: 'SourceError',
    code: 'SCHEMA_MISMATCH',
    message: `${good} and ${other} have different columns: "name" only in the first, "amount" only in the second. Read them apart, or pass { unionByName: true } to make missing columns null.`,
    details: { uri: other, otherUri: good, columns: ['name', 'amount'] },
  });
  expect(columnsOf(await resolve('parquet', both, { unionByName: true }))).toBe(
    'id: int64, name: string, amount: decimal(21, 1)',
  );
  await expect(
    resolve('parquet', ['parquet/good.parquet', 'parquet/other-types.parquet'], { unionByName: true }),
  ).rejects.toMatchObject({
    code: 'SCHEMA_MISMATCH',
    message: `Column "id" is int64 in ${good} and int32 in ${types}. Read them apart, cast it, and union() the two.`,
  });
});

test('Parquet files that are none', async () => {
  for (const name of ['zero-byte', 'truncated', 'wrong-magic', 'damaged-length']) {
    await expect(resolve('parquet', [`parquet/${name}.parquet`])).rejects.toMatchObject({
      name: 'SourceError',
      code: 'BAD_FORMAT',
    });
  }
  const damaged = uriOf(join(fixtures, 'parquet/damaged-footer.parquet'));
  await expect(resolve('parquet', ['parquet/damaged-footer.parquet'])).rejects.toMatchObject({
    name: 'SourceError',
    code: 'BAD_FORMAT',
    message: expect.stringMatching(
      /^file:.* cannot be read as Parquet; its footer is damaged or of a kind that the engine does not know: /,
    ),
    details: { uri: damaged },
  });
});

test('a schema given for Parquet is checked, not applied', async () => {
  const uri = uriOf(join(fixtures, 'parquet/good.parquet'));
  expect(columnsOf(await resolve('parquet', ['parquet/good.parquet'], { schema: { id: 'int64' } }))).toBe(
    'id: int64, name: string',
  );
  await expect(resolve('parquet', ['parquet/good.parquet'], { schema: { id: 'int32' } })).rejects.toMatchObject({
    name: 'TypeMismatchError',
    message: `Column "id" of ${uri} is int64, and the given schema says int32. A Parquet file has types of its own; leave the column out of the schema, and cast it: col("id").cast('int32').`,
  });
  await expect(resolve('parquet', ['parquet/good.parquet'], { schema: { nam: 'string' } })).rejects.toMatchObject({
    name: 'UnknownColumnError',
    message: `Unknown column "nam" in the schema given for ${uri}. Did you mean "name"? Available: id, name`,
  });
});

test('hive folders are columns: types from their values, a space, an encoded "=", a null', async () => {
  const source = await resolve('csv', ['hive']);
  expect(columnsOf(source)).toBe('n: int64, year: int64, city: string');
  expect(source.partitionColumns).toEqual(source.schema.slice(1));
  expect(source.files.map((file) => file.partition)).toEqual([
    { year: '2023', city: 'New York' },
    { year: '2024', city: null },
    { year: '2024', city: 'a=b' },
  ]);
  expect(columnsOf(await resolve('csv', ['hive'], { schema: { year: 'string' } }))).toBe(
    'n: int64, year: string, city: string',
  );
  expect(columnsOf(await resolve('csv', ['hive'], { hive: false }))).toBe('n: int64');
});

test('a column that is in the files and in the folders is the folders’', async () => {
  const folder = newFolder();
  for (const day of ['2024-01-01', '2024-01-02']) {
    mkdirSync(join(folder, `day=${day}`, 'm=01'), { recursive: true });
    writeFileSync(join(folder, `day=${day}`, 'm=01', 'a.csv'), 'm,v\nx,1\n');
  }
  const source = await resolve('csv', [folder]);
  expect(columnsOf(source)).toBe('v: int64, day: date, m: int64');
  expect(source.format).toMatchObject({ columns: [{ name: 'm' }, { name: 'v' }] });
});

test('a file outside of the hive folders of others', async () => {
  const folder = newFolder();
  mkdirSync(join(folder, 'year=2024'));
  writeFileSync(join(folder, 'year=2024', 'a.csv'), 'v\n1\n');
  writeFileSync(join(folder, 'b.csv'), 'v\n2\n');
  const [inside, outside] = [uriOf(join(folder, 'year=2024/a.csv')), uriOf(join(folder, 'b.csv'))];
  await expect(resolve('csv', [folder])).rejects.toMatchObject({
    code: 'SCHEMA_MISMATCH',
    message: `${inside} lies in a folder year=…, ${outside} does not. Read them apart, or pass { unionByName: true } to make year null there, or { hive: false } to ignore such folders.`,
  });
  expect(columnsOf(await resolve('csv', [folder], { unionByName: true }))).toBe('v: int64, year: int64');
});

test('CSV files in another order keep their own, files that differ are an error', async () => {
  const several = await resolve('csv', ['csv/several']);
  expect(columnsOf(several)).toBe('id: int64, name: string');
  expect(several.files.map((file) => file.columns)).toEqual([undefined, ['name', 'id']]);
  const [a, b] = ['a', 'b'].map((name) => uriOf(join(fixtures, `csv/differing/${name}.csv`)));
  await expect(resolve('csv', ['csv/differing'])).rejects.toMatchObject({
    code: 'SCHEMA_MISMATCH',
    message: `${a} and ${b} have different columns: "name" only in the first, "nickname" only in the second. Read them apart, or pass { unionByName: true } to make missing columns null.`,
  });
  const union = await resolve('csv', ['csv/differing'], { unionByName: true });
  expect(columnsOf(union)).toBe('id: int64, name: string, nickname: string');
  expect(union.files.map((file) => file.columns)).toEqual([
    ['id', 'name'],
    ['id', 'nickname'],
  ]);
});

test('newlines are those of the records, of every file; a file without one goes with the others', async () => {
  const folder = newFolder();
  const texts = {
    'a-empty': '',
    'b-common': '"id\nx",v\r\n1,2\r\n',
    'c-header-only': '"id\nx",v',
    'd-bare': 'id,v',
    'e-feed': '"id\nx",v\n"1\r\n",2\n',
    'f-return': '"id\nx",v\r1,2\r',
    'g-half': '"id\nx",v\r',
    'h-common': '"id\nx",v\r\n',
  };
  for (const [name, text] of Object.entries(texts)) writeFileSync(join(folder, `${name}.csv`), text);
  const source = await resolve('csv', [folder], { unionByName: true });
  expect(source.format).toMatchObject({ newline: '\r\n' });
  expect(source.files.map(({ uri, newline }) => [uri.slice(uri.lastIndexOf('/') + 1, -4), newline])).toEqual([
    ['a-empty', undefined],
    ['b-common', undefined],
    ['c-header-only', ''],
    ['d-bare', undefined],
    ['e-feed', '\n'],
    ['f-return', '\r'],
    ['g-half', ''],
    ['h-common', undefined],
  ]);
  const { format } = await resolve('csv', [join(folder, 'd-bare.csv')]);
  expect(Object.keys(format)).not.toContain('newline');
});

test('of many CSV files 32 are sampled, and the header of every one is read', async () => {
  const folder = newFolder();
  for (let index = 0; index < 100; index++) {
    const name = `${String(index).padStart(3, '0')}.csv`;
    writeFileSync(join(folder, name), index === 57 ? 'v,id\n1,2\n' : `id,v\n${index},${index === 99 ? '1.5' : '1'}\n`);
  }
  const { io, asked } = newIo();
  const source = await resolve('csv', [folder], {}, io);
  expect(columnsOf(source)).toBe('id: int64, v: float64');
  expect(source.files.flatMap((file) => (file.columns ? [[file.uri.slice(-7), file.columns]] : []))).toEqual([
    ['057.csv', ['v', 'id']],
  ]);
  expect(asked.length).toBe(100);
  await resolve('csv', [folder], {}, io);
  expect(asked.length).toBe(100);
});

test('gzip and zstd files are sampled too', async () => {
  const folder = newFolder();
  expect(columnsOf(await resolve('csv', ['csv/packed.csv.gz']))).toBe('id: int64, name: string');
  await connection.run(
    `COPY (SELECT i AS id, 'x' AS name FROM range(50000) t(i)) TO '${join(folder, 'a.csv.zst')}' (FORMAT csv, COMPRESSION zstd)`,
  );
  expect(columnsOf(await resolve('csv', [join(folder, 'a.csv.zst')]))).toBe('id: int64, name: string');
  writeFileSync(join(folder, 'long.ndjson.gz'), gzipSync(`${'{"id":1,"name":"x"}\n'.repeat(100_000)}`));
  expect(columnsOf(await resolve('ndjson', [join(folder, 'long.ndjson.gz')]))).toBe('id: int64, name: string');
  await expect(resolve('csv', ['csv/not-gzip.csv.gz'])).rejects.toMatchObject({
    code: 'BAD_FORMAT',
    message: `${uriOf(join(fixtures, 'csv/not-gzip.csv.gz'))} cannot be decompressed: its name says gzip, its first 14 bytes are none (incorrect header check).`,
  });
});

test('a first record of 5 MB is seen whole', async () => {
  const path = join(newFolder(), 'large.csv');
  writeFileSync(path, `id,v\n1,"${'x'.repeat(5_000_000)}"\n2,b\n`);
  const { io, asked } = newIo();
  expect(columnsOf(await resolve('csv', [path], {}, io))).toBe('id: int64, v: string');
  expect(asked.at(-1)).toBe('read large.csv 0-5000014');
});

test('a file is sampled at its beginning, middle and end', async () => {
  const path = join(newFolder(), 'long.csv');
  writeFileSync(path, `id,v\n${'1,2\n'.repeat(100_000)}3,N/A\n`);
  const { io, asked } = newIo();
  expect(columnsOf(await resolve('csv', [path], {}, io))).toBe('id: int64, v: string');
  expect(asked).toEqual(['read long.csv 0-65536', 'read long.csv 183621-216389', 'read long.csv 367243-400011']);
});

test('UTF-16 is told', async () => {
  const uri = uriOf(join(fixtures, 'csv/utf16.csv'));
  await expect(resolve('csv', ['csv/utf16.csv'])).rejects.toMatchObject({
    code: 'BAD_FORMAT',
    message: `${uri} is UTF-16 text (its first bytes are a UTF-16 byte order mark). Convert it to UTF-8: iconv -f UTF-16 -t UTF-8.`,
  });
});

test('NDJSON, array files, and what onBadRow cannot do with them', async () => {
  expect((await resolve('ndjson', ['ndjson/plain.ndjson'])).format).not.toHaveProperty('array');
  const array = await resolve('ndjson', ['ndjson/array.json']);
  expect(array.format).toMatchObject({ kind: 'ndjson', array: true });
  const uri = uriOf(join(fixtures, 'ndjson/array.json'));
  await expect(resolve('ndjson', ['ndjson/array.json'], { onBadRow: 'skip' })).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: `${uri} is one JSON array, of which no single element can be left out: onBadRow works for one object a line only. Convert it (jq -c '.[]'), or leave onBadRow out.`,
  });
  const bom = uriOf(join(fixtures, 'ndjson/bom.ndjson'));
  await expect(resolve('ndjson', ['ndjson/bom.ndjson'])).rejects.toMatchObject({
    code: 'BAD_FORMAT',
    message: `${bom} begins with a byte order mark, which is no part of JSON (RFC 8259). Remove its three bytes: tail -c +4.`,
  });
});

test('text has one column', async () => {
  expect(columnsOf(await resolve('text', ['csv/plain.csv']))).toBe('line: string');
});

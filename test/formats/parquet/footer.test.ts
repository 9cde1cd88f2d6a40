import { readFileSync, statSync } from 'node:fs';
import { parquetMetadata } from 'hyparquet';
import { expect, test } from 'vitest';
import { describeFooter } from '../../../src/formats/parquet/footer.ts';
import {
  columnChunk,
  columnMetaData,
  fileMetaData,
  rowGroupFields,
  schemaElement,
  statisticsFields,
} from '../../../src/formats/parquet/footer-fields.ts';
import { type ThriftStruct, type ThriftValue, thriftTypes } from '../../../src/formats/parquet/thrift.ts';
import { readThrift } from '../../../src/formats/parquet/thrift-read.ts';
import { writeThrift } from '../../../src/formats/parquet/thrift-write.ts';
import { narrowFooter } from './narrow-footer.ts';
import { footerOf, zooPath, zooPaths } from './zoo.ts';

const footerAt = (path: string) => describeFooter(footerOf(path), statSync(path).size);

test('tells columns, bounds and bytes', () => {
  const footer = footerAt(zooPath('pyarrow-bloom'));
  expect(footer.footer).toEqual({ startByte: 3729, endByte: 6003 });
  expect(footer.columns).toEqual([
    { name: 'id', leaf: { physical: 'int64', type: { kind: 'int64' } } },
    { name: 'code', leaf: { physical: 'int32', type: { kind: 'int32' } } },
    { name: 'word', leaf: { physical: 'bytes', type: { kind: 'string' } } },
    { name: 'day', leaf: { physical: 'int32', type: { kind: 'date' } } },
  ]);
  const [first] = footer.rowGroups;
  expect([footer.rowGroups.length, first?.index, first?.rows]).toEqual([4, 0, 20]);
  expect(first?.chunks[3]).toMatchInlineSnapshot(`
    {
      "bloomFilter": {
        "endByte": 2610,
        "startByte": 2563,
      },
      "columnIndex": {
        "endByte": 3159,
        "startByte": 3132,
      },
      "max": "2010-08-06",
      "min": "2000-02-10",
      "nullCount": 0,
      "offsetIndex": {
        "endByte": 3585,
        "startByte": 3574,
      },
      "ranges": [
        {
          "endByte": 620,
          "startByte": 479,
        },
      ],
    }
  `);
});

test.each(zooPaths)('agrees with hyparquet on rows, bytes and nulls: %s', (path) => {
  const footer = footerAt(path);
  const theirs = parquetMetadata(readFileSync(path));
  const ranges = footer.rowGroups.map(({ chunks }) => chunks.flatMap((chunk) => chunk.ranges));
  expect(ranges).toEqual(
    theirs.row_groups.map((rowGroup) =>
      rowGroup.columns.map(({ meta_data: data }) => {
        const startByte = Number(data?.dictionary_page_offset ?? data?.data_page_offset);
        return { startByte, endByte: startByte + Number(data?.total_compressed_size) };
      }),
    ),
  );
  expect(footer.rowGroups.map(({ rows }) => rows)).toEqual(
    theirs.row_groups.map((rowGroup) => Number(rowGroup.num_rows)),
  );
  const plain = footer.columns.flatMap(({ leaf }, place) => (leaf ? [place] : []));
  const leafPlaces = plain.map(
    (place) => footer.rowGroups[0]?.chunks.slice(0, place).flatMap((chunk) => chunk.ranges).length ?? 0,
  );
  expect(footer.rowGroups.map(({ chunks }) => plain.map((place) => chunks[place]?.nullCount))).toEqual(
    theirs.row_groups.map((rowGroup) =>
      leafPlaces.map((place) => toNumber(rowGroup.columns[place]?.meta_data?.statistics?.null_count)),
    ),
  );
});

const toNumber = (value: bigint | undefined) => (value === undefined ? undefined : Number(value));

test('bounds of every type, as plan literals', () => {
  const { columns, rowGroups } = footerAt(zooPath('pyarrow-types'));
  const last = rowGroups.at(-1);
  const shown = columns.map(({ name }, place) => `${name} ${last?.chunks[place]?.min} … ${last?.chunks[place]?.max}`);
  expect(shown.join('\n')).toMatchInlineSnapshot(`
    "id 30 … 39
    big -4611686018427387943 … 4611686018427387942
    i8 10 … 18
    i16 1000 … 1900
    i32 10000 … 19000
    u8 230 … 239
    u16 60030 … 60039
    u32 4000000030 … 4000000039
    u64 18446744073709551546 … 18446744073709551555
    dec9 2.50 … 4.75
    dec18 30000000.0001 … 39000000.0001
    dec38 1000000000000000000000000000.0000000000 … 1900000000000000000000000000.0000000000
    flag true … true
    name name-030 … name-038
    unicode 😞 … 😧
    bin YjMw … YjM5
    day 2000-03-19 … 2002-09-05
    ts_ms 2000-01-01 00:00:11 … 2000-01-01 00:00:17.3
    ts_us 2000-01-01 00:00:11.00003 … 2000-01-01 00:00:17.300039
    tz_us 2000-01-02 05:59:50 … 2000-01-02 14:59:50
    time 06:30:00.00003 … 15:30:00.000039
    f32 undefined … undefined
    f64 undefined … undefined
    key 1e000000-0000-0000-0000-00000000001e … 27000000-0000-0000-0000-000000000027
    nothing undefined … undefined"
  `);
});

test('the description is JSON', () => {
  for (const path of zooPaths) {
    const footer = footerAt(path);
    expect(JSON.parse(JSON.stringify(footer))).toEqual(footer);
  }
});

test('columns come in the order of the file, and one at least', () => {
  const footer = narrowFooter(footerAt(zooPath('pyarrow-types')), ['name', 'id', 'missing']);
  expect(footer.columns.map(({ name }) => name)).toEqual(['id', 'name']);
  expect(narrowFooter(footer, ['missing']).columns.map(({ name }) => name)).toEqual(['id']);
});

test('columns that the engine numbers come together', () => {
  const footer = footerAt(zooPath('pyarrow-names'));
  const names = (wanted: string[]) => narrowFooter(footer, wanted).columns.map(({ name }) => name);
  expect(names(['größe'])).toEqual(['größe']);
  expect(names(['a'])).toEqual(['a']);
  expect(names(['A_1'])).toEqual(['a', 'A_1', 'a_2', 'a_1_1']);
  expect(names(['a_1_1', 'dotted.name'])).toEqual(['a', 'A_1', 'a_2', 'a_1_1', 'dotted.name']);
});

/** The first chunk's struct with other values, and the footer around it. */
function withFirstChunk(
  path: string,
  change: (metaData: Map<number, ThriftValue>, chunk: Map<number, ThriftValue>) => void,
): Uint8Array {
  return writeThrift(
    edit(readThrift(footerOf(path)).struct, (file) =>
      editItem(file, fileMetaData.rowGroups, (rowGroup) =>
        editItem(rowGroup, rowGroupFields.columns, (chunk) => {
          const metaData = new Map(fieldsOf(chunk.get(columnChunk.metaData) as ThriftStruct));
          change(metaData, chunk);
          chunk.set(columnChunk.metaData, struct(metaData));
        }),
      ),
    ),
  );
}

const fieldsOf = ({ fields }: ThriftStruct) => fields.map((field) => [field.id, field.value] as const);

/** Types of fields follow from their values; a test needs no more. */
function struct(fields: ReadonlyMap<number, ThriftValue>): ThriftStruct {
  const typeOf = (value: ThriftValue) => {
    if (value instanceof Uint8Array) return thriftTypes.binary;
    if (typeof value === 'boolean') return value ? thriftTypes.true : thriftTypes.false;
    if (typeof value !== 'object') return thriftTypes.i64;
    return 'fields' in value ? thriftTypes.struct : thriftTypes.list;
  };
  return { fields: [...fields].sort(([a], [b]) => a - b).map(([id, value]) => ({ id, type: typeOf(value), value })) };
}

function edit(of: ThriftStruct, change: (fields: Map<number, ThriftValue>) => void): ThriftStruct {
  const fields = new Map(fieldsOf(of));
  change(fields);
  return struct(fields);
}

/** Changes the first struct of a list. */
function editItem(
  fields: Map<number, ThriftValue>,
  id: number,
  change: (fields: Map<number, ThriftValue>) => void,
): void {
  const list = fields.get(id) as { itemType: number; items: readonly ThriftStruct[] };
  const [first, ...others] = list.items;
  if (first) fields.set(id, { itemType: list.itemType, items: [edit(first, change), ...others] });
}

const size = (path: string) => statSync(path).size;
const path = zooPath('pyarrow-bloom');
/** As if the file had this footer at its end. */
const describeChanged = (bytes: Uint8Array, of = path) =>
  describeFooter(bytes, size(of) - footerOf(of).length + bytes.length);

test('deprecated bounds count for signed numbers only', () => {
  const old = (min: Uint8Array, max: Uint8Array) =>
    struct(
      new Map<number, ThriftValue>([
        [statisticsFields.oldMin, min],
        [statisticsFields.oldMax, max],
      ]),
    );
  const bounds = old(Buffer.from([1, 0, 0, 0, 0, 0, 0, 0]), Buffer.from([9, 0, 0, 0, 0, 0, 0, 0]));
  const signed = withFirstChunk(path, (metaData) => metaData.set(columnMetaData.statistics, bounds));
  expect(describeChanged(signed).rowGroups[0]?.chunks[0]).toMatchObject({ min: '1', max: '9' });
  const unsigned = writeThrift(
    edit(readThrift(signed).struct, (file) => {
      const schema = file.get(fileMetaData.schema) as { itemType: number; items: readonly ThriftStruct[] };
      const [root, id, ...others] = schema.items;
      if (!root || !id) throw new Error('no column');
      // 14 is UINT_64.
      const changed = edit(id, (fields) => fields.set(schemaElement.convertedType, 14));
      file.set(fileMetaData.schema, { itemType: schema.itemType, items: [root, changed, ...others] });
    }),
  );
  expect(describeChanged(unsigned).rowGroups[0]?.chunks[0]).toEqual({
    ranges: [expect.anything()],
    columnIndex: expect.anything(),
    offsetIndex: expect.anything(),
  });
});

test('a chunk that lies elsewhere is an error', () => {
  const outside = withFirstChunk(path, (metaData) => metaData.set(columnMetaData.totalCompressedSize, 1e6));
  expect(() => describeChanged(outside)).toThrow(
    /^a column chunk has bytes 4 to 1000004, outside of the file's data \(which ends at \d+\)$/,
  );
  const otherFile = withFirstChunk(path, (_, chunk) => chunk.set(columnChunk.filePath, Buffer.from('part-1.parquet')));
  expect(() => describeChanged(otherFile)).toThrow('its columns lie in other files, which shoal does not follow');
  const encrypted = writeThrift(
    edit(readThrift(footerOf(path)).struct, (file) => file.set(fileMetaData.encryptionAlgorithm, struct(new Map()))),
  );
  expect(() => describeChanged(encrypted)).toThrow('some of its columns are encrypted, which shoal does not read');
});

test('a dictionary offset of 0 means none', () => {
  const zero = withFirstChunk(zooPath('pyarrow-encodings'), (metaData) =>
    metaData.set(columnMetaData.dictionaryPageOffset, 0),
  );
  const footer = describeChanged(zero, zooPath('pyarrow-encodings'));
  expect(footer.rowGroups[0]?.chunks[0]?.ranges[0]?.startByte).toBe(4);
});

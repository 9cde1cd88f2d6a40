import { statSync } from 'node:fs';
import { expect, test } from 'vitest';
import { leafType } from '../../../src/formats/parquet/column-type.ts';
import { describeFooter } from '../../../src/formats/parquet/footer.ts';
import { schemaElement } from '../../../src/formats/parquet/footer-fields.ts';
import { engineNames, schemaColumns } from '../../../src/formats/parquet/footer-schema.ts';
import { type ThriftField, type ThriftStruct, thriftTypes } from '../../../src/formats/parquet/thrift.ts';
import { Bench, footerOf, zooPath } from './zoo.ts';

/** A schema element; `fields` are integers by id. */
function element(name: string, fields: Readonly<Record<number, number>>): ThriftStruct {
  const integers = Object.entries(fields).map(
    ([id, value]): ThriftField => ({ id: Number(id), type: thriftTypes.i32, value }),
  );
  return { fields: [...integers, { id: schemaElement.name, type: thriftTypes.binary, value: Buffer.from(name) }] };
}

const { type, convertedType, precision, scale, numChildren, repetitionType } = schemaElement;
const int64 = 2;

test('the engine shows names as engineNames says', async () => {
  const bench = await Bench.open();
  const path = zooPath('pyarrow-names');
  expect(await bench.columnNames(`FROM '${path}' LIMIT 0`)).toEqual(
    describeFooter(footerOf(path), statSync(path).size).columns.map(({ name }) => name),
  );
  await bench.close();
  expect(engineNames(['a', 'A', 'a', 'a_1', 'Ä', 'ä'])).toEqual(['a', 'A_1', 'a_2', 'a_1_1', 'Ä', 'ä']);
});

test('older writers say types in another way', () => {
  const converted = (number: number, physical = int64) =>
    leafType(element('x', { [type]: physical, [convertedType]: number }));
  expect(converted(0, 6)).toEqual({ physical: 'bytes', type: { kind: 'string' } });
  expect(converted(6, 1)).toEqual({ physical: 'int32', type: { kind: 'date' } });
  expect(converted(7, 1)).toEqual({ physical: 'int32', type: { kind: 'time' }, unit: 'ms' });
  expect(converted(9)).toEqual({ physical: 'int64', type: { kind: 'timestamptz' }, unit: 'ms' });
  expect(converted(10)).toEqual({ physical: 'int64', type: { kind: 'timestamptz' }, unit: 'us' });
  expect(converted(13, 1)).toEqual({ physical: 'int32', type: { kind: 'uint32' } });
  expect(converted(20, 6)).toEqual({ physical: 'bytes', type: null });
  const decimal = element('x', { [type]: int64, [convertedType]: 5, [precision]: 12, [scale]: 2 });
  expect(leafType(decimal)).toEqual({ physical: 'int64', type: { kind: 'decimal', precision: 12, scale: 2 } });
  expect(leafType(element('x', { [type]: 3 }))).toEqual({ physical: 'int96', type: null });
  expect(() => leafType(element('x', { [type]: 9 }))).toThrow('a column has the unknown physical type 9');
});

test('a column of several values has no bounds', () => {
  const root = element('root', { [numChildren]: 2 });
  const columns = schemaColumns([
    root,
    element('list', { [type]: int64, [repetitionType]: 2 }),
    element('x', { [type]: int64 }),
  ]);
  expect(columns.map(({ name, leaf, startLeaf, endLeaf }) => [name, leaf, startLeaf, endLeaf])).toEqual([
    ['list', null, 0, 1],
    ['x', { physical: 'int64', type: { kind: 'int64' } }, 1, 2],
  ]);
});

test('elements that are no tree are an error', () => {
  const leaf = element('x', { [type]: int64 });
  expect(() => schemaColumns([])).toThrow('the schema is empty');
  expect(() => schemaColumns([element('root', { [numChildren]: 2 }), leaf])).toThrow('the schema ends within column 2');
  expect(() => schemaColumns([element('root', { [numChildren]: 1 }), leaf, leaf])).toThrow(
    'the schema has 3 elements, of which 2 are within its root',
  );
  expect(() => schemaColumns([element('root', { [numChildren]: -1 }), leaf])).toThrow(
    'a schema element has -1 children',
  );
});

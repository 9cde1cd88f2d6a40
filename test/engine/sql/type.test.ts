import { expect, test } from 'vitest';
import { renderType } from '../../../src/engine/sql/type.ts';
import { fromDuckDBType } from '../../../src/engine/types.ts';
import { parseType } from '../../../src/plan/type-name.ts';
import { useConnection } from './plan-builders.ts';

const connection = useConnection();

test.each([
  'boolean',
  'int8',
  'int16',
  'int32',
  'int64',
  'int128',
  'uint8',
  'uint16',
  'uint32',
  'uint64',
  'uint128',
  'float32',
  'float64',
  'string',
  'binary',
  'date',
  'time',
  'timestamp',
  'timestamp(s)',
  'timestamp(ms)',
  'timestamp(ns)',
  'timestamptz',
  'interval',
  'uuid',
  'decimal(15, 2)',
  'decimal(38, 38)',
  `enum('a', 'it''s "x"')`,
  'list<string>',
  'int32[3]',
  'struct<a: int8, "b ""c": list<decimal(4, 1)>>',
  'map<string, struct<x: timestamp(ns)>>',
  'list<list<list<float32>>>',
])('%s is what the engine takes it for', async (text) => {
  const type = parseType(text);
  const statement = await connection().prepare(`SELECT NULL::${renderType(type)}`);
  expect(fromDuckDBType(statement.columnType(0))).toEqual(type);
});

test('the type of null has a name, too', () => {
  expect(renderType({ kind: 'null' })).toBe('"NULL"');
});

import { expect, test } from 'vitest';
import type { Expr } from '../../../src/plan/expr.ts';
import type { RelNode, ScanRel } from '../../../src/plan/relation.ts';
import type { DataType } from '../../../src/plan/types.ts';
import { pruneFiles } from '../../../src/planner/rules/prune-files.ts';
import { call, cast, column, number, text, typed } from '../../formats/parquet/conditions.ts';

const types: Readonly<Record<string, DataType>> = {
  year: { kind: 'int64' },
  day: { kind: 'date' },
  city: { kind: 'string' },
};
const partitionColumns = Object.entries(types).map(([name, type]) => ({ name, type }));

/** A scan of files whose folders are `year day city`, `-` standing for null. */
function scan(folders: readonly string[], ...prune: Expr[]): ScanRel {
  const files = folders.map((folder) => {
    const [year, day, city] = folder.split(' ').map((value) => (value === '-' ? null : value));
    return {
      uri: `file:///${folder}`,
      sizeBytes: 1,
      version: '1',
      partition: { year: year ?? null, day: day ?? null, city: city ?? null },
    };
  });
  const schema = [{ name: 'x', type: { kind: 'int64' } as const }, ...partitionColumns];
  return {
    kind: 'scan',
    columns: ['x'],
    prune,
    rowIdentity: null,
    source: {
      format: { kind: 'parquet' },
      files,
      filesBeforePruning: files.length,
      schema,
      partitionColumns,
      unionByName: false,
    },
  };
}

const folders = [
  '2023 2023-12-31 Berlin',
  '2024 2024-01-01 Aachen',
  '2024 2024-02-01 -',
  '- - Zürich',
  '+2025 soon Ærø',
];

function kept(...conditions: Expr[]): readonly string[] {
  const pruned = pruneFiles.apply(scan(folders, ...conditions), { fragments: new Map() });
  if (pruned.kind !== 'scan') throw new Error(`a scan became ${pruned.kind}`);
  expect(pruned.source.filesBeforePruning).toBe(folders.length);
  return pruned.source.files.map(({ uri }) => uri.slice(8));
}

const [first, second, third, fourth, fifth] = folders;
const [year, day, city] = ['year', 'day', 'city'].map(column) as [Expr, Expr, Expr];
const date: DataType = { kind: 'date' };

test.each<[string, Expr[], (string | undefined)[]]>([
  ['equality', [call('eq', year, number(2024))], [second, third]],
  ['a list', [call('isIn', year, number(2023), typed({ kind: 'int64' }, '2025'))], [first, fifth]],
  ['a bound, from either side', [call('lt', number(2023), year)], [second, third, fifth]],
  ['all conditions', [call('gte', year, number(2024)), call('eq', city, text('Aachen'))], [second]],
  ['inequality drops null', [call('ne', city, text('Berlin'))], [second, fourth, fifth]],
  ['null', [call('isNull', year)], [fourth]],
  ['not null', [call('isNotNull', city)], [first, second, fourth, fifth]],
  ['a date, however it is written', [call('gte', day, cast('2024-01-01', date))], [second, third, fifth]],
  [
    'a date in between',
    [call('between', day, typed(date, '2023-12-31'), typed(date, '2024-01-31'))],
    [first, second, fifth],
  ],
  ['or', [call('or', call('eq', year, number(2023)), call('isNull', city))], [first, third]],
  ['not', [call('not', call('eq', year, number(2024)))], [first, fifth]],
  ['by code points', [call('gt', city, text('Z'))], [fourth, fifth]],
  ['a text against a number: only null is sure', [call('eq', year, text('2024'))], [first, second, third, fifth]],
  ['a prefix', [call('str.startsWith', city, text('B'))], [first]],
  ['null compares with nothing', [call('eq', year, typed({ kind: 'null' }, null))], []],
])('%s', (_, conditions, expected) => {
  expect(kept(...conditions)).toEqual(expected);
});

test.each<[string, Expr]>([
  ['another column', call('eq', column('x'), number(1))],
  ['an or with another column', call('or', call('eq', year, number(1)), call('eq', column('x'), number(1)))],
  ['a function of the folder', call('eq', call('abs', year), number(2024))],
  ['a fragment', { kind: 'sql', text: 'year = 2024' }],
])('keeps all files for %s', (_, condition) => {
  expect(kept(condition)).toEqual(folders);
});

test('gives back the same plan when it skips nothing', () => {
  const nothing: RelNode = {
    kind: 'filter',
    input: scan(folders, call('gt', column('x'), number(1))),
    predicate: call('gt', column('x'), number(1)),
  };
  expect(pruneFiles.apply(nothing, { fragments: new Map() })).toBe(nothing);
  const conditions = scan(folders);
  expect(pruneFiles.apply(conditions, { fragments: new Map() })).toBe(conditions);
});

test('reaches scans anywhere in the plan', () => {
  const input = scan(folders, call('eq', year, number(2023)));
  const plan: RelNode = { kind: 'union', inputs: [input, { kind: 'limit', input, limit: 1, offset: 0 }] };
  const files = JSON.stringify(pruneFiles.apply(plan, { fragments: new Map() })).match(/file:\/\/\/\d+/g);
  expect(files).toEqual(['file:///2023', 'file:///2023']);
});

import { engineVersion } from '../../src/engine/engine-version.ts';
import type { Expr } from '../../src/plan/expr.ts';
import type { JoinRel, RelNode, ValuesRel } from '../../src/plan/relation.ts';
import { encodeTask } from '../../src/plan/serde.ts';
import type { ResolvedFormat, ScanFile } from '../../src/plan/source.ts';
import { type Task, type TaskOutput, taskVersion } from '../../src/plan/task.ts';
import { toUri } from '../../src/storage/uri.ts';

const int64 = { kind: 'int64' } as const;

/** One column `n` of whole numbers. */
export function numbers(values: readonly number[], name = 'n'): ValuesRel {
  return { kind: 'values', schema: [{ name, type: int64 }], rows: values.map((value) => [String(value)]) };
}

/** One row, the number of rows of `input`, as `n`. */
export function counted(input: RelNode): RelNode {
  const expr: Expr = { kind: 'aggregate', fn: 'count', args: [], distinct: false, orderBy: [], filter: null };
  return { kind: 'aggregate', input, keys: [], aggregates: [{ name: 'n', expr }] };
}

/** 10¹² rows and a condition on them: minutes of work for any machine, yet no memory. */
export function endless(): RelNode {
  const side = (name: string) =>
    numbers(
      Array.from({ length: 1_000 }, (_, index) => index),
      name,
    );
  const product = ['b', 'c', 'd'].reduce<RelNode>((left, name) => cross(left, side(name)), side('a'));
  const sum = ['b', 'c', 'd'].reduce<Expr>((total, name) => call('add', total, column(name)), column('a'));
  return counted({ kind: 'filter', input: product, predicate: call('eq', call('mod', sum, whole(7)), whole(3)) });
}

/** One row, the list of a hundred million numbers: a list does not spill. */
export function hugeList(): RelNode {
  const side = (name: string) =>
    numbers(
      Array.from({ length: 10_000 }, (_, index) => index),
      name,
    );
  const args = [call('add', column('a'), column('b'))];
  const expr: Expr = { kind: 'aggregate', fn: 'collectList', args, distinct: false, orderBy: [], filter: null };
  const all: RelNode = {
    kind: 'aggregate',
    input: cross(side('a'), side('b')),
    keys: [],
    aggregates: [{ name: 'l', expr }],
  };
  return { kind: 'project', input: all, columns: [{ name: 'n', expr: call('list.length', column('l')) }] };
}

/** Casts a text that is no number. */
export function badCast(): RelNode {
  const input: ValuesRel = { kind: 'values', schema: [{ name: 't', type: { kind: 'string' } }], rows: [['twelve']] };
  const expr: Expr = { kind: 'cast', input: column('t'), type: int64, safe: false };
  return { kind: 'project', input, columns: [{ name: 'n', expr }] };
}

/** All of a file with one column `n`. */
export function scanOf(path: string, file: Pick<ScanFile, 'version' | 'sizeBytes'>, format: ResolvedFormat): RelNode {
  const schema = [{ name: 'n', type: int64 }];
  return {
    kind: 'scan',
    source: {
      format,
      files: [{ uri: toUri(path), partition: {}, ...file }],
      filesBeforePruning: 1,
      schema,
      partitionColumns: [],
      unionByName: false,
    },
    columns: ['n'],
    rowIdentity: null,
    prune: [],
  };
}

/** A task with one column `n`, as JSON text. */
export async function taskText(plan: RelNode, output: TaskOutput, changes: Partial<Task> = {}): Promise<string> {
  return encodeTask({
    version: taskVersion,
    id: '0-0',
    stage: 0,
    attempt: 1,
    cancelMarker: null,
    engineVersion: await engineVersion(),
    plan,
    schema: [{ name: 'n', type: int64 }],
    output,
    ...changes,
  });
}

/** Rows into a CSV file of one column. */
export function csvSink(path: string): TaskOutput {
  return {
    kind: 'sink',
    uri: toUri(path),
    format: { kind: 'csv', delimiter: ',', header: true, nullValue: '' },
    layout: { kind: 'file' },
  };
}

function cross(left: RelNode, right: RelNode): JoinRel {
  const names = (side: RelNode): string[] =>
    side.kind === 'join' ? [...side.columns] : side.kind === 'values' ? side.schema.map((field) => field.name) : [];
  const scope = [
    ...names(left).map((name) => ({ name, left: name, right: null })),
    ...names(right).map((name) => ({ name, left: null, right: name })),
  ];
  return {
    kind: 'join',
    left,
    right,
    how: 'cross',
    on: [],
    where: null,
    scope,
    columns: scope.map(({ name }) => name),
  };
}

function column(name: string): Expr {
  return { kind: 'column', name };
}

function whole(value: number): Expr {
  return { kind: 'literal', type: int64, value: String(value) };
}

function call(fn: Extract<Expr, { kind: 'call' }>['fn'], ...args: readonly Expr[]): Expr {
  return { kind: 'call', fn, args };
}

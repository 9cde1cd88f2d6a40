import { expect, test } from 'vitest';
import { SourceError, serializeError } from '../../src/errors.ts';
import type { TaskResult } from '../../src/plan/task.ts';
import { type FromChild, parseFromChild, parseToChild, type ToChild } from '../../src/worker/child-protocol.ts';

const overWire = (message: unknown): unknown => JSON.parse(JSON.stringify(message));

const settings = { scratchDirectory: '/tmp/x', threads: 1, memoryLimitBytes: 64 << 20, store: {} };

const result: TaskResult = {
  taskId: '1-2',
  rows: 3,
  staged: [{ uri: 'file:///tmp/a', sizeBytes: 7, token: 'there', rows: 3 }],
  produced: ['inline', '', 0, 'AA=='],
  sample: [],
  spans: [],
  fetched: { requests: 2, bytes: 90 },
  written: { requests: 1, bytes: 7 },
  rowGroups: null,
  elapsedMs: 1.5,
  rejected: [],
  rejectedCount: 0,
};

const error = serializeError(
  new SourceError('BAD_RECORD', 'Bad.', { details: { row: 7 }, cause: new Error('Why.', { cause: 'no error' }) }),
);

const toChild: readonly ToChild[] = [
  { kind: 'start', settings },
  { kind: 'invoke', id: 1, task: '{}', share: 1 },
  { kind: 'cancel', id: 1 },
  { kind: 'end' },
];

const fromChild: readonly FromChild[] = [
  { kind: 'ready' },
  { kind: 'alive' },
  { kind: 'result', id: 1, result },
  { kind: 'result', id: 1, result: { ...result, staged: [] } },
  { kind: 'error', id: 1, error },
];

test('every message passes on its own side, and on no other', () => {
  expect(toChild.map((message) => parseToChild(overWire(message)))).toEqual(toChild.map(overWire));
  expect(fromChild.map((message) => parseFromChild(overWire(message)))).toEqual(fromChild.map(overWire));
  for (const message of toChild) expect(() => parseFromChild(message)).toThrow('The pool received');
  for (const message of fromChild) expect(() => parseToChild(message)).toThrow('A worker process received');
});

test.each([
  ['nothing', undefined],
  ['null', null],
  ['a text', 'ready'],
  ['a list', [{ kind: 'ready' }]],
  ['no kind', {}],
  ['an unknown kind', { kind: 'hello' }],
  ['a name that every object has', { kind: 'constructor' }],
  ['a result without id', { kind: 'result', result }],
  ['half a result', { kind: 'result', id: 1, result: { taskId: '1-2' } }],
  [
    'a result whose file has no size',
    { kind: 'result', id: 1, result: { ...result, staged: [{ uri: 'a', token: 'b', rows: 3 }] } },
  ],
  ['an error without code', { kind: 'error', id: 1, error: { ...error, code: undefined } }],
  ['an error whose cause is none', { kind: 'error', id: 1, error: { ...error, cause: 'why' } }],
])('%s is no message', (_, message) => {
  expect(() => parseFromChild(message)).toThrow(
    'which is no complete message of the kinds ready, alive, result, error.',
  );
});

test('the error shows the beginning of what came', () => {
  expect(() => parseToChild({ kind: 'invoke', id: 1, task: 7 })).toThrow(
    'A worker process received {"kind":"invoke","id":1,"task":7}, which is no complete message of the kinds ' +
      "start, invoke, cancel, end. This is a defect in shoal; please report it with the query's explain() text.",
  );
});

import { expect, test } from 'vitest';
import { AbortError, BackendError, InternalError, SourceError, StorageError, TaskError } from '../../src/errors.ts';
import { classify, mayRunOn, wasKilled } from '../../src/scheduler/classify.ts';

const again = { retryable: true } as const;

test.each([
  ['throttled', new BackendError('THROTTLED', 'x')],
  ['throttled', new BackendError('WORKER_LOST', 'x', { ...again, details: { status: 429 } })],
  ['throttled', new StorageError('STORAGE_FAILED', 'x', { ...again, details: { status: 503 } })],
  ['lost', new StorageError('STORAGE_FAILED', 'x', { ...again, details: { status: 500 } })],
  ['lost', new BackendError('WORKER_LOST', 'x', again)],
  ['lost', new BackendError('TIMED_OUT', 'x', again)],
  ['memory', new BackendError('OUT_OF_MEMORY', 'x')],
  ['memory', new TaskError('OUT_OF_MEMORY', 'x', again)],
  ['final', new StorageError('STORAGE_FAILED', 'x', { details: { status: 503 } })],
  ['final', new SourceError('OBJECT_CHANGED', 'x')],
  ['final', new SourceError('BAD_RECORD', 'x')],
  ['final', new AbortError('ABORTED', 'x')],
  ['final', new InternalError('x')],
  ['final', new TypeError('x')],
  ['final', 'no error at all'],
])('%s: %s', (kind, error) => {
  expect(classify(error)).toBe(kind);
});

test('a process that the system killed may have been too large', () => {
  const killed = (signal: string | null) => new BackendError('WORKER_LOST', 'x', { ...again, details: { signal } });
  expect([wasKilled(killed('SIGKILL')), wasKilled(killed('SIGTERM')), wasKilled(killed(null))]).toEqual([
    true,
    false,
    false,
  ]);
  expect(wasKilled(new Error('SIGKILL'))).toBe(false);
});

test('a worker that nobody hears of may run on; one that answered does not', () => {
  expect(mayRunOn(new BackendError('WORKER_LOST', 'x'))).toBe(true);
  expect(mayRunOn(new BackendError('TIMED_OUT', 'x'))).toBe(true);
  expect(mayRunOn(new BackendError('THROTTLED', 'x'))).toBe(false);
  expect(mayRunOn(new StorageError('STORAGE_FAILED', 'x', again))).toBe(false);
});

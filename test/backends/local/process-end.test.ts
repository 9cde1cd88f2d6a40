import { expect, test } from 'vitest';
import { workerLost } from '../../../src/backends/local/process-end.ts';

const end = { pid: 17, exitCode: null, signal: null, cause: null } as const;

test('a lost process is told by what ended it, and in which task', () => {
  expect(workerLost({ ...end, exitCode: 134 }, '{"id":"2-1"}', 'Aborted').message).toBe(
    'Worker process 17 exited with code 134 while it ran task 2-1.',
  );
  expect(workerLost({ ...end, signal: 'SIGKILL' }, null, '').message).toBe(
    'Worker process 17 was ended by SIGKILL before it was ready. If nobody killed it, the machine ran out of memory: connect() with fewer workers or a lower workerMemoryLimit.',
  );
});

test('a process that the system refuses is told by its reason', () => {
  const cause = new Error('spawn EAGAIN');
  expect(workerLost({ ...end, pid: undefined, cause }, null, '')).toMatchObject({
    name: 'BackendError',
    code: 'WORKER_LOST',
    retryable: true,
    message: 'A worker process could not be started: spawn EAGAIN.',
    details: { pid: null, exitCode: null, signal: null, task: null, stderr: '' },
    cause,
  });
});

test('text that is no task has no id', () => {
  expect(workerLost({ ...end, signal: 'SIGTERM' }, 'hello', '').message).toBe(
    'Worker process 17 was ended by SIGTERM while it ran task (unknown).',
  );
});

import { expect, test } from 'vitest';
import {
  deserializeError,
  InternalError,
  nearestName,
  PlanError,
  SourceError,
  serializeError,
  TaskError,
  UnknownColumnError,
} from '../src/errors.ts';

test('an error crosses the wire with its class, code, details, stack and cause', () => {
  const cause = new SourceError('BAD_RECORD', 'Row 3 is bad.', { details: { uri: 'file:///x', row: 3 } });
  const error = new TaskError('TASK_FAILED', 'It failed.', { cause, retryable: true, details: { attempts: 2 } });
  const copy = deserializeError(JSON.parse(JSON.stringify(error)));
  expect(copy).toBeInstanceOf(TaskError);
  expect(copy).toMatchObject({ name: 'TaskError', code: 'TASK_FAILED', retryable: true, details: { attempts: 2 } });
  expect(copy.stack).toBe(error.stack);
  expect(copy.cause).toBeInstanceOf(SourceError);
  expect(copy.cause).toMatchObject({ message: 'Row 3 is bad.', details: { uri: 'file:///x', row: 3 } });
});

test('errors whose constructors take other arguments come back too', () => {
  for (const error of [new UnknownColumnError('a', ['b'], 'select()'), new InternalError('Odd.')]) {
    const copy = deserializeError(serializeError(error));
    expect(copy).toBeInstanceOf(error.constructor);
    expect(copy.message).toBe(error.message);
  }
  expect(new UnknownColumnError('a', ['b'])).toBeInstanceOf(PlanError);
});

test('what is no error of shoal is an internal one', () => {
  expect(serializeError(new RangeError('odd'))).toMatchObject({
    name: 'RangeError',
    code: 'INTERNAL',
    retryable: false,
  });
  expect(serializeError('text').message).toBe(
    "A value was thrown that is no error: text. This is a defect in shoal; please report it with the query's explain() text.",
  );
});

test('the nearest name forgives case, a letter, a swap; not another word', () => {
  const names = ['amount', 'id', 'name', 'country'];
  const proposals = ['amout', 'AMOUNT', 'nmae', 'ID', 'contry', 'counrty', 'x', 'total'].map((name) =>
    nearestName(name, names),
  );
  expect(proposals).toEqual(['amount', 'amount', 'name', 'id', 'country', 'country', undefined, undefined]);
});

test('an unknown column of nothing says so', () => {
  expect(new UnknownColumnError('a', []).message).toBe('Unknown column "a". Available: (none)');
});

import { expect, test } from 'vitest';
import { type PartSpan, verifySpans } from '../../src/plan/part-span.ts';

/** The part `start … end`, whose records are `first … last`. */
const span = (start: number, end: number, first: number | null, last: number | null): PartSpan => ({
  scan: 0,
  uri: 'file:///a.csv',
  startByte: start,
  endByte: end,
  firstRecordByte: first,
  recordsEndByte: last,
  endState: 'record',
  newline: '\n',
  guessed: start > 0,
});

const accepted = { kind: 'accepted' };
const unknown = { kind: 'unknown' };

test('parts that follow each other are right', () => {
  expect(verifySpans([span(0, 10, 0, 14), span(10, 20, 14, 22), span(20, 30, 22, 30)])).toEqual([
    accepted,
    accepted,
    accepted,
  ]);
});

test('a part within a record has none of its own', () => {
  expect(
    verifySpans([span(0, 10, 0, 35), span(10, 20, null, null), span(20, 30, null, null), span(30, 40, 35, 40)]),
  ).toEqual([accepted, accepted, accepted, accepted]);
});

test('a part that begins elsewhere runs again; those behind it wait', () => {
  expect(verifySpans([span(0, 10, 0, 14), span(10, 20, 12, 22), span(20, 30, 22, 30)])).toEqual([
    accepted,
    { kind: 'rerun', exactStart: 14, newline: '\n' },
    unknown,
  ]);
});

test('a part that found records where there are none, or none where there are some', () => {
  expect(verifySpans([span(0, 10, 0, 25), span(10, 20, 12, 22)])).toEqual([
    accepted,
    { kind: 'rerun', exactStart: 25, newline: '\n' },
  ]);
  expect(verifySpans([span(0, 10, 0, 12), span(10, 20, null, null)])).toEqual([
    accepted,
    { kind: 'rerun', exactStart: 12, newline: '\n' },
  ]);
});

test('a guess that was given up is not right, even where it begins rightly', () => {
  expect(verifySpans([span(0, 10, 0, 12), span(10, 20, 12, null)])).toEqual([
    accepted,
    { kind: 'rerun', exactStart: 12, newline: '\n' },
  ]);
});

test('what is behind a part that is not known yet is not known either', () => {
  expect(verifySpans([span(0, 10, 0, 12), null, span(20, 30, 22, 30)])).toEqual([accepted, unknown, unknown]);
  expect(verifySpans([])).toEqual([]);
});

test('a part whose records end otherwise than those before it runs again, and is right then', () => {
  const first = { ...span(0, 10, 0, 14), newline: '\r\n' } as const;
  // A record that the file ends has no newline.
  const last = { ...span(20, 30, 22, 30), newline: '' } as const;
  const rerun = { kind: 'rerun', exactStart: 14, newline: '\r\n' };
  expect(verifySpans([first, span(10, 20, 14, 22), last])).toEqual([accepted, rerun, unknown]);
  expect(verifySpans([first, { ...span(10, 20, 14, 22), guessed: false }, last])).toEqual(Array(3).fill(accepted));
  // The newline is that of the first record that has one, also behind parts without records.
  const none = { ...span(14, 20, null, null), newline: '' } as const;
  expect(verifySpans([{ ...first, endByte: 14, recordsEndByte: 20 }, none, span(20, 30, 20, 30)])).toEqual([
    accepted,
    accepted,
    { kind: 'rerun', exactStart: 20, newline: '\r\n' },
  ]);
});

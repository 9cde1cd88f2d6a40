import type { Newline } from './source.ts';

/**
 * Which bytes of a file a task took for its part of it (`FilePart` of kind `bytes`). A part of a CSV file is read by guesses:
 * whether it begins within quotes, and that the records before it end as its own do; {@link verifySpans} tells whether the
 * guesses were right.
 */
export interface PartSpan {
  /** Which of the plan's scans, counted in the order of `relInputs`, from 0. */
  readonly scan: number;
  readonly uri: string;
  /** The part, as it was planned. */
  readonly startByte: number;
  readonly endByte: number;
  /** First byte of its first record; null when no record begins in it. */
  readonly firstRecordByte: number | null;
  /** Behind its last record; null when there is none, or none was found where the guess would have it. */
  readonly recordsEndByte: number | null;
  /** How the file ended, when the last record went on to its end: within quotes (a mistake in the file) or not. */
  readonly endState: 'record' | 'quotes';
  /**
   * How its records end, where that matters: those of a CSV file all end alike. '' for none, and elsewhere; 'mixed' where they
   * differ and the engine would not tell.
   */
  readonly newline: Newline | '' | 'mixed';
  /** Whether the start was guessed, and what newline is before it; what was not is right. */
  readonly guessed: boolean;
}

/** What is to be done with a part. */
export type SpanVerdict =
  | { readonly kind: 'accepted' }
  /**
   * The part's records begin elsewhere, or do not end as those before them: run its task again with `exactStart` and the
   * `newline` of those, '' when there is none.
   */
  | { readonly kind: 'rerun'; readonly exactStart: number; readonly newline: Newline | '' }
  /** A part before it has to be known first. */
  | { readonly kind: 'unknown' };

/**
 * Holds the parts of one file against each other: a part is right when its first record begins where the record before it
 * ended, and ends as that one did. Pure; call it again after a rerun.
 *
 * @param spans all parts of one file of one scan, in the file's order; null for one that is not known yet
 * @returns a verdict for each part
 */
export function verifySpans(spans: readonly (PartSpan | null)[]): readonly SpanVerdict[] {
  let expected: number | null = 0;
  let newline: Newline | '' = '';
  return spans.map((span): SpanVerdict => {
    if (expected === null || span === null) {
      expected = null;
      return { kind: 'unknown' };
    }
    const start: number = expected;
    if (isRight(span, start, newline)) {
      expected = span.recordsEndByte ?? start;
      if (newline === '' && span.newline !== 'mixed') newline = span.newline;
      return { kind: 'accepted' };
    }
    expected = null;
    return { kind: 'rerun', exactStart: start, newline };
  });
}

/**
 * @param expected where the record before the part ended
 * @param newline how the records before the part end
 */
function isRight(span: PartSpan, expected: number, newline: Newline | ''): boolean {
  if (span.firstRecordByte === null) return expected >= span.endByte;
  if (span.guessed && newline !== '' && span.newline !== '' && span.newline !== newline) return false;
  return span.firstRecordByte === expected && span.recordsEndByte !== null;
}

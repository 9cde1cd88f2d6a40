/**
 * Which bytes of a file a task took for its part of it (`FilePart` of kind `bytes`). Where quotes may hold newlines, a task
 * guesses whether its part begins within quotes; {@link verifySpans} tells whether the guess was right.
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
  /** Whether the start was guessed; one that was not is right. */
  readonly guessed: boolean;
}

/** What is to be done with a part. */
export type SpanVerdict =
  | { readonly kind: 'accepted' }
  /** The part's records begin elsewhere: run its task again with `exactStart`. */
  | { readonly kind: 'rerun'; readonly exactStart: number }
  /** A part before it has to be known first. */
  | { readonly kind: 'unknown' };

/**
 * Holds the parts of one file against each other: a part is right when its first record begins where the record before it
 * ended. Pure; call it again after a rerun.
 *
 * @param spans all parts of one file of one scan, in the file's order; null for one that is not known yet
 * @returns a verdict for each part
 */
export function verifySpans(spans: readonly (PartSpan | null)[]): readonly SpanVerdict[] {
  let expected: number | null = 0;
  return spans.map((span): SpanVerdict => {
    if (expected === null || span === null) {
      expected = null;
      return { kind: 'unknown' };
    }
    const start: number = expected;
    if (isRight(span, start)) {
      expected = span.recordsEndByte ?? start;
      return { kind: 'accepted' };
    }
    expected = null;
    return { kind: 'rerun', exactStart: start };
  });
}

/** @param expected where the record before the part ended */
function isRight(span: PartSpan, expected: number): boolean {
  if (span.firstRecordByte === null) return expected >= span.endByte;
  return span.firstRecordByte === expected && span.recordsEndByte !== null;
}

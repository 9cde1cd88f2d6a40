import type { ByteRange } from '../../storage/store.ts';
import type { SplitRequest } from '../split-part.ts';
import type { RecordDialect } from './records.ts';
import { guessInQuotes } from './split-guess.ts';
import { CsvScanner } from './split-scanner.ts';

/** Longest record that the engine reads; see `engine/sql/csv.ts`. */
const longestRecordBytes = 8 << 20;

/** A part of a CSV file to be cut. */
export interface CsvPart {
  readonly part: ByteRange;
  /** Size of the file. */
  readonly sizeBytes: number;
  /** Where the part's first record begins, when the parts before it have told. */
  readonly exactStart: number | null;
  /** Fields of a record. */
  readonly width: number;
}

/** How `cutPart` cuts a part of a CSV file. */
export function csvSplit({ part, sizeBytes, exactStart, width }: CsvPart, dialect: RecordDialect): SplitRequest {
  return {
    part,
    sizeBytes,
    exactStart,
    scanner: (offset, start) => new CsvScanner(dialect, offset, start),
    guessInQuotes: (text, atEnd) => guessInQuotes(text, dialect, width, atEnd),
    longestRecordBytes,
  };
}

import type { Sample } from '../samples.ts';
import { type JsonReading, readJson } from './json-shape.ts';

/** One record of NDJSON, or one element of an array file. */
export interface JsonRecord {
  /** Offsets within the text that was read; latin1 of bytes, so they are bytes. */
  readonly start: number;
  /** Exclusive, without the newline. */
  readonly end: number;
  /** 1-based line of the text where the record begins. */
  readonly line: number;
  readonly reading: JsonReading;
}

/** Whether a file is one array of objects, by its first character. */
export function isArrayFile(head: Pick<Sample, 'text'>): boolean {
  return /^[ \t\r\n]*\[/.test(head.text);
}

/**
 * The whole records in a sample. A sample that begins within a file begins within a line, which is left out, as is a last
 * line that the sample cuts off. Of array files only the beginning is read.
 *
 * @param isHead whether the sample begins where the file does
 */
export function* readRecords(sample: Sample, isHead: boolean): Generator<JsonRecord> {
  if (isHead && isArrayFile(sample)) yield* arrayElements(sample);
  else yield* lines(sample, isHead);
}

/** The lines of a text that ends where the file does; blank ones are none. */
export function readLines(text: string): Generator<JsonRecord> {
  return lines({ text, startByte: 0, atEnd: true }, true);
}

function* lines(sample: Sample, isHead: boolean): Generator<JsonRecord> {
  const { text } = sample;
  let line = 1;
  let start = 0;
  if (!isHead) {
    start = text.indexOf('\n') + 1;
    if (start === 0) return;
  }
  for (; start < text.length; line++) {
    const newline = text.indexOf('\n', start);
    if (newline < 0 && !sample.atEnd) return;
    const end = newline < 0 ? text.length : newline;
    if (!/^[ \t\r]*$/.test(text.slice(start, end)))
      yield { start, end, line, reading: readLine(text.slice(start, end)) };
    start = end + 1;
  }
}

/** A line is one value and nothing else. */
function readLine(line: string): JsonReading {
  const reading = readJson(line);
  if (reading.kind === 'problem' || /^[ \t\r]*$/.test(line.slice(reading.end))) return reading;
  return { kind: 'problem', offset: reading.end, expected: 'the end of the line' };
}

function* arrayElements(sample: Sample): Generator<JsonRecord> {
  const { text } = sample;
  let line = 1;
  let counted = 0;
  let position = text.indexOf('[') + 1;
  for (;;) {
    position += /^[ \t\r\n,]*/.exec(text.slice(position, position + 4096))?.[0].length ?? 0;
    if (position >= text.length || text[position] === ']') return;
    for (; counted < position; counted++) if (text[counted] === '\n') line++;
    const reading = readJson(text, position);
    // Where the sample ends, so does what can be known.
    if (reading.kind === 'problem' && !sample.atEnd) return;
    const end = reading.kind === 'value' ? reading.end : text.length;
    yield {
      start: position,
      end,
      line,
      reading: reading.kind === 'value' ? reading : { ...reading, offset: reading.offset - position },
    };
    position = end;
  }
}

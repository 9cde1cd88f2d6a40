import type { Newline } from '../../plan/source.ts';
import type { Sample } from '../samples.ts';
import type { RecordDialect } from './records.ts';
import { CsvScanner } from './split-scanner.ts';

/**
 * How the first record of a CSV file ends, by its beginning. The engine would take the file's first newline, even one within
 * quotes, and with another than that of the records finds no record, without a word.
 *
 * @returns '' where the sample does not tell; null for a file that holds no newline, which any suits
 */
export function headNewline(head: Sample, dialect: RecordDialect): Newline | '' | null {
  if (head.atEnd && !/[\r\n]/.test(head.text)) return null;
  const scanner = new CsvScanner(dialect, 0, 'record');
  scanner.scan(Buffer.from(head.text, 'latin1'), 0, 1);
  return scanner.newline;
}

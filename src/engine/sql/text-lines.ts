import { quoteString } from './quote.ts';

/** A code point that Unicode keeps out of texts (a noncharacter): no line holds it, so no line is cut by it. */
const neverInText = '\u{10FFFF}';

/** Longest line, bytes. */
const maxLineBytes = 16 * 1024 * 1024;

/**
 * The table function that reads files line by line, in order, as they stand: quotes and delimiters mean nothing, CRLF
 * and CR end a line as LF does.
 *
 * @param paths SQL of a list of paths
 * @param column name of the one column
 * @param more options: what becomes of lines that are not UTF-8
 */
export function renderLines(paths: string, column: string, more: readonly string[] = []): string {
  const options = [
    'auto_detect = FALSE',
    'hive_partitioning = FALSE',
    'header = FALSE',
    `delim = ${quoteString(neverInText)}`,
    `quote = ''`,
    `escape = ''`,
    // Mixed line ends are none of the strict mode's business here.
    'strict_mode = FALSE',
    `columns = {${quoteString(column)}: 'VARCHAR'}`,
    `force_not_null = [${quoteString(column)}]`,
    `max_line_size = ${maxLineBytes}`,
    `buffer_size = ${2 * maxLineBytes}`,
    ...more,
  ];
  return `read_csv(${paths}, ${options.join(', ')})`;
}

import { quoteString } from './quote.ts';

/** SQL of a condition: the whole text is one of the pattern (RE2), in any case. */
export function matches(text: string, pattern: string): string {
  return `regexp_full_match(${text}, ${quoteString(`(?i)${pattern}`)})`;
}

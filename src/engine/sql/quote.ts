import { PlanError } from '../../errors.ts';

/**
 * An SQL identifier that means exactly `name`. This file is the only place where quoting happens.
 *
 * @throws {PlanError} INVALID_ARGUMENT for a name with a NUL character, which no SQL text can hold
 */
export function quoteIdentifier(name: string): string {
  return `"${withoutNul(name, 'A name').replaceAll('"', '""')}"`;
}

/**
 * An SQL string constant of exactly `text`, without a type of its own.
 *
 * @throws {PlanError} INVALID_ARGUMENT for text with a NUL character, which no SQL text can hold
 */
export function quoteString(text: string): string {
  return `'${withoutNul(text, 'A text').replaceAll("'", "''")}'`;
}

function withoutNul(text: string, subject: string): string {
  if (!text.includes('\0')) return text;
  throw new PlanError(
    'INVALID_ARGUMENT',
    `${subject} in a query cannot hold the NUL character: ${JSON.stringify(text)}. Remove it, or pass the bytes as a Uint8Array.`,
  );
}

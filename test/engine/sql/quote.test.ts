import { expect, test } from 'vitest';
import { quoteIdentifier, quoteString } from '../../../src/engine/sql/quote.ts';

test('names and texts mean themselves', () => {
  expect(quoteIdentifier('a "b"; DROP TABLE x')).toBe('"a ""b""; DROP TABLE x"');
  expect(quoteString("it's \\ 😀\n")).toBe("'it''s \\ 😀\n'");
});

test('NUL is refused, since no SQL text can hold it', () => {
  const hint = 'Remove it, or pass the bytes as a Uint8Array.';
  expect(() => quoteIdentifier('a\0b')).toThrow(
    `A name in a query cannot hold the NUL character: "a\\u0000b". ${hint}`,
  );
  expect(() => quoteString('\0')).toThrow(`A text in a query cannot hold the NUL character: "\\u0000". ${hint}`);
});

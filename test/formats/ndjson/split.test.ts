import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lineSplit } from '../../../src/formats/ndjson/split.ts';
import { cutFile } from '../split-file.ts';

const cut = (bytes: Buffer, offsets: readonly number[], pieceBytes = 7) =>
  cutFile(bytes, offsets, (part, exactStart) => lineSplit(part, bytes.length, exactStart), pieceBytes);

const lines = (bytes: Buffer) =>
  bytes
    .toString('latin1')
    .split('\n')
    .filter((line) => line.trim() !== '');

const folder = join(import.meta.dirname, '../../../fixtures/ndjson');
const fixtures = readdirSync(folder)
  .filter((name) => name.endsWith('.ndjson') && !name.startsWith('zero'))
  .map((name): [string, Buffer] => [name, readFileSync(join(folder, name))]);
const written: [string, Buffer][] = [
  ['blank lines, CRLF, unicode', Buffer.from('\r\n{"a":"🐟"}\r\n\r\n{"a":"é\\n"}\n\n{"b":[1,\t2]}')],
  ['giant rows', Buffer.from(`{"a":"${'x'.repeat(300)}"}\n{"a":1}\n{"a":"${'\\n'.repeat(200)}"}\n`)],
];

describe.each([...fixtures, ...written])('%s', (_, bytes) => {
  test('cut at every byte, and into parts of one, two, three … bytes: no rerun, no line lost', async () => {
    const evenly = [1, 2, 3, 5, 8, 50].map((size) =>
      Array.from({ length: Math.ceil(bytes.length / size) - 1 }, (_, index) => (index + 1) * size),
    );
    const once = Array.from({ length: bytes.length - 1 }, (_, index) => [index + 1]);
    for (const offsets of [...once, ...evenly]) {
      const { slices, reruns } = await cut(bytes, offsets);
      expect(reruns).toBe(0);
      expect(slices.flatMap(lines), `cut at ${offsets.join(', ')}`).toEqual(lines(bytes));
    }
  });
});

test('any values, cut anywhere, read in any pieces', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.jsonValue(), { minLength: 1, maxLength: 8 }),
      fc.constantFrom('\n', '\r\n'),
      fc.array(fc.nat({ max: 300 }), { maxLength: 12 }),
      fc.integer({ min: 1, max: 40 }),
      async (values, newline, places, pieceBytes) => {
        const bytes = Buffer.from(values.map((value) => JSON.stringify(value)).join(newline));
        const offsets = [...new Set(places)].filter((at) => at > 0 && at < bytes.length).sort((a, b) => a - b);
        const { slices, cuts } = await cut(bytes, offsets, pieceBytes);
        const texts = slices.flatMap((slice) => lines(Buffer.from(slice.toString('latin1'))));
        expect(texts.map((text) => JSON.parse(Buffer.from(text, 'latin1').toString()))).toEqual(
          values.map((value) => JSON.parse(JSON.stringify(value))),
        );
        // A line belongs to the part that holds its first byte.
        for (const [index, { firstRecordByte }] of cuts.entries()) {
          const [start, end] = [offsets[index - 1] ?? 0, offsets[index] ?? bytes.length];
          if (firstRecordByte !== null) expect(firstRecordByte >= start && firstRecordByte < end).toBe(true);
        }
      },
    ),
    { numRuns: 300, verbose: true },
  );
});

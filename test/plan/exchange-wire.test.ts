import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeOutput, decodeParts, encodeOutput, encodeParts } from '../../src/plan/exchange-wire.ts';
import {
  allBytes,
  outputBytes,
  outputFiles,
  type ProducerOutput,
  packOutput,
  partsBytes,
} from '../../src/plan/producer-output.ts';
import { maxTaskBytes } from '../../src/plan/serde.ts';

const overWire = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

const file = fc.record({
  sizeBytes: fc.oneof(fc.nat(300), fc.nat(2 ** 31), fc.nat(2 ** 40)),
  checksum: fc.nat(2 ** 32 - 1),
});

/** Outputs in objects: up to six partitions from any on, each with up to three files. */
const objectOutput = fc
  .record({
    fromPartition: fc.nat(5),
    startByte: fc.nat(2 ** 33),
    partitions: fc.array(fc.array(file, { maxLength: 3 }), { maxLength: 6 }),
    name: fc.string(),
  })
  .map(({ fromPartition, startByte, partitions, name }): ProducerOutput => {
    const files = partitions.flatMap((own, index) =>
      own.map((each) => ({ ...each, partition: fromPartition + index })),
    );
    const place = { kind: 'object', uri: `s3://bucket/job/${name}`, version: `"${name}"` } as const;
    return packOutput(place, { fromPartition, toPartition: fromPartition + partitions.length }, files, startByte);
  });

/** Outputs in results: what their files hold tells the place of each byte. */
const inlineOutput = fc
  .array(fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 3 }), { maxLength: 6 })
  .map((sizes) => {
    const files = sizes.flatMap((own, partition) => own.map((sizeBytes) => ({ partition, sizeBytes, checksum: 7 })));
    const bytes = Uint8Array.from(
      { length: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) },
      (_, index) => index,
    );
    return packOutput({ kind: 'inline', bytes }, { fromPartition: 0, toPartition: sizes.length }, files);
  });

const plain = ({ place, ...rest }: ProducerOutput) => ({
  ...rest,
  place: place.kind === 'inline' ? { ...place, bytes: [...place.bytes] } : place,
});

test('an output is the same behind the wire', () => {
  fc.assert(
    fc.property(fc.oneof(objectOutput, inlineOutput), (output) => {
      expect(plain(decodeOutput(overWire(encodeOutput(output))))).toEqual(plain(output));
    }),
  );
});

test('what a task reads is the same behind the wire, without what it does not read', () => {
  fc.assert(
    fc.property(fc.array(objectOutput, { maxLength: 4 }), fc.nat(8), fc.nat(8), (outputs, from, length) => {
      const parts = { fromPartition: from, toPartition: from + length, outputs };
      const read = decodeParts(overWire(encodeParts(parts)));
      const files = (all: readonly ProducerOutput[]) =>
        all.flatMap((output) => {
          const own = outputFiles(output, from, from + length);
          return own.length > 0 ? [{ place: output.place, files: own }] : [];
        });
      expect(files(read.outputs)).toEqual(files(outputs));
      expect(partsBytes(read)).toBe(partsBytes(parts));
      expect(read.outputs.every((output) => allBytes(output) === outputBytes(output, from, from + length))).toBe(true);
    }),
  );
});

test('of an output in a result only the wanted bytes are sent', () => {
  const files = [
    { partition: 0, sizeBytes: 2, checksum: 1 },
    { partition: 1, sizeBytes: 3, checksum: 2 },
    { partition: 3, sizeBytes: 1, checksum: 3 },
  ];
  const place = { kind: 'inline', bytes: Uint8Array.of(0, 1, 2, 3, 4, 5) } as const;
  const output = packOutput(place, { fromPartition: 0, toPartition: 4 }, files);
  const sent = (fromPartition: number, toPartition: number) =>
    decodeParts(overWire(encodeParts({ fromPartition, toPartition, outputs: [output] }))).outputs;
  const [narrowed] = sent(1, 3);
  expect(narrowed && plain(narrowed).place).toEqual({ kind: 'inline', bytes: [2, 3, 4] });
  expect(narrowed && outputFiles(narrowed, 0, 9)).toEqual([{ partition: 1, startByte: 0, endByte: 3, checksum: 2 }]);
  expect([sent(2, 3), sent(4, 9)]).toEqual([[], []]);
});

const uuid = '123e4567-e89b-12d3-a456-426614174000';

/** What each of many producers wrote: one file of 640 KiB for each partition. */
function wideExchange(producers: number, partitions: number): readonly ProducerOutput[] {
  return Array.from({ length: producers }, (_, producer) =>
    packOutput(
      {
        kind: 'object',
        uri: `s3://a-bucket-of-some-name/with/a/prefix/jobs/${uuid}/0-${producer}-${uuid}`,
        version: '"0123456789abcdef0123456789abcdef"',
      },
      { fromPartition: 0, toPartition: partitions },
      Array.from({ length: partitions }, (_, partition) => ({
        partition,
        sizeBytes: 640 << 10,
        checksum: (producer * partitions + partition) * 2_654_435_761,
      })),
    ),
  );
}

test('a task that reads from 1,000 producers is no longer than a function service takes', () => {
  const outputs = wideExchange(1_000, 1_000);
  const text = JSON.stringify(encodeParts({ fromPartition: 500, toPartition: 501, outputs }));
  expect(text.length).toBeLessThan(maxTaskBytes / 2);
  // A handful of merged partitions, too.
  expect(JSON.stringify(encodeParts({ fromPartition: 500, toPartition: 508, outputs })).length).toBeLessThan(
    maxTaskBytes,
  );
});

test('a driver holds 16 bytes for each producer and partition', () => {
  const [output] = wideExchange(1, 1_000);
  const buffers = [output?.firstFile, output?.endBytes, output?.checksums].map((array) => array?.byteLength ?? 0);
  expect(buffers.reduce((sum, bytes) => sum + bytes, 0)).toBe(16 * 1_000 + 4);
});

test.each<[string, unknown]>([
  ['nothing', undefined],
  ['a text', 'object'],
  ['another kind', ['file', 'a', 'v', 0, 0, 'AA==']],
  ['a kind without its members', ['object', 'a', 'v']],
  ['a negative start', ['object', 'a', 'v', 0, -1, 'AA==']],
  ['no base64', ['object', 'a', 'v', 0, 0, 'A*==']],
  ['an empty layout', ['object', 'a', 'v', 0, 0, '']],
  ['more partitions than there are bytes', ['object', 'a', 'v', 0, 0, Buffer.of(255, 255, 127).toString('base64')]],
  ['a file without checksum', ['object', 'a', 'v', 0, 0, Buffer.of(1, 1, 5, 0, 0).toString('base64')]],
  ['bytes behind the last file', ['object', 'a', 'v', 0, 0, Buffer.of(1, 1, 5, 0, 0, 0, 0, 0).toString('base64')]],
  [
    'a length beyond 2^53',
    ['object', 'a', 'v', 0, 0, Buffer.of(1, 1, ...Array(8).fill(255), 1, 0, 0, 0, 0).toString('base64')],
  ],
  ['fewer bytes than the layout tells', ['inline', '', 0, Buffer.of(1, 1, 5, 0, 0, 0, 0).toString('base64')]],
])('%s is refused', (_, wire) => {
  const text = (JSON.stringify(wire) ?? 'undefined').slice(0, 80);
  expect(() => decodeOutput(wire)).toThrow(
    `${text} came over the wire, which is not what a task writes into an exchange. This is a defect in shoal;`,
  );
});

test('parts of another form are refused', () => {
  for (const wire of [null, [], {}, { fromPartition: 0, toPartition: 1, prefix: 3, outputs: [] }])
    expect(() => decodeParts(wire)).toThrow('came over the wire, which is not what a task writes into an exchange.');
});

import { InternalError } from '../errors.ts';
import {
  type ExchangeParts,
  fileRange,
  type OutputPlace,
  type ProducerOutput,
  packOutput,
  startOf,
  toPartitionOf,
} from './producer-output.ts';

/*
 * A ProducerOutput as JSON. `layout` is base64 of
 *
 *   varint            number of partitions
 *   varint            for each partition: its number of files
 *   varint, 4 bytes   for each file: its length, its checksum (little-endian)
 *
 * which comes to some 12 characters a file. A varint has 7 bits a byte, the lowest first, as in Parquet and Protocol Buffers.
 */

/** A {@link ProducerOutput} as JSON. */
export type WireOutput =
  | readonly ['object', uri: string, version: string, fromPartition: number, startByte: number, layout: string]
  | readonly ['inline', bytes: string, fromPartition: number, layout: string];

/** {@link ExchangeParts} as JSON: only the partitions that are read, of outputs that have any of their rows. */
export interface WireParts {
  readonly fromPartition: number;
  readonly toPartition: number;
  /** What all uris begin with; they are told without it. */
  readonly prefix: string;
  readonly outputs: readonly WireOutput[];
}

/** The JSON form of an output. */
export function encodeOutput(output: ProducerOutput): WireOutput {
  return encodePartitions(output, 0, toPartitionOf(output), 0);
}

/** The JSON form of an output's partitions `from` to `to` (exclusive), of which it has some. */
function encodePartitions(output: ProducerOutput, from: number, to: number, prefixLength: number): WireOutput {
  const { place, fromPartition } = output;
  const first = Math.max(from, fromPartition);
  const files = fileRange(output, from, to);
  const startByte = startOf(output, files.first);
  const layout = encodeLayout(output, first - fromPartition, Math.min(to, toPartitionOf(output)) - fromPartition);
  switch (place.kind) {
    case 'object':
      return ['object', place.uri.slice(prefixLength), place.version, first, startByte, layout];
    case 'inline': {
      const bytes = place.bytes.subarray(startByte, startOf(output, files.end));
      return ['inline', Buffer.from(bytes).toString('base64'), first, layout];
    }
  }
}

/**
 * The inverse of {@link encodeOutput}.
 *
 * @throws {InternalError} for a value that is not of its form
 */
export function decodeOutput(wire: unknown, prefix = ''): ProducerOutput {
  if (!Array.isArray(wire)) throw noOutput(wire);
  const [kind, ...rest]: readonly unknown[] = wire;
  if (kind === 'object' && rest.length === 5) {
    const [uri, version, fromPartition, startByte, layout] = rest;
    if (typeof uri === 'string' && typeof version === 'string' && isCount(startByte)) {
      const place = { kind: 'object', uri: prefix + uri, version } as const;
      return decodeLayout(place, fromPartition, startByte, layout) ?? fail(wire);
    }
  }
  if (kind === 'inline' && rest.length === 3) {
    const [bytes, fromPartition, layout] = rest;
    const decoded = bytesOfBase64(bytes);
    const output = decoded && decodeLayout({ kind: 'inline', bytes: decoded }, fromPartition, 0, layout);
    if (output && (output.endBytes.at(-1) ?? 0) === decoded.length) return output;
  }
  return fail(wire);
}

/** The JSON form of what a task reads. */
export function encodeParts({ fromPartition, toPartition, outputs }: ExchangeParts): WireParts {
  const read = outputs.filter((output) => hasFiles(output, fromPartition, toPartition));
  const prefix = commonPrefix(read);
  return {
    fromPartition,
    toPartition,
    prefix,
    outputs: read.map((output) => encodePartitions(output, fromPartition, toPartition, prefix.length)),
  };
}

function hasFiles(output: ProducerOutput, from: number, to: number): boolean {
  const { first, end } = fileRange(output, from, to);
  return first < end;
}

/**
 * The inverse of {@link encodeParts}, but for what it left out.
 *
 * @throws {InternalError} for a value that is not of its form
 */
export function decodeParts(wire: unknown): ExchangeParts {
  if (typeof wire !== 'object' || wire === null) throw noOutput(wire);
  const { fromPartition, toPartition, prefix, outputs } = wire as Partial<Record<keyof WireParts, unknown>>;
  if (!isCount(fromPartition) || !isCount(toPartition) || typeof prefix !== 'string' || !Array.isArray(outputs))
    throw noOutput(wire);
  return { fromPartition, toPartition, outputs: outputs.map((output) => decodeOutput(output, prefix)) };
}

/** @param first index of a partition; @param end exclusive */
function encodeLayout(output: ProducerOutput, first: number, end: number): string {
  const { firstFile, endBytes, checksums } = output;
  const firstOf = (partition: number) => firstFile[partition] ?? 0;
  const files = firstOf(end) - firstOf(first);
  // No varint of a safe integer is longer than 8 bytes.
  const bytes = Buffer.allocUnsafe(8 + (end - first) * 5 + files * 12);
  let length = writeVarint(bytes, 0, end - first);
  for (let partition = first; partition < end; partition++)
    length = writeVarint(bytes, length, firstOf(partition + 1) - firstOf(partition));
  for (let file = firstOf(first); file < firstOf(end); file++) {
    length = writeVarint(bytes, length, (endBytes[file] ?? 0) - startOf(output, file));
    length = bytes.writeUInt32LE(checksums[file] ?? 0, length);
  }
  return bytes.toString('base64', 0, length);
}

/** Null for what is no layout. */
function decodeLayout(
  place: OutputPlace,
  fromPartition: unknown,
  startByte: number,
  layout: unknown,
): ProducerOutput | null {
  const bytes = bytesOfBase64(layout);
  if (!bytes || !isCount(fromPartition)) return null;
  const reader = new LayoutReader(bytes);
  const partitions = reader.varint();
  // Each has a byte at least: what is longer is no layout, and nothing is allocated for it.
  if (partitions > bytes.length) return null;
  const files: { partition: number; sizeBytes: number; checksum: number }[] = [];
  for (let index = 0; index < partitions; index++) {
    const count = reader.varint();
    if (files.length + count > bytes.length) return null;
    for (let file = 0; file < count; file++)
      files.push({ partition: fromPartition + index, sizeBytes: 0, checksum: 0 });
  }
  for (const file of files) {
    file.sizeBytes = reader.varint();
    file.checksum = reader.uint32();
  }
  if (!reader.isAtEnd) return null;
  const output = packOutput(place, { fromPartition, toPartition: fromPartition + partitions }, files, startByte);
  return Number.isSafeInteger(output.endBytes.at(-1) ?? 0) ? output : null;
}

/** Reads a layout; past its end everything is 0, and it is never at its end again. */
class LayoutReader {
  private readonly bytes: Uint8Array;
  private place = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.place === this.bytes.length;
  }

  varint(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.bytes[this.place++] ?? 0;
      value += (byte & 127) * factor;
      if (byte < 128 || factor > 2 ** 49) return value;
    }
  }

  uint32(): number {
    let value = 0;
    for (let factor = 1; factor <= 2 ** 24; factor *= 256) value += (this.bytes[this.place++] ?? 0) * factor;
    return value;
  }
}

/** @returns where the next byte goes */
function writeVarint(bytes: Uint8Array, place: number, value: number): number {
  let rest = value;
  let next = place;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes[next++] = (rest % 128) + 128;
  bytes[next++] = rest;
  return next;
}

/** Node leaves out what is no base64; here it is an error. */
function bytesOfBase64(text: unknown): Uint8Array | null {
  if (typeof text !== 'string') return null;
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : null;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** What the uris of all outputs in objects begin with. */
function commonPrefix(outputs: readonly ProducerOutput[]): string {
  let prefix: string | null = null;
  for (const { place } of outputs) {
    if (place.kind !== 'object') continue;
    prefix ??= place.uri;
    let length = place.uri.startsWith(prefix) ? prefix.length : 0;
    while (length < prefix.length && prefix[length] === place.uri[length]) length++;
    prefix = prefix.slice(0, length);
  }
  return prefix ?? '';
}

function fail(wire: unknown): never {
  throw noOutput(wire);
}

function noOutput(wire: unknown): InternalError {
  const text = (JSON.stringify(wire) ?? String(wire)).slice(0, 80);
  return new InternalError(`${text} came over the wire, which is not what a task writes into an exchange.`);
}

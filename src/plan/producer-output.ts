/**
 * What one task wrote into an exchange: Parquet files of wire types, one after another without a gap, those of a partition
 * together. Of a partition there may be none, one or several. Packed, because a driver holds producers × partitions of them:
 * 4 bytes a partition and 12 a file.
 */
export interface ProducerOutput {
  readonly place: OutputPlace;
  /** Number of its first partition; a relay has a part of an exchange's partitions only. */
  readonly fromPartition: number;
  /** Where the first file begins in the place. */
  readonly startByte: number;
  /** By partition: the index of its first file; at the end, the number of files. */
  readonly firstFile: Uint32Array;
  /** By file: where it ends in the place, exclusive. An object may be longer than 4 GiB. */
  readonly endBytes: Float64Array;
  /** By file: the checksum of its bytes. */
  readonly checksums: Uint32Array;
}

/** Where files lie: in an object, or in the task's result itself. */
export type OutputPlace =
  | { readonly kind: 'object'; readonly uri: string; readonly version: string }
  | { readonly kind: 'inline'; readonly bytes: Uint8Array };

/** A file of a {@link ProducerOutput}. */
export interface OutputFile {
  readonly partition: number;
  readonly startByte: number;
  /** Exclusive. */
  readonly endByte: number;
  readonly checksum: number;
}

/** Partitions `fromPartition` to `toPartition` (exclusive) of some producers: what one task reads of an exchange. */
export interface ExchangeParts {
  readonly fromPartition: number;
  readonly toPartition: number;
  readonly outputs: readonly ProducerOutput[];
}

/** What a task without rows wrote. */
export const noOutput: ProducerOutput = packOutput(
  { kind: 'inline', bytes: new Uint8Array() },
  { fromPartition: 0, toPartition: 0 },
  [],
);

/** What a stage's plan has, whose tasks have their own. */
export const noParts: ExchangeParts = { fromPartition: 0, toPartition: 0, outputs: [] };

/** Files in their order, packed. @param files by partition, ascending; their bytes lie one after another from `startByte` on */
export function packOutput(
  place: OutputPlace,
  partitions: { readonly fromPartition: number; readonly toPartition: number },
  files: readonly { readonly partition: number; readonly sizeBytes: number; readonly checksum: number }[],
  startByte = 0,
): ProducerOutput {
  const { fromPartition, toPartition } = partitions;
  const firstFile = new Uint32Array(toPartition - fromPartition + 1);
  const endBytes = new Float64Array(files.length);
  const checksums = new Uint32Array(files.length);
  let endByte = startByte;
  for (const [index, file] of files.entries()) {
    endByte += file.sizeBytes;
    endBytes[index] = endByte;
    checksums[index] = file.checksum;
    const next = file.partition - fromPartition + 1;
    firstFile[next] = (firstFile[next] ?? 0) + 1;
  }
  // From counts to the files before.
  for (let index = 1; index < firstFile.length; index++) {
    firstFile[index] = (firstFile[index] ?? 0) + (firstFile[index - 1] ?? 0);
  }
  return { place, fromPartition, startByte, firstFile, endBytes, checksums };
}

/** End of the partitions that an output is about, exclusive. */
export function toPartitionOf({ fromPartition, firstFile }: ProducerOutput): number {
  return fromPartition + firstFile.length - 1;
}

/** Bytes of an output's partitions `from` to `to` (exclusive); 0 for those that are not its own. */
export function outputBytes(output: ProducerOutput, from: number, to: number): number {
  const { first, end } = fileRange(output, from, to);
  return startOf(output, end) - startOf(output, first);
}

/** Bytes of all partitions of an output. */
export function allBytes(output: ProducerOutput): number {
  return (output.endBytes.at(-1) ?? output.startByte) - output.startByte;
}

/** Bytes of all that a task reads of an exchange. */
export function partsBytes({ fromPartition, toPartition, outputs }: ExchangeParts): number {
  return outputs.reduce((sum, output) => sum + outputBytes(output, fromPartition, toPartition), 0);
}

/** Files of an output's partitions `from` to `to` (exclusive), in their order. */
export function outputFiles(output: ProducerOutput, from: number, to: number): readonly OutputFile[] {
  const { firstFile, fromPartition, checksums } = output;
  const files: OutputFile[] = [];
  for (let partition = Math.max(from, fromPartition); partition < Math.min(to, toPartitionOf(output)); partition++) {
    const end = firstFile[partition - fromPartition + 1] ?? 0;
    for (let index = firstFile[partition - fromPartition] ?? 0; index < end; index++) {
      files.push({
        partition,
        startByte: startOf(output, index),
        endByte: startOf(output, index + 1),
        checksum: checksums[index] ?? 0,
      });
    }
  }
  return files;
}

/** Indexes of the files of an output's partitions `from` to `to` (exclusive): `end` is exclusive. */
export function fileRange(
  output: ProducerOutput,
  from: number,
  to: number,
): { readonly first: number; readonly end: number } {
  const { fromPartition, firstFile } = output;
  const fromOwn = Math.max(from, fromPartition);
  const toOwn = Math.min(to, toPartitionOf(output));
  if (fromOwn >= toOwn) return { first: 0, end: 0 };
  return { first: firstFile[fromOwn - fromPartition] ?? 0, end: firstFile[toOwn - fromPartition] ?? 0 };
}

/** Where a file begins, by its index: where the one before it ends. */
export function startOf({ startByte, endBytes }: ProducerOutput, file: number): number {
  return file === 0 ? startByte : (endBytes[file - 1] ?? startByte);
}

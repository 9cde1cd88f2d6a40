import { StorageError } from '../../src/errors.ts';
import type { Batch } from '../../src/plan/batch.ts';
import { type OutputFile, outputFiles, type ProducerOutput } from '../../src/plan/producer-output.ts';
import type { ReadRel } from '../../src/plan/relation.ts';
import type { Task } from '../../src/plan/task.ts';
import { checksumOf } from '../../src/storage/checksum.ts';
import type { ObjectStore } from '../../src/storage/store.ts';
import type { Actor } from './actor.ts';
import { decodeRows, type Row } from './rows.ts';
import type { RowFile, SimStore } from './sim-store.ts';
import type { SimSource } from './sources.ts';

/** What a simulated worker has. */
export interface SimWorker {
  readonly actor: Actor;
  readonly store: SimStore;
  readonly sources: ReadonlyMap<string, SimSource>;
  readonly engineVersion: string;
  /** Bytes that a row takes in an object. */
  readonly bytesPerRow: number;
  readonly signal: AbortSignal;
  readonly batchRows: number;
  readonly onBatch: (batch: Batch) => Promise<void>;
  /** Works for as long as so many rows take. */
  readonly work: (rows: number) => Promise<void>;
}

/** A task at work. */
export interface SimRun extends SimWorker {
  readonly task: Task;
  readonly view: ObjectStore;
}

/** A file of an exchange. */
export interface PartFile {
  readonly partition: number;
  readonly sizeBytes: number;
  readonly checksum: number;
  readonly rows: readonly Row[];
}

/** Files of an exchange, partition by partition, in each of them in the order of the producers. */
export async function readParts(run: SimRun, { parts }: ReadRel): Promise<readonly PartFile[]> {
  const read = await Promise.all(
    parts.outputs.map((output) => readOutput(run, output, outputFiles(output, parts.fromPartition, parts.toPartition))),
  );
  return read.flat().sort((a, b) => a.partition - b.partition);
}

async function readOutput(
  run: SimRun,
  { place }: ProducerOutput,
  files: readonly OutputFile[],
): Promise<readonly PartFile[]> {
  const range = { startByte: files[0]?.startByte ?? 0, endByte: files.at(-1)?.endByte ?? 0 };
  if (range.endByte === 0) return [];
  const rowsOf = new Map<number, RowFile>();
  // What is damaged on its way is read once more, as real workers do.
  for (let tries = 0; tries < 2; tries++) {
    const found =
      place.kind === 'inline'
        ? files.map((file): RowFile => {
            const bytes = place.bytes.subarray(file.startByte, file.endByte);
            return { ...file, rows: decodeRows(bytes), checksum: checksumOf(bytes) };
          })
        : await run.store.readRows(run.actor, place.uri, range, { version: place.version, signal: run.signal });
    for (const file of found) rowsOf.set(file.startByte, file);
    if (files.every((file) => rowsOf.get(file.startByte)?.checksum === file.checksum)) {
      return files.map(({ partition, startByte, endByte, checksum }) => {
        const rows = rowsOf.get(startByte)?.rows ?? [];
        return { partition, sizeBytes: endByte - startByte, checksum, rows };
      });
    }
  }
  throw new StorageError('STORAGE_FAILED', 'A slice of an exchange is not as it was written.', {
    retryable: true,
    details: { place: place.kind },
  });
}

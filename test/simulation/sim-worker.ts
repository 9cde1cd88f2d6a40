import { AbortError, StorageError } from '../../src/errors.ts';
import type { Batch } from '../../src/plan/batch.ts';
import { encodeOutput } from '../../src/plan/exchange-wire.ts';
import type { PartSpan } from '../../src/plan/part-span.ts';
import { type OutputFile, outputFiles, type ProducerOutput, packOutput } from '../../src/plan/producer-output.ts';
import { countPartitions, type ReadRel, type RelNode, relInputs, type ScanRel } from '../../src/plan/relation.ts';
import type { StagedFile, Task, TaskOutput, TaskResult } from '../../src/plan/task.ts';
import { noTransfer } from '../../src/plan/transfer.ts';
import { checksumOf } from '../../src/storage/checksum.ts';
import type { ObjectStore } from '../../src/storage/store.ts';
import { joinUri } from '../../src/storage/uri.ts';
import { receiveTask } from '../../src/worker/receive-task.ts';
import type { Actor } from './actor.ts';
import { evaluate, partitionOf, sortKeyOf } from './evaluate.ts';
import { hash32 } from './random.ts';
import { decodeRows, encodeRows, idOf, keyOf, type Row } from './rows.ts';
import type { RowFile, SimStore } from './sim-store.ts';
import { readSourceRows, type SimSource } from './sources.ts';

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

interface Run extends SimWorker {
  readonly task: Task;
  readonly view: ObjectStore;
}

interface Leaf {
  readonly rows: readonly Row[];
  readonly spans: readonly PartSpan[];
}

/** Runs a task as a worker does, on simulated rows: reads what it names, evaluates its plan, hands on what comes out. */
export async function runSimTask(text: string, worker: SimWorker): Promise<TaskResult> {
  const view = worker.store.as(worker.actor);
  const task = await receiveTask(text, worker.engineVersion, view, worker.signal);
  const run: Run = { ...worker, task, view };
  if (task.output.kind === 'relay') return relay(run, task.output.prefix);
  const leaves = await readLeaves(run);
  const rows = evaluate(task.plan, (leaf) => leaves.get(leaf)?.rows ?? []);
  await worker.work([...leaves.values()].reduce((sum, leaf) => sum + leaf.rows.length, rows.length));
  await mayWrite(run);
  const done = await handOn(run, rows);
  return {
    ...emptyResult(task),
    rows: rows.length,
    spans: [...leaves.values()].flatMap((leaf) => leaf.spans),
    ...done,
  };
}

function emptyResult({ id }: Task): TaskResult {
  return {
    taskId: id,
    rows: 0,
    staged: [],
    produced: null,
    sample: [],
    spans: [],
    fetched: noTransfer,
    written: noTransfer,
    rowGroups: 0,
    elapsedMs: 0,
    rejected: [],
    rejectedCount: 0,
  };
}

/** Who was told to stop, or finds the marker of a job that is over, writes nothing. */
async function mayWrite({ task, view, signal }: Run): Promise<void> {
  if (signal.aborted) throw signal.reason;
  if (task.cancelMarker === null) return;
  const isOver = await view.head(task.cancelMarker).then(
    () => true,
    (error) => {
      if (error instanceof StorageError && error.code === 'NOT_FOUND') return false;
      throw error;
    },
  );
  if (isOver) throw new AbortError('ABORTED', `The job of task ${task.id} is over.`);
}

async function readLeaves(run: Run): Promise<ReadonlyMap<RelNode, Leaf>> {
  const leaves = leavesOf(run.task.plan);
  const scans = leaves.filter((leaf) => leaf.kind === 'scan');
  const read = await Promise.all(
    leaves.map(async (leaf): Promise<[RelNode, Leaf]> => {
      if (leaf.kind === 'scan') return [leaf, await readScan(run, leaf, scans.indexOf(leaf))];
      const files = await readParts(run, leaf);
      return [leaf, { rows: files.flatMap((file) => file.rows), spans: [] }];
    }),
  );
  return new Map(read);
}

function leavesOf(plan: RelNode): readonly (ScanRel | ReadRel)[] {
  return plan.kind === 'scan' || plan.kind === 'read' ? [plan] : relInputs(plan).flatMap(leavesOf);
}

async function readScan({ store, actor, sources, signal }: Run, { source }: ScanRel, scan: number): Promise<Leaf> {
  const read = await Promise.all(
    source.files.map(async (file) => {
      const known = sources.get(file.uri);
      if (!known) throw new TypeError(`The plan reads ${file.uri}, which the simulation does not know.`);
      const range = file.part?.kind === 'bytes' ? file.part : { startByte: 0, endByte: file.sizeBytes };
      await store.readSource(actor, file.uri, range, { version: file.version, signal });
      return readSourceRows(known, file, scan);
    }),
  );
  return { rows: read.flatMap(({ rows }) => rows), spans: read.flatMap(({ span }) => span ?? []) };
}

interface PartFile {
  readonly partition: number;
  readonly sizeBytes: number;
  readonly checksum: number;
  readonly rows: readonly Row[];
}

/** Files of an exchange, partition by partition, in each of them in the order of the producers. */
async function readParts(run: Run, { parts }: ReadRel): Promise<readonly PartFile[]> {
  const read = await Promise.all(
    parts.outputs.map((output) => readOutput(run, output, outputFiles(output, parts.fromPartition, parts.toPartition))),
  );
  return read.flat().sort((a, b) => a.partition - b.partition);
}

async function readOutput(
  run: Run,
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

async function handOn(run: Run, rows: readonly Row[]): Promise<Partial<TaskResult>> {
  const { output } = run.task;
  switch (output.kind) {
    case 'result':
      return sendRows(run, rows);
    case 'exchange':
      return writeExchange(run, output, rows);
    case 'sink':
      return { staged: await stageFiles(run, output, rows) };
    case 'relay':
    case 'inspect':
      throw new TypeError(`A task of output ${output.kind} evaluates nothing.`);
  }
}

async function sendRows({ onBatch, batchRows, task }: Run, rows: readonly Row[]): Promise<Partial<TaskResult>> {
  for (let start = 0; start < rows.length; start += batchRows) {
    const data = Float64Array.from(rows.slice(start, start + batchRows));
    const column = { type: { kind: 'float64' }, length: data.length, validity: null, data } as const;
    await onBatch({ schema: task.schema, numRows: data.length, columns: [column] });
  }
  return {};
}

async function writeExchange(
  run: Run,
  output: Extract<TaskOutput, { readonly kind: 'exchange' }>,
  rows: readonly Row[],
): Promise<Partial<TaskResult>> {
  const { partitioning, maxInlineBytes, sample } = output;
  const every = Math.max(1, Math.ceil(rows.length / (sample?.rows ?? 1)));
  const keys = sample ? rows.filter((_, index) => index % every === 0).map(sortKeyOf) : [];
  const partitions: Row[][] = Array.from({ length: countPartitions(partitioning) }, () => []);
  for (const value of rows) partitions[partitionOf(value, partitioning)]?.push(value);
  const filled = partitions.flatMap((own, partition) => (own.length > 0 ? [{ partition, rows: own }] : []));
  if (filled.length === 0) return { sample: keys };
  const range = { fromPartition: 0, toPartition: partitions.length };
  if (rows.length * run.bytesPerRow <= maxInlineBytes) {
    const contents = filled.map((file) => encodeRows(file.rows));
    const files = filled.map(({ partition }, index) => {
      const bytes = contents[index] ?? new Uint8Array();
      return { partition, sizeBytes: bytes.length, checksum: checksumOf(bytes) };
    });
    const packed = packOutput({ kind: 'inline', bytes: Buffer.concat(contents) }, range, files);
    return { produced: encodeOutput(packed), sample: keys };
  }
  const files = filled.map((file) => ({
    ...file,
    sizeBytes: file.rows.length * run.bytesPerRow,
    checksum: file.rows.reduce((sum, value) => hash32(sum ^ keyOf(value), idOf(value)), 0),
  }));
  return { ...(await writeObject(run, output.prefix, range, files)), sample: keys };
}

async function relay(run: Run, prefix: string): Promise<TaskResult> {
  const { plan } = run.task;
  if (plan.kind !== 'read') throw new TypeError(`A relay was given a plan of kind ${plan.kind}.`);
  const files = await readParts(run, plan);
  await run.work(files.reduce((sum, file) => sum + file.rows.length, 0));
  await mayWrite(run);
  if (files.length === 0) return emptyResult(run.task);
  return { ...emptyResult(run.task), ...(await writeObject(run, prefix, plan.parts, files)) };
}

async function writeObject(
  { store, actor, signal }: Run,
  prefix: string,
  range: { readonly fromPartition: number; readonly toPartition: number },
  files: readonly PartFile[],
): Promise<Pick<TaskResult, 'produced'>> {
  let endByte = 0;
  const laid = files.map(({ rows, checksum, sizeBytes }): RowFile => {
    const startByte = endByte;
    endByte += sizeBytes;
    return { startByte, endByte, checksum, rows };
  });
  const { uri, version } = await store.writeRows(actor, `${prefix}-${actor.name}`, laid, { signal });
  return { produced: encodeOutput(packOutput({ kind: 'object', uri, version }, range, files)) };
}

async function stageFiles(
  { view, task, signal }: Run,
  output: Extract<TaskOutput, { readonly kind: 'sink' }>,
  rows: readonly Row[],
): Promise<readonly StagedFile[]> {
  const { layout, uri } = output;
  const files =
    layout.kind === 'file'
      ? [{ uri, rows }]
      : [0, 1].map((half) => {
          const folder = layout.partitionBy.length > 0 ? `${layout.partitionBy.join()}=${half}/` : '';
          const own = rows.filter((value) => keyOf(value) % 2 === half);
          return { uri: joinUri(uri, `${folder}${layout.fileName}-${half}`), rows: own };
        });
  const filled = files.filter((file) => file.rows.length > 0);
  // Without any row, the first task's file still tells the columns.
  const isFirst = layout.kind === 'file' || task.id.endsWith('-0');
  const staged: StagedFile[] = [];
  try {
    for (const file of filled.length > 0 || !isFirst ? filled : files.slice(0, 1)) {
      const content = { kind: 'bytes', bytes: encodeRows(file.rows) } as const;
      staged.push({ ...(await view.stage(file.uri, content, { signal })), rows: file.rows.length });
    }
    return staged;
  } catch (error) {
    for (const file of staged) await view.abort(file).catch(() => {});
    throw error;
  }
}

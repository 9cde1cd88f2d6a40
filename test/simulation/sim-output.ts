import { countPartitions } from '../../src/plan/count-partitions.ts';
import { encodeOutput } from '../../src/plan/exchange-wire.ts';
import { packOutput } from '../../src/plan/producer-output.ts';
import type { StagedFile, TaskOutput, TaskResult } from '../../src/plan/task.ts';
import { checksumOf } from '../../src/storage/checksum.ts';
import { joinUri } from '../../src/storage/uri.ts';
import { partitionOf, sortKeyOf } from './evaluate.ts';
import { hash32 } from './random.ts';
import { encodeRows, idOf, keyOf, type Row } from './rows.ts';
import type { PartFile, SimRun } from './sim-parts.ts';
import type { RowFile } from './sim-store.ts';

/** Hands a task's rows on, as its output says. */
export async function handOn(run: SimRun, rows: readonly Row[]): Promise<Partial<TaskResult>> {
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

async function sendRows({ onBatch, batchRows, task }: SimRun, rows: readonly Row[]): Promise<Partial<TaskResult>> {
  for (let start = 0; start < rows.length; start += batchRows) {
    const data = Float64Array.from(rows.slice(start, start + batchRows));
    const column = { type: { kind: 'float64' }, length: data.length, validity: null, data } as const;
    await onBatch({ schema: task.schema, numRows: data.length, columns: [column] });
  }
  return {};
}

async function writeExchange(
  run: SimRun,
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

/** Writes files that lie one after another into one object. */
export async function writeObject(
  { store, actor, signal }: SimRun,
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
  { view, task, signal }: SimRun,
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

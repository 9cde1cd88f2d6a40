import { AbortError, StorageError } from '../../src/errors.ts';
import type { PartSpan } from '../../src/plan/part-span.ts';
import { type ReadRel, type RelNode, relInputs, type ScanRel } from '../../src/plan/relation.ts';
import type { TaskResult } from '../../src/plan/task.ts';
import { nothing } from '../../src/scheduler/stage-result.ts';
import { receiveTask } from '../../src/worker/receive-task.ts';
import { evaluate } from './evaluate.ts';
import type { Row } from './rows.ts';
import { handOn, writeObject } from './sim-output.ts';
import { readParts, type SimRun, type SimWorker } from './sim-parts.ts';
import { readSourceRows } from './sources.ts';

interface Leaf {
  readonly rows: readonly Row[];
  readonly spans: readonly PartSpan[];
}

/** Runs a task as a worker does, on simulated rows: reads what it names, evaluates its plan, hands on what comes out. */
export async function runSimTask(text: string, worker: SimWorker): Promise<TaskResult> {
  const view = worker.store.as(worker.actor);
  const task = await receiveTask(text, worker.engineVersion, view, worker.signal);
  const run: SimRun = { ...worker, task, view };
  if (task.output.kind === 'relay') return relay(run, task.output.prefix);
  const leaves = await readLeaves(run);
  const rows = evaluate(task.plan, (leaf) => leaves.get(leaf)?.rows ?? []);
  await worker.work([...leaves.values()].reduce((sum, leaf) => sum + leaf.rows.length, rows.length));
  await mayWrite(run);
  const done = await handOn(run, rows);
  return {
    ...nothing(task.id),
    rows: rows.length,
    spans: [...leaves.values()].flatMap((leaf) => leaf.spans),
    ...done,
  };
}

/** Who was told to stop, or finds the marker of a job that is over, writes nothing. */
async function mayWrite({ task, view, signal }: SimRun): Promise<void> {
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

async function readLeaves(run: SimRun): Promise<ReadonlyMap<RelNode, Leaf>> {
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

async function readScan({ store, actor, sources, signal }: SimRun, { source }: ScanRel, scan: number): Promise<Leaf> {
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

async function relay(run: SimRun, prefix: string): Promise<TaskResult> {
  const { plan } = run.task;
  if (plan.kind !== 'read') throw new TypeError(`A relay was given a plan of kind ${plan.kind}.`);
  const files = await readParts(run, plan);
  await run.work(files.reduce((sum, file) => sum + file.rows.length, 0));
  await mayWrite(run);
  if (files.length === 0) return nothing(run.task.id);
  return { ...nothing(run.task.id), ...(await writeObject(run, prefix, plan.parts, files)) };
}

import { rmSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { EnginePool } from '../engine/engine-pool.ts';
import { engineVersion } from '../engine/engine-version.ts';
import { InternalError, serializeError } from '../errors.ts';
import { FileEnds } from '../formats/parquet/file-ends.ts';
import { createStore } from '../storage/create-store.ts';
import { type ChildSettings, type FromChild, parseToChild, type ToChild } from './child-protocol.ts';
import { runTask, type WorkerEnvironment } from './run-task.ts';

/*
 * The program of a worker process on this machine: it runs the tasks that its parent sends, as every worker does, and
 * ends when its parent says so or dies, in the middle of a query too.
 */

/** How often a process that runs a task says that it is well. */
const aliveMs = 1_000;

/** How long a running task has to stop when the process is to end; then the process kills itself. */
const endGraceMs = 2_000;

type Invocation = Extract<ToChild, { kind: 'invoke' }>;

interface Running {
  readonly controller: AbortController;
  readonly done: Promise<void>;
}

let environment: WorkerEnvironment | null = null;
let scratchDirectory: string | null = null;
const running = new Map<number, Running>();

// Ctrl-C reaches every process of the terminal, and the parent alone decides what it means.
process.on('SIGINT', () => {});
process.on('disconnect', () => void end());
// What cannot be handled ends the process with the error on stderr, which the parent keeps.
process.on('message', (message) => void handle(parseToChild(message)));
// The parent may have died while this file was loaded.
if (!process.connected) void end();

async function handle(message: ToChild): Promise<void> {
  switch (message.kind) {
    case 'start':
      environment = await createEnvironment(message.settings);
      return send({ kind: 'ready' });
    case 'invoke': {
      const controller = new AbortController();
      running.set(message.id, { controller, done: invoke(message, controller.signal) });
      return;
    }
    case 'cancel':
      running.get(message.id)?.controller.abort();
      return;
    case 'end':
      return end();
  }
}

async function createEnvironment({ store, ...settings }: ChildSettings): Promise<WorkerEnvironment> {
  scratchDirectory = settings.scratchDirectory;
  await mkdir(scratchDirectory, { recursive: true });
  // The engine's library takes longest to load: who is ready has it.
  await engineVersion();
  return { ...settings, engines: new EnginePool(), fileEnds: new FileEnds(), store: createStore(store) };
}

async function invoke({ id, task, share }: Invocation, signal: AbortSignal): Promise<void> {
  const alive = setInterval(() => send({ kind: 'alive' }), aliveMs);
  try {
    if (!environment) throw new InternalError('A worker process received a task before its settings.');
    const roomy = { ...environment, memoryLimitBytes: environment.memoryLimitBytes * share };
    send({
      kind: 'result',
      id,
      result: await runTask(task, roomy, { signal, onBatch: refuseRows, batchRows: 1 }),
    });
  } catch (error) {
    send({ kind: 'error', id, error: serializeError(error) });
  } finally {
    clearInterval(alive);
    running.delete(id);
  }
}

/** Rows go from process to process as files, never as messages. */
async function refuseRows(): Promise<void> {
  throw new InternalError(
    "A worker process was given a task with the output 'result', whose rows it cannot send: the profile of its backend says streamsRows: false.",
  );
}

function send(message: FromChild): void {
  // A channel that closes meanwhile is told by 'disconnect'.
  if (process.connected) process.send?.(message, undefined, undefined, () => {});
}

/** Ends what runs, then the process; `process.exit` alone would wait until a running query is through. */
async function end(): Promise<void> {
  setTimeout(() => {
    removeScratch();
    process.kill(process.pid, 'SIGKILL');
  }, endGraceMs);
  const tasks = [...running.values()];
  for (const { controller } of tasks) controller.abort();
  await Promise.all(tasks.map(({ done }) => done));
  removeScratch();
  process.exit(0);
}

function removeScratch(): void {
  if (scratchDirectory) rmSync(scratchDirectory, { recursive: true, force: true });
}

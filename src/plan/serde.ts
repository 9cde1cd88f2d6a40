import { BackendError, InternalError } from '../errors.ts';
import { decodeParts, encodeParts } from './exchange-wire.ts';
import { mapInputs, type RelNode } from './relation.ts';
import { type Task, taskVersion } from './task.ts';

/** Largest task as JSON, bytes: what an asynchronous invocation of a function service takes. Larger inputs go by reference. */
export const maxTaskBytes = 256 * 1024;

/** An object that holds what a task is about, and was too long to be sent along. */
export interface BodyReference {
  readonly uri: string;
  readonly version: string;
  readonly sizeBytes: number;
  readonly checksum: number;
}

/** A task whose plan, schema and output lie in an object. */
export type ReferringTask = Omit<Task, keyof TaskBody> & { readonly body: BodyReference };

/** The members of a task that may be long. */
type TaskBody = Pick<Task, 'plan' | 'schema' | 'output'>;

/** The task as JSON text. */
export function encodeTask(task: Task): string {
  return JSON.stringify({ ...task, plan: mapReads(task.plan, encodeParts) });
}

/** What a task is about as JSON text, for an object that {@link encodeReferringTask} names. */
export function encodeTaskBody({ plan, schema, output }: Task): string {
  return JSON.stringify({ plan: mapReads(plan, encodeParts), schema, output });
}

/** The task as JSON text that names the object where the rest of it lies. */
export function encodeReferringTask(task: Task, body: BodyReference): string {
  const { plan: _plan, schema: _schema, output: _output, ...rest } = task;
  return JSON.stringify({ ...rest, body } satisfies ReferringTask);
}

/**
 * Reads a task's JSON text.
 *
 * @throws {BackendError} WORKER_LOST when driver and worker are of different versions; {InternalError} for text that is no task
 */
export function decodeTask(text: string, engineVersion: string): Task | ReferringTask {
  const task: unknown = JSON.parse(text);
  if (typeof task !== 'object' || task === null || !('version' in task) || !(isBody(task) || 'body' in task)) {
    throw new InternalError(`A worker received ${text.slice(0, 80)}…, which is no task.`);
  }
  const { version, engineVersion: planned } = task as Task;
  if (version !== taskVersion || planned !== engineVersion) {
    throw new BackendError(
      'WORKER_LOST',
      `The worker runs task version ${taskVersion} on DuckDB ${engineVersion}; the driver sent version ${version} for DuckDB ${planned}. Deploy the same shoal on both.`,
    );
  }
  return isBody(task) ? { ...(task as Task), plan: mapReads(task.plan, decodeParts) } : (task as ReferringTask);
}

/**
 * The whole of a task that came without its body.
 *
 * @param text what the object holds that `task` names
 * @throws {InternalError} for text that is no body of a task
 */
export function decodeTaskBody({ body: { uri }, ...rest }: ReferringTask, text: string): Task {
  const body: unknown = JSON.parse(text);
  if (!isBody(body)) throw new InternalError(`${uri} holds ${text.slice(0, 80)}…, which is no body of a task.`);
  const { schema, output } = body;
  return { ...rest, plan: mapReads(body.plan, decodeParts), schema, output };
}

function isBody(value: unknown): value is TaskBody {
  return typeof value === 'object' && value !== null && 'plan' in value && 'schema' in value && 'output' in value;
}

/** The plan with its reads' parts in their other form: as JSON in a text, packed elsewhere. */
function mapReads<Parts>(plan: RelNode, change: (parts: never) => Parts): RelNode {
  if (plan.kind !== 'read') return mapInputs(plan, (input) => mapReads(input, change));
  // Only this file has plans of either form under one type.
  return { ...plan, parts: change(plan.parts as never) } as unknown as RelNode;
}

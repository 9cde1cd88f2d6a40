import { InternalError, type SerializedError } from '../errors.ts';
import type { TaskResult } from '../plan/task.ts';
import type { StoreOptions } from '../storage/create-store.ts';

/** What a worker process may use of the machine; plain JSON. */
export interface ChildSettings {
  /** A folder of its own, which goes when the process ends. */
  readonly scratchDirectory: string;
  /** Threads of its engine. */
  readonly threads: number;
  /** What its engine holds before it spills, bytes. */
  readonly memoryLimitBytes: number;
  readonly store: StoreOptions;
}

/** What the pool says to a worker process: settings once, then tasks as JSON text. */
export type ToChild =
  | { readonly kind: 'start'; readonly settings: ChildSettings }
  /** `share`: how many tasks' memory the task may use. */
  | { readonly kind: 'invoke'; readonly id: number; readonly task: string; readonly share: number }
  /** Ends the invocation `id`, which answers with an AbortError; one that has ended already is left alone. */
  | { readonly kind: 'cancel'; readonly id: number }
  /** Ends the process, as the parent's own end does. */
  | { readonly kind: 'end' };

/** What a worker process says to its pool: that it takes tasks, then one answer for every invocation. */
export type FromChild =
  | { readonly kind: 'ready' }
  /** The process is well, and at work: said again and again while it runs a task. */
  | { readonly kind: 'alive' }
  | { readonly kind: 'result'; readonly id: number; readonly result: TaskResult }
  | { readonly kind: 'error'; readonly id: number; readonly error: SerializedError };

type Check = (value: unknown) => boolean;
/** Members that a value must have; it may have more. */
type Shape = Readonly<Record<string, Check>>;

const isText: Check = (value) => typeof value === 'string';
const isNumber: Check = (value) => typeof value === 'number';
const isBoolean: Check = (value) => typeof value === 'boolean';
const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const has =
  (shape: Shape): Check =>
  (value) =>
    isObject(value) && Object.entries(shape).every(([name, check]) => check(value[name]));

const isSettings = has({ scratchDirectory: isText, threads: isNumber, memoryLimitBytes: isNumber, store: isObject });

const isStaged = has({ uri: isText, sizeBytes: isNumber, token: isText, rows: isNumber });

const isTransfer = has({ requests: isNumber, bytes: isNumber });

const isResult = has({
  taskId: isText,
  rows: isNumber,
  staged: (value) => Array.isArray(value) && value.every(isStaged),
  produced: (value) => value === null || Array.isArray(value),
  sample: Array.isArray,
  spans: Array.isArray,
  fetched: isTransfer,
  written: isTransfer,
  rowGroups: (value) => value === null || isNumber(value),
  elapsedMs: isNumber,
  rejected: Array.isArray,
  rejectedCount: isNumber,
});

const isError: Check = (value) =>
  has({ name: isText, code: isText, message: isText, retryable: isBoolean, details: isObject })(value) &&
  isObject(value) &&
  (value.cause === undefined || isError(value.cause));

const toChild: Readonly<Record<ToChild['kind'], Check>> = {
  start: has({ settings: isSettings }),
  invoke: has({ id: isNumber, task: isText, share: isNumber }),
  cancel: has({ id: isNumber }),
  end: has({}),
};

const fromChild: Readonly<Record<FromChild['kind'], Check>> = {
  ready: has({}),
  alive: has({}),
  result: has({ id: isNumber, result: isResult }),
  error: has({ id: isNumber, error: isError }),
};

/**
 * Checks what a worker process received.
 *
 * @throws {InternalError} for anything but a {@link ToChild}
 */
export function parseToChild(message: unknown): ToChild {
  if (fits(message, toChild)) return message as ToChild;
  throw noMessage('A worker process', message, toChild);
}

/**
 * Checks what the pool received from a worker process.
 *
 * @throws {InternalError} for anything but a {@link FromChild}
 */
export function parseFromChild(message: unknown): FromChild {
  if (fits(message, fromChild)) return message as FromChild;
  throw noMessage('The pool', message, fromChild);
}

function fits(message: unknown, shapes: Shape): boolean {
  return (
    isObject(message) &&
    typeof message.kind === 'string' &&
    Object.hasOwn(shapes, message.kind) &&
    (shapes[message.kind]?.(message) ?? false)
  );
}

function noMessage(receiver: string, message: unknown, shapes: Shape): InternalError {
  const text = (JSON.stringify(message) ?? String(message)).slice(0, 80);
  return new InternalError(
    `${receiver} received ${text}, which is no complete message of the kinds ${Object.keys(shapes).join(', ')}.`,
  );
}

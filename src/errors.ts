/** What went wrong, for programs: switch on it instead of reading messages. */
export type ErrorCode =
  // PlanError: the caller's mistake, found before any task runs
  | 'UNKNOWN_COLUMN'
  | 'DUPLICATE_COLUMN'
  | 'AMBIGUOUS_COLUMN'
  | 'TYPE_MISMATCH'
  | 'UNKNOWN_FUNCTION'
  | 'UNKNOWN_TYPE'
  | 'UNSUPPORTED_TYPE'
  | 'INVALID_ARGUMENT'
  | 'INVALID_EXPRESSION'
  | 'INVALID_ROWS'
  // SourceError: what the input holds
  | 'NO_FILES'
  | 'BAD_FORMAT'
  | 'BAD_RECORD'
  | 'SCHEMA_MISMATCH'
  | 'OBJECT_CHANGED'
  // StorageError: what the store answered
  | 'NOT_FOUND'
  | 'ACCESS_DENIED'
  | 'ALREADY_EXISTS'
  | 'STORAGE_FULL'
  | 'STORAGE_FAILED'
  // BackendError: what the place where tasks run answered
  | 'THROTTLED'
  | 'TIMED_OUT'
  | 'WORKER_LOST'
  | 'OUT_OF_MEMORY'
  | 'PAYLOAD_TOO_LARGE'
  // TaskError, results, the rest
  | 'QUERY_FAILED'
  | 'TASK_FAILED'
  | 'UNSAFE_VALUE'
  | 'ABORTED'
  | 'CLOSED'
  | 'INTERNAL';

/** JSON form of an error, as it crosses from a worker to the driver. */
export interface SerializedError {
  readonly name: string;
  readonly code: ErrorCode;
  readonly message: string;
  readonly retryable: boolean;
  readonly details: Readonly<Record<string, JsonValue>>;
  readonly stack?: string;
  readonly cause?: SerializedError;
}

/** A value that JSON can hold. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };

interface ErrorOptions {
  readonly retryable?: boolean;
  readonly cause?: unknown;
  /** Facts that stand in the message too: uri, byte range, row, column … */
  readonly details?: Readonly<Record<string, JsonValue>>;
}

/** Base of every error that shoal raises on purpose. */
export class ShoalError extends Error {
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly details: Readonly<Record<string, JsonValue>>;

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = code;
    this.retryable = options.retryable ?? false;
    this.details = options.details ?? {};
  }

  /** The form that {@link deserializeError} turns back into an error of the same class. */
  toJSON(): SerializedError {
    return serializeError(this);
  }
}

/** The caller's mistake, found before any task runs. */
export class PlanError extends ShoalError {}

/** A column that the input of a verb doesn't have. */
export class UnknownColumnError extends PlanError {
  constructor(column: string, available: readonly string[], where?: string) {
    const proposal = nearestName(column, available);
    super(
      'UNKNOWN_COLUMN',
      `Unknown column ${JSON.stringify(column)}${where ? ` in ${where}` : ''}.` +
        `${proposal ? ` Did you mean ${JSON.stringify(proposal)}?` : ''} Available: ${available.join(', ') || '(none)'}`,
      { details: { column, available: [...available], ...(proposal ? { proposal } : {}) } },
    );
  }
}

/** An expression whose operands' types do not go together. */
export class TypeMismatchError extends PlanError {}

/** Input that is not what it should be; `details` holds uri and, where known, byteOffset, row and column. */
export class SourceError extends ShoalError {}

/** A store's refusal or failure; `details` holds uri and, where there is one, status. */
export class StorageError extends ShoalError {}

/** The place where tasks run failed: throttled, timed out, lost, out of memory. */
export class BackendError extends ShoalError {}

/** A task failed for good; `details` holds stage, task and attempts, `cause` the worker's error. */
export class TaskError extends ShoalError {}

/** A value that JavaScript's default form would change, with the option that keeps it exact. */
export class ResultError extends ShoalError {}

/** The caller's `AbortSignal` or `timeoutMs` ended the action. */
export class AbortError extends ShoalError {}

/** A defect of shoal itself. */
export class InternalError extends ShoalError {
  constructor(message: string, options: ErrorOptions = {}) {
    super(
      'INTERNAL',
      `${message} This is a defect in shoal; please report it with the query's explain() text.`,
      options,
    );
  }
}

const classes: Readonly<Record<string, typeof ShoalError>> = {
  ShoalError,
  PlanError,
  TypeMismatchError,
  SourceError,
  StorageError,
  BackendError,
  TaskError,
  ResultError,
  AbortError,
};

/** Turns any thrown value into JSON; class, code, fields and stack survive. */
export function serializeError(error: unknown): SerializedError {
  if (!(error instanceof Error))
    return serializeError(new InternalError(`A value was thrown that is no error: ${String(error)}.`));
  const known = error instanceof ShoalError;
  return {
    name: error.name,
    code: known ? error.code : 'INTERNAL',
    message: error.message,
    retryable: known && error.retryable,
    details: known ? error.details : {},
    ...(error.stack ? { stack: error.stack } : {}),
    ...(error.cause === undefined ? {} : { cause: serializeError(error.cause) }),
  };
}

/** The inverse of {@link serializeError}: an error of the same class, with the worker's stack. */
export function deserializeError(wire: SerializedError): ShoalError {
  const prototype =
    wire.name === 'UnknownColumnError'
      ? UnknownColumnError
      : wire.name === 'InternalError'
        ? InternalError
        : classes[wire.name];
  const error = new ShoalError(wire.code, wire.message, {
    retryable: wire.retryable,
    details: wire.details,
    ...(wire.cause ? { cause: deserializeError(wire.cause) } : {}),
  });
  if (prototype) Object.setPrototypeOf(error, prototype.prototype);
  error.name = wire.name;
  if (wire.stack) error.stack = wire.stack;
  return error;
}

/**
 * The name most like `name`, or nothing when none is close: by edit distance ignoring case (a swap of neighbours is one edit), at
 * most a third of the length (never less than 1).
 */
export function nearestName(name: string, candidates: readonly string[]): string | undefined {
  const wanted = name.toLowerCase();
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(name.length / 3)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(wanted, candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment) that make `a` of `b`. */
function editDistance(a: string, b: string): number {
  let before: readonly number[] = [];
  let previous: readonly number[] = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swap = swapped ? (before[j - 2] ?? 0) + 1 : Infinity;
      row.push(Math.min(substitution, swap, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    before = previous;
    previous = row;
  }
  return previous[b.length] ?? 0;
}

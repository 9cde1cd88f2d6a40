import { type ErrorCode, StorageError } from '../../errors.ts';
import { storageMessage } from '../failure.ts';
import { parseUri } from '../uri.ts';
import type { Verdict } from './retry.ts';

/** What is asked of the store: for messages. */
export interface Request {
  /** Stands before the uri: `read`, `write` … */
  readonly doing: string;
  readonly uri: string;
  /** Size of what is written, where it is known. */
  readonly bytes?: number;
  readonly signal?: AbortSignal | undefined;
}

/** Connections that broke or never came about, and may the next time. */
const passing: ReadonlySet<string> = new Set([
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'EMFILE',
]);
const nobodyThere: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ENOTFOUND']);

/** S3's codes that ask for another try although their status is a 4xx. @see "Error responses" in the Amazon S3 API Reference */
const passingCodes: ReadonlySet<string> = new Set([
  'RequestTimeout',
  'RequestTimeTooSkewed',
  'SlowDown',
  'Throttling',
  'ThrottlingException',
  'RequestThrottled',
  'RequestLimitExceeded',
  'TooManyRequestsException',
  'ConditionalRequestConflict',
  'OperationAborted',
]);

/** Whether a failed request is worth another try: 429, 5xx, what asks for it in words, and broken connections are. */
export function judge(error: unknown): Verdict {
  if (error instanceof BrokenBody) return 'again';
  const status = statusOf(error);
  const { name, code } = namesOf(error);
  if (nobodyThere.has(code)) return 'unreachable';
  if (passing.has(code) || name === 'TimeoutError' || passingCodes.has(name)) return 'again';
  if (status === undefined || status === 501) return 'final';
  // A 2xx that fails is an answer that broke off, or one with an error in its body.
  return status === 429 || status >= 500 || (status >= 200 && status < 300) ? 'again' : 'final';
}

/** A body that ended before its length, or went on after it. */
export class BrokenBody extends Error {}

/** HTTP status of an error of the SDK, if the store answered at all. */
export function statusOf(error: unknown): number | undefined {
  const known = error as { readonly $metadata?: { readonly httpStatusCode?: number } } | null;
  return known?.$metadata?.httpStatusCode;
}

/** The StorageError for the last failure of a request; its `details` hold uri, status and the store's code. */
export function s3Failure(error: unknown, attempts: number, request: Request): StorageError {
  const status = statusOf(error);
  const { name } = namesOf(error);
  const code = codeOf(status, name);
  const { uri, doing, bytes } = request;
  const size = bytes === undefined ? '' : ` (${bytes} bytes)`;
  const noBucket =
    name === 'NoSuchBucket'
      ? `Cannot ${doing} ${uri}${size}: there is no bucket ${JSON.stringify(bucketOf(uri))}.`
      : null;
  return new StorageError(
    code,
    noBucket ?? storageMessage(code, doing, `${uri}${size}`, told(error, status, attempts)),
    {
      cause: withoutSecrets(error),
      retryable: judge(error) !== 'final',
      details: {
        uri,
        attempts,
        ...(bytes === undefined ? {} : { bytes }),
        ...(status === undefined ? {} : { status }),
        reason: name,
      },
    },
  );
}

function codeOf(status: number | undefined, name: string): ErrorCode {
  if (name === 'CredentialsProviderError' || status === 401) return 'ACCESS_DENIED';
  // A clock that is off is told as 403, but has nothing to do with rights.
  if (status === 403 && !passingCodes.has(name)) return 'ACCESS_DENIED';
  return status === 404 ? 'NOT_FOUND' : 'STORAGE_FAILED';
}

function told(error: unknown, status: number | undefined, attempts: number): string {
  const { name, code } = namesOf(error);
  const message = error instanceof Error ? error.message : String(error);
  if (name === 'CredentialsProviderError') {
    return `no credentials were found (${message}): set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY or AWS_PROFILE, or run where a role is given`;
  }
  if (/region is missing/i.test(message)) return 'no region is set. Set AWS_REGION, or the option region of S3.';
  const tries = attempts > 1 ? `, after ${attempts} attempts` : '';
  const said = message && message !== name && message !== 'UnknownError' ? `: ${message}` : '';
  if (status === undefined || status < 300) return `${code || name}${said}${tries}`;
  // After HEAD there is no body, and so no code.
  const answer = /^\d*$|^Unknown/.test(name) ? `the store answered ${status}` : `${status} ${name}`;
  return `${answer}${said}${tries}`;
}

function namesOf(error: unknown): { readonly name: string; readonly code: string } {
  const { name, code } = (error ?? {}) as { readonly name?: unknown; readonly code?: unknown };
  return { name: typeof name === 'string' ? name : 'Error', code: typeof code === 'string' ? code : '' };
}

/** The SDK's errors carry what S3 echoes (access key id, string to sign) and the whole response: only words and stack stay. */
function withoutSecrets(error: unknown): Error {
  const { name } = namesOf(error);
  const plain = new Error(error instanceof Error ? error.message : String(error));
  plain.name = name;
  if (error instanceof Error && error.stack) plain.stack = error.stack;
  return plain;
}

function bucketOf(uri: string): string {
  const parts = parseUri(uri);
  return parts.scheme === 's3' ? parts.bucket : '';
}

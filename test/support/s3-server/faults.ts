import type { Operation } from './protocol.ts';

/** One request as the log keeps it; `status` and `bytesOut` are of the answer, 0 when there was none. */
export interface LoggedRequest {
  /** Counts all requests of the server, from 1. */
  readonly number: number;
  readonly operation: Operation;
  readonly bucket: string;
  readonly key: string;
  /** The header as it came. */
  readonly range: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly bytesIn: number;
  status: number;
  bytesOut: number;
}

/**
 * What goes wrong with a request. Only `lost` does what was asked for; a `cut` or `flip` of an answer without a body does
 * nothing.
 */
export type Fault =
  /** An error in S3's words instead of an answer: 503 `SlowDown`, 409 …; with status 200 the error stands in the body, as it may for CompleteMultipartUpload. */
  | { readonly kind: 'error'; readonly status: number; readonly code: string }
  /** The connection is reset before anything is done. */
  | { readonly kind: 'drop' }
  /** The work is done, and the connection reset before the answer. */
  | { readonly kind: 'lost' }
  /** The connection is reset after so many bytes of the body, `Content-Length` being that of the whole. */
  | { readonly kind: 'cut'; readonly afterBytes: number }
  /** The lowest bit of the body's byte at this offset is flipped. */
  | { readonly kind: 'flip'; readonly byteOffset: number };

/** Sees every request that is signed; to delay one, wait before you answer. */
export type FaultHook = (request: LoggedRequest) => Fault | null | undefined | Promise<Fault | null | undefined>;

import type { Readable } from 'node:stream';
import { BrokenBody } from './s3-failure.ts';

/**
 * Copies a body into `target` as it comes; it has to fill it exactly.
 *
 * @throws {BrokenBody} when it is shorter or longer
 */
export function collectInto(body: Readable, target: Uint8Array, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    let filled = 0;
    const fail = (error: unknown) => {
      reject(error);
      body.destroy();
    };
    const onAbort = () => fail(signal?.reason);
    signal?.addEventListener('abort', onAbort, { once: true });
    const broken = () => new BrokenBody(`the answer broke off: ${filled} of ${target.length} bytes came`);
    // Listening is measurably faster than `for await` for bodies of many small chunks.
    body.on('data', (chunk: Uint8Array) => {
      if (filled + chunk.length > target.length)
        return fail(new BrokenBody(`the answer has more than the ${target.length} bytes asked for`));
      target.set(chunk, filled);
      filled += chunk.length;
    });
    body.once('end', () => (filled === target.length ? resolve() : reject(broken())));
    body.once('error', fail);
    body.once('close', () => {
      signal?.removeEventListener('abort', onAbort);
      reject(broken());
    });
  });
}

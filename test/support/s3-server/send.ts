import type { ServerResponse } from 'node:http';
import type { Fault } from './faults.ts';
import type { S3Refusal, S3Response } from './protocol.ts';
import { xmlDocument } from './xml.ts';

/** The answer that tells a refusal; S3 sends no body after HEAD and with 304. */
export function refusalResponse(
  refusal: Pick<S3Refusal, 'status' | 'code' | 'message' | 'fields'>,
  resource: string,
): S3Response {
  const body = xmlDocument('Error', {
    Code: refusal.code,
    Message: refusal.message,
    ...refusal.fields,
    Resource: resource,
    RequestId: '0',
  });
  const size = refusal.fields.ActualObjectSize;
  return {
    status: refusal.status,
    headers: { 'Content-Type': 'application/xml', ...(size ? { 'Content-Range': `bytes */${size}` } : {}) },
    body,
  };
}

/**
 * Sends an answer, spoiled by `fault` if there is one.
 *
 * @returns the bytes of the body that were sent
 */
export function send(out: ServerResponse, method: string, answer: S3Response, fault: Fault | null): number {
  const hasBody = method !== 'HEAD' && answer.status !== 204 && answer.status !== 304;
  let body: Buffer = hasBody ? bufferOf(answer.body ?? '') : Buffer.alloc(0);
  if (fault?.kind === 'flip' && fault.byteOffset < body.length) {
    body = Buffer.from(body);
    body.writeUInt8(body.readUInt8(fault.byteOffset) ^ 1, fault.byteOffset);
  }
  out.writeHead(answer.status, {
    'x-amz-request-id': '0',
    ...(answer.status === 204 || method === 'HEAD' ? {} : { 'Content-Length': String(body.length) }),
    ...answer.headers,
  });
  if (fault?.kind === 'cut' && fault.afterBytes < body.length) {
    out.write(body.subarray(0, fault.afterBytes), () => out.socket?.resetAndDestroy());
    return fault.afterBytes;
  }
  out.end(body);
  return body.length;
}

/** A view of bytes, no copy. */
function bufferOf(body: Uint8Array | string): Buffer {
  return typeof body === 'string' ? Buffer.from(body) : Buffer.from(body.buffer, body.byteOffset, body.byteLength);
}

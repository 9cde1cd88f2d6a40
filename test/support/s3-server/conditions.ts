import type { StoredObject } from './buckets.ts';
import { S3Refusal, type S3Request } from './protocol.ts';

/**
 * Refuses a read whose `If-Match` or `If-None-Match` does not hold; preconditions are looked at before the range.
 *
 * @see RFC 9110 §13.2.2
 */
export function checkReadConditions(request: S3Request, object: StoredObject): void {
  const { 'if-match': ifMatch, 'if-none-match': ifNoneMatch } = request.headers;
  if (ifMatch !== undefined && !matches(ifMatch, object)) throw preconditionFailed('If-Match');
  if (ifNoneMatch !== undefined && matches(ifNoneMatch, object))
    throw new S3Refusal(304, 'NotModified', 'Not Modified');
}

/** Refuses a write whose `If-None-Match: *` or `If-Match` does not hold; S3 knows no other conditions of writes. */
export function checkWriteConditions(request: S3Request, object: StoredObject | undefined): void {
  const { 'if-match': ifMatch, 'if-none-match': ifNoneMatch } = request.headers;
  if (ifNoneMatch !== undefined) {
    if (ifNoneMatch !== '*') {
      throw new S3Refusal(501, 'NotImplemented', 'A header you provided implies functionality that is not implemented');
    }
    if (object) throw preconditionFailed('If-None-Match');
  }
  if (ifMatch !== undefined) {
    if (!object) throw new S3Refusal(404, 'NoSuchKey', 'The specified key does not exist.', { Key: request.key });
    if (!matches(ifMatch, object)) throw preconditionFailed('If-Match');
  }
}

function matches(condition: string, object: StoredObject): boolean {
  return (
    condition === '*' ||
    condition.split(',').some((etag) => etag.trim().replaceAll('"', '') === object.etag.replaceAll('"', ''))
  );
}

function preconditionFailed(condition: string): S3Refusal {
  return new S3Refusal(412, 'PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', {
    Condition: condition,
  });
}

import { S3Refusal, type S3Request } from './protocol.ts';

/**
 * Refuses a request without a signature of AWS Signature Version 4, or of another key than `accessKeyId`. The signature
 * itself is not computed anew: MinIO's suite does that.
 */
export function checkSignature(request: Pick<S3Request, 'headers'>, accessKeyId: string): void {
  const { authorization, 'x-amz-content-sha256': payload, 'x-amz-date': date } = request.headers;
  const form =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/\d{8}\/[^/]+\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=[0-9a-f]{64}$/;
  const [, key, signed] = form.exec(authorization ?? '') ?? [];
  if (key === undefined || signed === undefined || !payload || !date || !signed.split(';').includes('host')) {
    throw new S3Refusal(403, 'AccessDenied', 'Access Denied');
  }
  if (key !== accessKeyId) {
    throw new S3Refusal(
      403,
      'InvalidAccessKeyId',
      'The AWS Access Key Id you provided does not exist in our records.',
      {
        AWSAccessKeyId: key,
      },
    );
  }
}

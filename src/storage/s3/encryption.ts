import type { PutObjectCommandInput } from '@aws-sdk/client-s3';
import type { Connection } from './connection.ts';

/** What asks for encryption at rest in the request that starts an object. */
export function encryptionOf(
  connection: Connection,
): Pick<PutObjectCommandInput, 'ServerSideEncryption' | 'SSEKMSKeyId'> {
  const { encryption } = connection.options;
  switch (encryption?.kind) {
    case undefined:
      return {};
    case 's3':
      return { ServerSideEncryption: 'AES256' };
    case 'kms':
      return {
        ServerSideEncryption: 'aws:kms',
        ...(encryption.keyId === undefined ? {} : { SSEKMSKeyId: encryption.keyId }),
      };
  }
}

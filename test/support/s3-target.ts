import { randomUUID } from 'node:crypto';
import { S3 } from '@aws-sdk/client-s3';
import type { S3Options } from '../../src/storage/s3/options.ts';
import { type S3Server, startS3Server, testCredentials } from './s3-server/server.ts';

/** Something that speaks S3's protocol, with a bucket to write to. */
export interface S3Target {
  /** What `openS3Store` and `createStore` take; credentials are in the environment. */
  readonly options: S3Options & { readonly endpoint: string };
  readonly bucket: string;
  /** The SDK's own client, for what no store does. */
  readonly client: S3;
  /** Uri of a new folder, ending in `/`. */
  newFolder(): string;
  close(): Promise<void>;
}

/** The endpoint of a real MinIO, where `scripts/minio.ts` or the caller has started one. */
export const minioEndpoint: string | undefined = process.env.MINIO_ENDPOINT;

/** The test server in this process; credentials for it go into this process's environment. */
export async function openTestServer(): Promise<S3Target & { readonly server: S3Server }> {
  useCredentials(testCredentials.accessKeyId, testCredentials.secretAccessKey);
  const server = await startS3Server({ buckets: ['shoal-test'] });
  const target = targetAt(server.endpoint, 'shoal-test');
  const close = async () => {
    target.client.destroy();
    await server.close();
  };
  return { ...target, server, close };
}

/** A new bucket of the MinIO at {@link minioEndpoint}; it and all that is in it are removed by `close`. */
export async function openMinio(): Promise<S3Target> {
  if (minioEndpoint === undefined)
    throw new Error('MINIO_ENDPOINT is not set: run this suite with npm run test:minio.');
  useCredentials(process.env.MINIO_ROOT_USER ?? 'minioadmin', process.env.MINIO_ROOT_PASSWORD ?? 'minioadmin');
  const target = targetAt(minioEndpoint, `shoal-test-${randomUUID()}`);
  const { client, bucket: Bucket } = target;
  await client.createBucket({ Bucket });
  const close = async () => {
    await empty(client, Bucket);
    await client.deleteBucket({ Bucket });
    client.destroy();
  };
  return { ...target, close };
}

/** The environment's credentials and nothing else: no profile of the developer is looked at. */
function useCredentials(accessKeyId: string, secretAccessKey: string): void {
  for (const name of [
    'AWS_PROFILE',
    'AWS_SESSION_TOKEN',
    'AWS_REGION',
    'AWS_DEFAULT_REGION',
    'AWS_ENDPOINT_URL',
    'AWS_ENDPOINT_URL_S3',
  ]) {
    delete process.env[name];
  }
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_EC2_METADATA_DISABLED: 'true',
    // For the clients of tests; the store sees to it itself.
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  });
}

function targetAt(endpoint: string, bucket: string): Omit<S3Target, 'close'> {
  const options = { endpoint };
  const client = new S3({
    endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    maxAttempts: 1,
    requestChecksumCalculation: 'WHEN_REQUIRED',
  });
  return { options, bucket, client, newFolder: () => `s3://${bucket}/${randomUUID()}/` };
}

async function empty(client: S3, Bucket: string): Promise<void> {
  for (;;) {
    const { Contents = [] } = await client.listObjectsV2({ Bucket });
    if (Contents.length === 0) break;
    await client.deleteObjects({ Bucket, Delete: { Objects: Contents.map(({ Key }) => ({ Key })), Quiet: true } });
  }
  const { Uploads = [] } = await client.listMultipartUploads({ Bucket });
  await Promise.all(Uploads.map(({ Key, UploadId }) => client.abortMultipartUpload({ Bucket, Key, UploadId })));
}

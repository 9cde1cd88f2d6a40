import type { ListMultipartUploadsCommandOutput } from '@aws-sdk/client-s3';
import type { StagedLeftover } from '../store.ts';
import { formatUri } from '../uri.ts';
import { type Connection, payerOf, s3Parts, send } from './connection.ts';
import { decodeKey } from './list.ts';
import { abortToken } from './upload.ts';

/**
 * Uploads below a folder that are neither completed nor aborted, 1,000 a request.
 *
 * MinIO takes a prefix for a whole key, and lists nothing for a folder; it lists a bucket's uploads when it is given none. So
 * where there is nothing below the folder, the bucket is asked as a whole and keys are compared here.
 */
export async function* listUploads(connection: Connection, prefix: string): AsyncIterable<StagedLeftover> {
  const { path } = s3Parts(prefix);
  let found = false;
  for await (const upload of uploadsOf(connection, prefix, path)) {
    found = true;
    yield upload;
  }
  if (!found && path !== '' && isNoAmazon(connection)) yield* uploadsOf(connection, prefix, '');
}

async function* uploadsOf(connection: Connection, folder: string, asked: string): AsyncIterable<StagedLeftover> {
  const { bucket, path } = s3Parts(folder);
  const input = {
    Bucket: bucket,
    EncodingType: 'url' as const,
    ...(asked === '' ? {} : { Prefix: asked }),
    ...payerOf(connection),
  };
  let next: { KeyMarker?: string; UploadIdMarker?: string } | null = {};
  while (next) {
    const from: typeof next = next;
    const page: ListMultipartUploadsCommandOutput = await send(
      connection,
      { doing: 'list the uploads of', uri: folder },
      (s3) => s3.listMultipartUploads({ ...input, ...from }),
    );
    for (const { Key = '', UploadId = '', Initiated } of page.Uploads ?? []) {
      const key = decodeKey(Key, page.EncodingType);
      if (!key.startsWith(path)) continue;
      const uri = formatUri({ scheme: 's3', bucket, path: key });
      yield { uri, token: abortToken(UploadId), sinceMs: Initiated?.getTime() ?? 0 };
    }
    next = nextPage(page);
  }
}

function nextPage({ IsTruncated, NextKeyMarker, NextUploadIdMarker, EncodingType }: ListMultipartUploadsCommandOutput) {
  if (!IsTruncated || NextKeyMarker === undefined) return null;
  return {
    KeyMarker: decodeKey(NextKeyMarker, EncodingType),
    ...(NextUploadIdMarker === undefined ? {} : { UploadIdMarker: NextUploadIdMarker }),
  };
}

function isNoAmazon({ options }: Connection): boolean {
  const { AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL } = process.env;
  return (options.endpoint ?? AWS_ENDPOINT_URL_S3 ?? AWS_ENDPOINT_URL) !== undefined;
}

import type { ListObjectsV2CommandOutput } from '@aws-sdk/client-s3';
import type { ListOptions, ObjectInfo } from '../store.ts';
import { formatUri } from '../uri.ts';
import { type Connection, payerOf, s3Parts, send } from './connection.ts';

/** Above every key that starts with what stands before it: the last code point that Unicode has. */
const lastCodePoint = '\u{10ffff}';

/**
 * Objects below a folder, 1,000 a request, in the order of their keys. Empty objects whose key ends in `/`, which consoles make
 * to show a folder, are left out. When a page ends within a folder that is not wanted, the rest of it is leapt over.
 */
export async function* listObjects(
  connection: Connection,
  prefix: string,
  options: ListOptions,
): AsyncIterable<ObjectInfo> {
  const { bucket, path } = s3Parts(prefix);
  const wanted = folderFilter(bucket, path, options.enter);
  // Keys may hold characters that XML cannot.
  const input = { Bucket: bucket, Prefix: path, EncodingType: 'url' as const, ...payerOf(connection) };
  let next: { readonly ContinuationToken: string } | { readonly StartAfter: string } | Record<never, never> | null = {};
  while (next) {
    options.signal?.throwIfAborted();
    const from = next;
    const page: ListObjectsV2CommandOutput = await send(
      connection,
      { doing: 'list', uri: prefix, signal: options.signal },
      (s3, abort) => s3.listObjectsV2({ ...input, ...from }, abort),
    );
    let refused: string | null = null;
    for (const object of page.Contents ?? []) {
      const key = decodeKey(object.Key ?? '', page.EncodingType);
      refused = wanted(key);
      if (refused !== null || key.endsWith('/')) continue;
      yield {
        uri: formatUri({ scheme: 's3', bucket, path: key }),
        sizeBytes: object.Size ?? 0,
        version: object.ETag ?? '',
      };
    }
    next = nextPage(page, isOrdered(bucket) ? refused : null);
  }
}

function nextPage(page: ListObjectsV2CommandOutput, refused: string | null) {
  if (!page.IsTruncated || page.NextContinuationToken === undefined) return null;
  return refused === null
    ? { ContinuationToken: page.NextContinuationToken }
    : { StartAfter: `${refused}${lastCodePoint}` };
}

/** Directory buckets of S3 Express list in no order and know no `StartAfter`. */
function isOrdered(bucket: string): boolean {
  return !bucket.endsWith('--x-s3');
}

/** A function that names the outermost unwanted folder of a key; each folder is asked for once as long as keys come in order. */
function folderFilter(bucket: string, prefix: string, enter: ListOptions['enter']): (key: string) => string | null {
  let answers = new Map<string, boolean>();
  return (key) => {
    if (!enter) return null;
    const chain = new Map<string, boolean>();
    for (let slash = key.indexOf('/', prefix.length); slash >= 0; slash = key.indexOf('/', slash + 1)) {
      const folder = key.slice(0, slash + 1);
      const isWanted = answers.get(folder) ?? enter(formatUri({ scheme: 's3', bucket, path: folder }));
      chain.set(folder, isWanted);
      if (!isWanted) {
        answers = chain;
        return folder;
      }
    }
    answers = chain;
    return null;
  };
}

/** A key as it is, of a listing that was asked for with `encoding-type=url`. */
export function decodeKey(key: string, encoding: string | undefined): string {
  return encoding === 'url' ? decodeURIComponent(key.replaceAll('+', '%20')) : key;
}

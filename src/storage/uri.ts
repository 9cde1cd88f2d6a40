import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { PlanError } from '../errors.ts';

/**
 * An object's address in parts. `path` is a file's absolute path or an S3 key without its first slash, both as they are,
 * with nothing percent-encoded.
 */
export type ParsedUri =
  | { readonly scheme: 'file'; readonly path: string }
  | { readonly scheme: 's3'; readonly bucket: string; readonly path: string };

/**
 * Reads an absolute uri. `file:` uris are percent-encoded (RFC 8089); `s3://bucket/key` is not, as in Amazon's own tools.
 *
 * @throws {PlanError} INVALID_ARGUMENT for other schemes, a host in a `file:` uri, a missing bucket, bad percent-encoding
 */
export function parseUri(uri: string): ParsedUri {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(uri)?.[1]?.toLowerCase();
  if (scheme === 'file') return { scheme: 'file', path: filePath(uri) };
  if (scheme === 's3') {
    const [, bucket, key] = /^s3:\/\/([^/]+)(?:\/(.*))?$/is.exec(uri) ?? [];
    if (bucket) return { scheme: 's3', bucket, path: key ?? '' };
    throw badUri(uri, 'it names no bucket; write s3://bucket/key');
  }
  throw badUri(uri, scheme ? `the scheme ${scheme}: is none that shoal reads` : 'it has no scheme');
}

/** The uri that {@link parseUri} reads back. */
export function formatUri(parts: ParsedUri): string {
  if (parts.scheme === 's3') return `s3://${parts.bucket}/${parts.path}`;
  const uri = pathToFileURL(parts.path).href;
  return parts.path.endsWith('/') && !uri.endsWith('/') ? `${uri}/` : uri;
}

/** The absolute uri of what a user typed: a uri as it is, a plain path below `base` (the working directory). */
export function toUri(pathOrUri: string, base: string = process.cwd()): string {
  if (isUri(pathOrUri)) return formatUri(parseUri(pathOrUri));
  const path = resolve(base, pathOrUri);
  return formatUri({ scheme: 'file', path: pathOrUri.endsWith('/') && path !== '/' ? `${path}/` : path });
}

/** Whether a text is a uri; everything else is a path (`a:b.csv` too: its scheme has no slash). */
export function isUri(text: string): boolean {
  return /^(file:|[a-z][a-z0-9+.-]+:\/\/)/i.test(text);
}

/** The uri of `name` (names, separated by `/`) below a folder; nothing in `name` is percent-encoded yet. */
export function joinUri(folderUri: string, name: string): string {
  const folder = parseUri(folderUri);
  const path = folder.path === '' || folder.path.endsWith('/') ? `${folder.path}${name}` : `${folder.path}/${name}`;
  return formatUri({ ...folder, path });
}

/** The path of a `file:` uri on this machine, or null for an object elsewhere. */
export function localPath(uri: string): string | null {
  const parts = parseUri(uri);
  return parts.scheme === 'file' ? parts.path : null;
}

/** Folder of an object: everything up to the last `/` before its name, that slash included. */
export function folderOf(uri: string): string {
  const parts = parseUri(uri);
  return formatUri({ ...parts, path: parts.path.slice(0, parts.path.replace(/\/$/, '').lastIndexOf('/') + 1) });
}

/** Last part of a path, not percent-encoded. */
export function nameOf(uri: string): string {
  const path = parseUri(uri).path.replace(/\/$/, '');
  return path.slice(path.lastIndexOf('/') + 1);
}

/**
 * Order of uris: by store, then by code point of the path that is not percent-encoded. It is the order of S3's listings, so
 * that the same files have the same order wherever they lie.
 */
export function compareUris(a: string, b: string): number {
  const [left, right] = [parseUri(a), parseUri(b)];
  const store = (parts: ParsedUri) => (parts.scheme === 'file' ? 'file:' : `s3:${parts.bucket}`);
  return compareCodePoints(store(left), store(right)) || compareCodePoints(left.path, right.path);
}

/** Order of strings by code point; JavaScript's own `<` goes by UTF-16 unit, where surrogates sort before U+E000. */
export function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const [x, y] = [a.charCodeAt(index), b.charCodeAt(index)];
    if (x === y) continue;
    const [surrogateX, surrogateY] = [isSurrogate(x), isSurrogate(y)];
    return surrogateX === surrogateY ? x - y : surrogateX ? 1 : -1;
  }
  return a.length - b.length;
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}

function filePath(uri: string): string {
  try {
    // "file:data.csv" would be read as "/data.csv": only absolute uris are meant here.
    if (!/^file:\//i.test(uri)) throw new Error('relative');
    return fileURLToPath(uri.replaceAll('#', '%23').replaceAll('?', '%3F'));
  } catch {
    throw badUri(uri, 'a file: uri is file:///absolute/path, percent-encoded');
  }
}

function badUri(uri: string, why: string): PlanError {
  return new PlanError(
    'INVALID_ARGUMENT',
    `Cannot read the address ${JSON.stringify(uri)}: ${why}. Give a path, a file: uri or an s3: uri.`,
    { details: { uri } },
  );
}

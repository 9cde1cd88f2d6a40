import { posix } from 'node:path';
import { nearestName, SourceError, StorageError } from '../errors.ts';
import { type GlobPattern, isGlob, parseGlob } from './glob-pattern.ts';
import { hivePartition } from './hive.ts';
import type { ObjectInfo, ObjectStore } from './store.ts';
import { compareUris, folderOf, formatUri, isUri, joinUri, nameOf, parseUri, toUri } from './uri.ts';

/** An object that a path led to. */
export interface FoundObject extends ObjectInfo {
  /** Values of its `name=value` folders; empty without `hive`. */
  readonly partition: Readonly<Record<string, string | null>>;
}

/** How paths are expanded. */
export interface ExpandOptions {
  readonly signal?: AbortSignal;
  /** Whether `name=value` folders are columns. */
  readonly hive?: boolean;
}

/**
 * The objects that a list of paths leads to: once each, by code point of their paths. A path is
 * - an object, when there is one of that very name, whatever characters it holds;
 * - a pattern (see {@link parseGlob});
 * - a folder: all objects below it but those whose name, or whose folder's name, begins with `_` or `.`.
 *
 * @throws {StorageError} NOT_FOUND for a path that is none of them, with a near name in that folder
 * @throws {SourceError} NO_FILES for a pattern or a folder that leads to nothing, saying what was seen there
 * @throws {PlanError} INVALID_ARGUMENT for an address that cannot be read
 */
export async function expandPaths(
  paths: readonly string[],
  store: ObjectStore,
  options: ExpandOptions = {},
): Promise<FoundObject[]> {
  const found = new Map<string, ObjectInfo>();
  for (const path of paths) {
    for (const info of await expandPath(path, store, options.signal)) found.set(info.uri, info);
  }
  return [...found.values()]
    .sort((a, b) => compareUris(a.uri, b.uri))
    .map((info) => ({ ...info, partition: options.hive ? hivePartition(parseUri(info.uri).path) : {} }));
}

async function expandPath(path: string, store: ObjectStore, signal?: AbortSignal): Promise<ObjectInfo[]> {
  const uri = toUri(path);
  if (!uri.endsWith('/')) {
    const exact = await headOrNull(uri, store, signal);
    if (exact) return [exact];
  }
  const pattern = patternPath(path);
  if (isGlob(pattern)) return match(path, uri, parseGlob(pattern), store, signal);
  // What is escaped may stand for an object too: `b\[1\].csv`.
  const plain = formatUri({ ...parseUri(uri), path: pattern.replaceAll(/\\(.)/gs, '$1') });
  const unescaped = plain === uri || plain.endsWith('/') ? null : await headOrNull(plain, store, signal);
  return unescaped ? [unescaped] : folder(path, plain.endsWith('/') ? plain : `${plain}/`, store, signal);
}

/** The text that patterns are read from. What a `file:` uri has percent-encoded, and the working directory, stand for themselves. */
function patternPath(path: string): string {
  if (/^file:/i.test(path)) {
    const encoded = path.replace(/^file:\/*/i, '/');
    return encoded.replaceAll(/(%[0-9a-f]{2})+/gi, (part) => escapeGlob(decodeURIComponent(part)));
  }
  if (isUri(path)) return parseUri(path).path;
  return posix.normalize(path.startsWith('/') ? path : `${escapeGlob(process.cwd())}/${path}`);
}

function escapeGlob(text: string): string {
  return text.replaceAll(/[*?[\]{}\\]/g, '\\$&');
}

async function match(
  path: string,
  uri: string,
  pattern: GlobPattern,
  store: ObjectStore,
  signal?: AbortSignal,
): Promise<ObjectInfo[]> {
  const base = formatUri({ ...parseUri(uri), path: pattern.folder });
  const start = pattern.folder.length;
  const relative = (below: string) => parseUri(below).path.slice(start);
  const found: ObjectInfo[] = [];
  const seen = new Seen();
  for await (const info of store.list(base, {
    enter: (folderUri) => pattern.enters(relative(folderUri).replace(/\/$/, '')),
    ...(signal ? { signal } : {}),
  })) {
    if (pattern.matches(relative(info.uri))) found.push(info);
    else seen.add(relative(info.uri));
  }
  if (found.length === 0) throw noFiles(`No file matches ${JSON.stringify(path)}`, base, seen);
  return found;
}

async function folder(path: string, uri: string, store: ObjectStore, signal?: AbortSignal): Promise<ObjectInfo[]> {
  const start = parseUri(uri).path.length;
  const hidden = (below: string) =>
    parseUri(below)
      .path.slice(start)
      .split('/')
      .some((name) => /^(\.|_(?![^=]*=))/.test(name));
  const found: ObjectInfo[] = [];
  const seen = new Seen();
  for await (const info of store.list(uri, { enter: (below) => !hidden(below), ...(signal ? { signal } : {}) })) {
    if (hidden(info.uri)) seen.add(parseUri(info.uri).path.slice(start));
    else found.push(info);
  }
  if (found.length > 0) return found;
  if (seen.count > 0 || (await isFolder(uri, store)))
    throw noFiles(`The folder ${JSON.stringify(path)} has no files to read`, uri, seen);
  throw await notFound(uri.replace(/\/$/, ''), store);
}

/** Files that were there but not meant: how many, and the first few names. */
class Seen {
  count = 0;
  readonly names: string[] = [];

  add(name: string): void {
    this.count++;
    if (this.names.length < 3) this.names.push(name);
  }
}

function noFiles(what: string, folderUri: string, seen: Seen): SourceError {
  const some = `${seen.names.join(', ')}${seen.count > seen.names.length ? ', …' : ''}`;
  const there =
    seen.count === 0
      ? 'no files are there'
      : `${seen.count === 1 ? '1 file is' : `${seen.count} files are`} there: ${some}`;
  const hidden = seen.names.some((name) => /(^|\/)[._]/.test(name));
  const hint = hidden ? ' Names that begin with "_" or "." are left out.' : '';
  return new SourceError('NO_FILES', `${what}: looked in ${folderUri}, ${there}.${hint}`, {
    details: { uri: folderUri, filesSeen: seen.count },
  });
}

async function notFound(uri: string, store: ObjectStore): Promise<StorageError> {
  const parent = folderOf(uri);
  const names = await namesIn(parent, store);
  const near = nearestName(nameOf(uri), names);
  const hint = near
    ? ` Did you mean ${joinUri(parent, near)}?`
    : names.length > 0
      ? ''
      : ` Nothing is in ${parent} either.`;
  return new StorageError('NOT_FOUND', `There is no file or folder ${uri}.${hint}`, {
    details: { uri, ...(near ? { proposal: joinUri(parent, near) } : {}) },
  });
}

/** Names of the files and folders right in a folder; enough of them to propose one. */
async function namesIn(folderUri: string, store: ObjectStore): Promise<string[]> {
  const names = new Set<string>();
  const enter = (below: string) => {
    names.add(nameOf(below));
    return false;
  };
  for await (const info of store.list(folderUri, { enter })) {
    names.add(parseUri(info.uri).path.slice(parseUri(folderUri).path.length).split('/')[0] ?? '');
    if (names.size >= 1000) break;
  }
  return [...names];
}

/** Whether a file store has such a folder, empty as it is; object stores know no empty folders. */
async function isFolder(uri: string, store: ObjectStore): Promise<boolean> {
  const name = nameOf(uri);
  return parseUri(uri).scheme === 'file' && (await namesIn(folderOf(uri), store)).includes(name);
}

async function headOrNull(uri: string, store: ObjectStore, signal?: AbortSignal): Promise<ObjectInfo | null> {
  try {
    return await store.head(uri, signal ? { signal } : {});
  } catch (error) {
    if (error instanceof StorageError && error.code === 'NOT_FOUND') return null;
    throw error;
  }
}

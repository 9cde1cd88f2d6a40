import { PlanError } from '../errors.ts';
import type { StoreOptions } from '../storage/create-store.ts';
import type { S3Options } from '../storage/s3/options.ts';
import { toUri } from '../storage/uri.ts';

/** How objects are reached and where those of a job go. */
export interface StorageConfig {
  /** The session's store is opened with them, and those of its workers. */
  readonly storeOptions: StoreOptions;
  /** Uri of a folder, ending in `/`; null for the session's own scratch folder. */
  readonly workspace: string | null;
  /** Whether what tasks have done is kept there until the query has succeeded. */
  readonly resume: boolean;
}

type TypeName = 'string' | 'boolean' | 'object' | 'count';

const s3Types: Readonly<Record<keyof S3Options, TypeName>> = {
  endpoint: 'string',
  region: 'string',
  forcePathStyle: 'boolean',
  requesterPays: 'boolean',
  encryption: 'object',
  maxSockets: 'count',
  maxAttempts: 'count',
  readPartBytes: 'count',
  writePartBytes: 'count',
};

const typeTexts: Readonly<Record<TypeName, string>> = {
  string: 'a text',
  boolean: 'true or false',
  object: "{ kind: 's3' } or { kind: 'kms', keyId? }",
  count: 'a whole number, 1 or more',
};

/**
 * Checks options of S3, which may come from a configuration file. What stands in them is told in no message: they are where
 * somebody might put a secret.
 *
 * @throws {PlanError} INVALID_ARGUMENT for a member that there is not, or of another type
 */
export function checkS3Options(options: object): S3Options {
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(s3Types, name)) throw unknownMember(name);
    const type = s3Types[name as keyof S3Options];
    if (value !== undefined && !isOfType(value, type))
      throw new PlanError('INVALID_ARGUMENT', `s3.${name} is no value that S3 takes; it is ${typeTexts[type]}.`);
  }
  return options;
}

/** The workspace's uri, as a folder. */
export function workspaceUri(pathOrUri: string): string {
  return toUri(pathOrUri.endsWith('/') ? pathOrUri : `${pathOrUri}/`);
}

/**
 * Whether queries are to be resumed.
 *
 * @param given the setting, as text where it comes from the environment
 * @throws {PlanError} INVALID_ARGUMENT for a value that is neither true nor false, and without a workspace
 */
export function checkResume(
  given: { readonly value: boolean | string | undefined; readonly from: string },
  workspace: string | undefined,
): boolean {
  const { value = false, from } = given;
  const resume = ['true', '1'].includes(String(value));
  if (!resume && !['false', '0'].includes(String(value)))
    throw new PlanError('INVALID_ARGUMENT', `${from} is ${JSON.stringify(value)}; resume is true or false.`);
  if (!resume || workspace !== undefined) return resume;
  throw new PlanError(
    'INVALID_ARGUMENT',
    `${from} asks to resume queries, and there is no workspace that outlives the script, where finished tasks could be kept. Give connect({ workspace }) or SHOAL_WORKSPACE: a folder, or s3://bucket/prefix.`,
  );
}

function isOfType(value: unknown, type: TypeName): boolean {
  if (type === 'count') return Number.isSafeInteger(value) && (value as number) >= 1;
  if (type !== 'object') return typeof value === type;
  const kind = (value as { readonly kind?: unknown } | null)?.kind;
  return kind === 's3' || kind === 'kms';
}

function unknownMember(name: string): PlanError {
  const secret = /key|secret|token|credential|profile|password/i.test(name);
  const hint = secret
    ? " Credentials are no options, which travel to workers: they come from the SDK's own chain (AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, AWS_PROFILE, a role) wherever a request is made."
    : '';
  return new PlanError(
    'INVALID_ARGUMENT',
    `s3 has no option ${JSON.stringify(name)}.${hint} Available: ${Object.keys(s3Types).join(', ')}`,
  );
}

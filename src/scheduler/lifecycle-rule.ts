import { PlanError } from '../errors.ts';
import { parseUri } from '../storage/uri.ts';

/** A bucket's lifecycle configuration, as `aws s3api put-bucket-lifecycle-configuration` takes it. */
export interface LifecycleConfiguration {
  readonly Rules: readonly {
    readonly ID: string;
    readonly Status: 'Enabled';
    readonly Filter: { readonly Prefix: string };
    readonly Expiration?: { readonly Days: number };
    readonly AbortIncompleteMultipartUpload: { readonly DaysAfterInitiation: number };
  }[];
}

/**
 * Rules by which S3 itself removes what dead jobs leave in a workspace, without a `gc`: objects of jobs and journals, and
 * uploads that nobody completed. S3 looks at an object's age only, so a job must be over within `days`. A bucket has one
 * configuration: what stands in it already is to be put in as well.
 *
 * @param workspace uri of a folder on S3, ending in `/`
 * @param sinks uris of folders on S3 that are written to, for uploads that are left there
 * @param days from when on objects are removed, 1 or more
 * @throws {PlanError} INVALID_ARGUMENT for a workspace elsewhere, and for other days
 */
export function lifecycleConfiguration(
  workspace: string,
  sinks: readonly string[],
  days: number,
): LifecycleConfiguration {
  if (!Number.isSafeInteger(days) || days < 1)
    throw new PlanError('INVALID_ARGUMENT', `days is a whole number, 1 or more; it was given ${days}.`);
  const place = parseUri(workspace);
  if (place.scheme !== 's3') {
    throw new PlanError(
      'INVALID_ARGUMENT',
      `${workspace} does not lie on S3, which alone has lifecycle rules. Call gc() from time to time.`,
    );
  }
  const abort = { AbortIncompleteMultipartUpload: { DaysAfterInitiation: days } };
  const expired = ['jobs/', 'journal/'].map((kind) => ({
    ID: `shoal ${place.path}${kind}`,
    Status: 'Enabled' as const,
    Filter: { Prefix: `${place.path}${kind}` },
    Expiration: { Days: days },
    ...abort,
  }));
  const written = sinks.flatMap((uri) => {
    const sink = parseUri(uri);
    if (sink.scheme !== 's3' || sink.bucket !== place.bucket) return [];
    return [{ ID: `shoal ${sink.path}`, Status: 'Enabled' as const, Filter: { Prefix: sink.path }, ...abort }];
  });
  return { Rules: [...expired, ...written] };
}

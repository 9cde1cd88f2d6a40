import type { S3, S3ClientConfig } from '@aws-sdk/client-s3';
import type { ResolvedS3Options } from './options.ts';

/** An upload's or a download's connection that says nothing for so long is dead: S3 answers within seconds when it does. */
const idleSocketMs = 30_000;

/** Longest wait for a connection. */
const connectMs = 5_000;

/** Loads the SDK and makes a client of it, whose own retries are off: `withRetry` covers bodies too. */
export async function openClient(options: ResolvedS3Options): Promise<S3> {
  const { S3 } = await import('@aws-sdk/client-s3');
  return withoutNodeWarning(() => new S3(clientConfig(options, process.env)));
}

/** The SDK warns on the user's console of a Node that its *later* versions will not run on; the version is pinned here. */
function withoutNodeWarning<T>(make: () => T): T {
  const name = 'AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED';
  const before = process.env[name];
  process.env[name] = 'true';
  try {
    return make();
  } finally {
    if (before === undefined) delete process.env[name];
    else process.env[name] = before;
  }
}

/** The SDK's configuration; `environment` is asked for what the SDK itself would read there. */
export function clientConfig(
  options: ResolvedS3Options,
  environment: Readonly<Record<string, string | undefined>>,
): S3ClientConfig {
  const endpoint = options.endpoint ?? environment.AWS_ENDPOINT_URL_S3 ?? environment.AWS_ENDPOINT_URL;
  const region =
    options.region ?? environment.AWS_REGION ?? environment.AWS_DEFAULT_REGION ?? (endpoint ? 'us-east-1' : undefined);
  const agent = { keepAlive: true, maxSockets: options.maxSockets };
  return {
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? { followRegionRedirects: true } : { endpoint }),
    forcePathStyle: options.forcePathStyle ?? endpoint !== undefined,
    maxAttempts: 1,
    // Stores that imitate S3 refuse the newer checksum headers; the ETag and TLS (or the signed body) guard the bytes.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    // `Expect: 100-continue` would open a new connection for every part.
    expectContinueHeader: false,
    requestHandler: {
      httpAgent: agent,
      httpsAgent: agent,
      connectionTimeout: connectMs,
      socketTimeout: idleSocketMs,
      // Waiting for a free socket is how concurrency is bounded here: nothing to warn of on the user's console.
      socketAcquisitionWarningTimeout: 2 ** 31 - 1,
    },
  };
}

/** Encryption at rest that every written object asks for: with S3's own keys, or with a key of KMS (the bucket's default one). */
export type S3Encryption = { readonly kind: 's3' } | { readonly kind: 'kms'; readonly keyId?: string };

/**
 * How S3 is reached; plain JSON that may stand in tasks and configuration files. Credentials are not among the options: they
 * come from the SDK's own chain (environment, profile, single sign-on, role) wherever a request is made.
 */
export interface S3Options {
  /** Another store that speaks S3's protocol, such as MinIO or R2; `AWS_ENDPOINT_URL_S3` and `AWS_ENDPOINT_URL` count too. */
  readonly endpoint?: string;
  /** Otherwise the SDK's own chain; with an endpoint and no region anywhere, `us-east-1`, which MinIO and R2 accept. */
  readonly region?: string;
  /** `endpoint/bucket/key` instead of `bucket.endpoint/key`; on by default where there is an endpoint. */
  readonly forcePathStyle?: boolean;
  /** Agrees to pay for requests to buckets whose owners want that. */
  readonly requesterPays?: boolean;
  readonly encryption?: S3Encryption;
  /** Most connections at once. */
  readonly maxSockets?: number;
  /** Most tries of one request, the first included. */
  readonly maxAttempts?: number;
  /** Reads of more than twice as many bytes are made of several GETs at once. */
  readonly readPartBytes?: number;
  /** Size of an upload's parts, at least 5 MiB on S3; objects of one part are written by one PUT. */
  readonly writePartBytes?: number;
}

/** Options with everything that has a default. */
export type ResolvedS3Options = S3Options & Required<Pick<S3Options, keyof typeof defaults>>;

const defaults = {
  // Eight reads of eight parts each; more connections don't make one machine's network faster.
  maxSockets: 64,
  // With 30 % of requests failing, one in 170,000 still fails; about 11 s of waiting on average before it is given up.
  maxAttempts: 10,
  // One connection to S3 carries 85–90 MB/s whatever the size; ranges of 8–16 MB are what Amazon recommends.
  readPartBytes: 16 << 20,
  writePartBytes: 16 << 20,
} as const;

/** Fills in the defaults. */
export function resolveOptions(options: S3Options): ResolvedS3Options {
  return { ...defaults, ...options };
}

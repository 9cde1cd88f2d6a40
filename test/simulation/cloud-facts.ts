/*
 * What clouds do, as far as the simulator goes by it. Measured by others or told by the vendor; every number has its source
 * beside it. Milliseconds and bytes.
 */

/** A latency whose logarithm is normal, with a rare long tail. */
export interface Latency {
  readonly medianMs: number;
  readonly p95Ms: number;
  /** Share of requests that take {@link tailMs} instead. */
  readonly tailShare: number;
  readonly tailMs: number;
}

/** S3 Standard: one request of 1 KiB. Skyrise, EDBT'25: median 27 ms read, 40 ms write, p95 75 ms, worst above 10 s. */
export const s3Latency: Readonly<Record<'read' | 'write', Latency>> = {
  read: { medianMs: 27, p95Ms: 75, tailShare: 1e-4, tailMs: 10_000 },
  write: { medianMs: 40, p95Ms: 75, tailShare: 1e-4, tailMs: 10_000 },
};

/** S3 Standard: requests a second of one prefix partition. AWS; Skyrise: new prefixes do not help within a query. */
export const s3RequestsPerSecond: Readonly<Record<'read' | 'write', number>> = { read: 5_500, write: 3_500 };

/** Lambda: how many more workers there may be every 10 seconds, and how many at first. AWS documentation. */
export const lambdaRamp = { first: 1_000, each: 1_000, everyMs: 10_000 } as const;

/** Lambda: from the call to the first work. Lithops, 1,000 calls, June 2022: workers started p50 1.1 s, p99 2.0 s. */
export const lambdaColdStart: Latency = { medianMs: 1_100, p95Ms: 1_700, tailShare: 1e-3, tailMs: 10_000 };

/** Lambda: the same for a worker that is warm. AWS documentation ("tens of milliseconds"), from memory. */
export const lambdaWarmStart: Latency = { medianMs: 25, p95Ms: 60, tailShare: 1e-4, tailMs: 1_000 };

/** Lambda: longest run of a function. AWS documentation. */
export const lambdaTimeoutMs = 15 * 60_000;

/** Lambda network of one worker: so many bytes at full speed, then the slow one. Skyrise, EDBT'25. */
export const lambdaNetwork = {
  burstBytes: 300 * 2 ** 20,
  burstBytesPerSecond: 1.2 * 2 ** 30,
  bytesPerSecond: 75 * 2 ** 20,
} as const;

/** Lambda: calls a second that one client makes. Lithops, 1,000 calls, June 2022: 830 submitted a second. */
export const lambdaInvocationsPerSecond = 830;

/** Lambda: memory with which a worker has one vCPU. AWS documentation. */
export const lambdaMemoryBytes = 1_769 * 2 ** 20;

/** Lambda: share of the burst that a warm worker finds again. Skyrise, EDBT'25 (about a half). */
export const lambdaRecharge = 0.5;

/** S3: keys of a LIST page at most. AWS documentation. */
export const s3KeysPerList = 1_000;

/** Bytes of column chunks that one vCPU decodes and works on a second; `src/backends/local/profiles.ts`, measured on TPC-H. */
export const engineBytesPerSecond = 100e6;

/** Milliseconds of a vCPU that reading a footer of some 100 column chunks takes; measured with this repository's codec. */
export const footerCpuMs = 2;

/** AWS list prices in US dollars (us-east-1, x86), from memory: requests, calls, GiB-seconds. DELETE is free. */
export const awsPrices = {
  get: 0.4e-6,
  put: 5e-6,
  list: 5e-6,
  invocation: 0.2e-6,
  gibSecond: 1.66667e-5,
} as const;

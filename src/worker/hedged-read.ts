import { setTimeout as sleep } from 'node:timers/promises';
import type { ObjectStore } from '../storage/store.ts';
import { localPath } from '../storage/uri.ts';

type Read = ObjectStore['read'];

/**
 * What a read should take: S3's median latency, rounded down, and what one connection brings (Skyrise, EDBT'25; AWS: "8–16 MB
 * range GETs, about 85–90 MB/s per connection").
 */
const latencyMs = 15;
const bytesPerMs = 85_000;

/** How much the last read says about the next one, where connections turn out to be slower than that. */
const weightOfLast = 0.3;

/** A read that takes so many times what it should is sent again … */
const patience = 3;
/** … but none before so many milliseconds. */
const leastPatienceMs = 200;

/** Second reads are the first few of a task, and a tenth of all: a store that is slow as a whole is not made slower. */
const firstHedges = 2;
const hedgesPerRead = 0.1;

/** Time, passed in. */
export interface HedgeTiming {
  readonly wait: (ms: number, signal: AbortSignal) => Promise<unknown>;
  readonly now: () => number;
}

const realTiming: HedgeTiming = {
  wait: (ms, signal) => sleep(ms, undefined, { signal, ref: false }),
  now: () => performance.now(),
};

/**
 * A store's reads, sent a second time when the first takes much longer than it should, as one of a thousand does on S3: the
 * first answer wins, the other read is ended. Its connection is busy, so the second one goes over another. Files of this
 * machine are read once.
 *
 * @param timing `wait` resolves after so many milliseconds, and rejects when the signal aborts; `now` is in milliseconds
 */
export function hedgedRead(read: Read, { wait, now }: HedgeTiming = realTiming): Read {
  let reads = 0;
  let hedges = 0;
  let rate = bytesPerMs;
  return async (uri, range, options = {}) => {
    if (localPath(uri) !== null || !range) return read(uri, range, options);
    reads++;
    const over = new AbortController();
    const signal = options.signal ? AbortSignal.any([options.signal, over.signal]) : over.signal;
    const bytes = range.endByte - range.startByte;
    const sentMs = now();
    const first = read(uri, range, { ...options, signal });
    const second = async () => {
      await wait(patienceMs(bytes, rate), signal);
      if (hedges >= firstHedges + reads * hedgesPerRead) return first;
      hedges++;
      return read(uri, range, { ...options, signal });
    };
    try {
      const answer = await firstAnswer(first, second());
      // A slow line is no slow read.
      const own = bytes / Math.max(1, now() - sentMs - latencyMs);
      rate = Math.min(bytesPerMs, rate + weightOfLast * (own - rate));
      return answer;
    } finally {
      over.abort();
    }
  };
}

/** How long a read of so many bytes may take before another one is sent, milliseconds. */
function patienceMs(bytes: number, rate: number): number {
  return Math.max(leastPatienceMs, patience * (latencyMs + bytes / rate));
}

/** The first answer; a failure of the second read leaves the first one to answer, which has been tried longer. */
async function firstAnswer(first: Promise<Uint8Array>, second: Promise<Uint8Array>): Promise<Uint8Array> {
  return Promise.race([first, second.catch(() => first)]);
}

import type { BackendProfile } from '../../src/backends/backend.ts';
import { defaultPolicy, type Policy } from '../../src/scheduler/policy.ts';
import { lambdaColdStart, lambdaWarmStart, s3RequestsPerSecond } from './cloud-facts.ts';
import { Random } from './random.ts';
import { rowBytes } from './rows.ts';
import type { BackendFaults, SimPlace } from './sim-backend.ts';
import type { StoreFaults } from './store-requests.ts';

/** A driver's end at its n-th request to store or backend, from 1 on. */
export interface Crash {
  readonly at: number;
  /** Whether that request still has its effect. */
  readonly afterwards: boolean;
}

/** What one simulated job is, apart from its query. All of it follows from the seed. */
export interface JobSetup {
  readonly seed: number;
  /** Which of the queries, in [0, 1). */
  readonly query: number;
  /** Whether workers are processes, which end when they are told to, or functions. */
  readonly kind: 'pool' | 'function';
  readonly backend: BackendFaults;
  readonly store: StoreFaults;
  readonly policy: Policy;
  readonly bytesPerRow: number;
  /** Longest task that the backend takes. */
  readonly maxTaskBytes: number;
  readonly batchRows: number;
  /** When an input changes; null for never. */
  readonly changeMs: number | null;
  /** When somebody else runs `gc`. */
  readonly gcMs: number | null;
  /** When the caller loses patience. */
  readonly abortMs: number | null;
  /** Of each driver that crashes, one after another: which of its requests it does not survive. */
  readonly crashes: readonly Crash[];
  /** Whether a second driver goes on where the first one ended; otherwise only `gc` comes. */
  readonly resume: boolean;
}

/** Attempts to which nothing happens. */
export const noBackendFaults: BackendFaults = {
  refused: 0,
  lostBefore: 0,
  lostMidway: 0,
  replyLost: 0,
  dropped: 0,
  late: 0,
  slow: 0,
  repeated: 0,
  outOfMemory: 0,
  ramp: { first: Number.POSITIVE_INFINITY, perSecond: 0 },
};

/** A store to which nothing happens. */
export const noStoreFaults: StoreFaults = {
  storms: 0,
  stormErrors: 0,
  doneAllTheSame: 0,
  truncated: 0,
  flipped: 0,
  requestsPerSecond: s3RequestsPerSecond,
};

/** What can go wrong, each by itself; how much of it a job has is drawn. */
const switches = [
  'refused',
  'lostBefore',
  'lostMidway',
  'replyLost',
  'dropped',
  'late',
  'slow',
  'repeated',
  'outOfMemory',
  'ramp',
  'storms',
  'truncated',
  'flipped',
  'requestRate',
  'change',
  'gc',
  'abort',
  'crash',
] as const;

type Switch = (typeof switches)[number];

/** The job of a seed. Three in ten have no fault; others have some kinds of them, now and then very much of one. */
export function drawSetup(seed: number): JobSetup {
  const random = new Random(seed).fork('setup');
  const on = drawSwitches(random);
  const share = (name: Switch) => (on.has(name) ? (random.chance(0.1) ? 0.6 : random.next() * 0.2) : 0);
  const backend: BackendFaults = {
    ...noBackendFaults,
    refused: share('refused'),
    lostBefore: share('lostBefore'),
    lostMidway: share('lostMidway'),
    replyLost: share('replyLost'),
    dropped: share('dropped'),
    late: share('late'),
    slow: share('slow'),
    repeated: share('repeated'),
    outOfMemory: share('outOfMemory'),
    ramp: on.has('ramp') ? { first: 1, perSecond: random.next() } : noBackendFaults.ramp,
  };
  const rate = 5 + random.below(50);
  const store: StoreFaults = {
    ...noStoreFaults,
    storms: on.has('storms') ? random.next() * 0.5 : 0,
    stormErrors: share('storms'),
    doneAllTheSame: random.next(),
    truncated: share('truncated') / 4,
    flipped: share('flipped'),
    requestsPerSecond: on.has('requestRate') ? { read: rate, write: rate } : noStoreFaults.requestsPerSecond,
  };
  // A moment or a request that may be anywhere in a job, or behind its end.
  const moment = (most: number) => Math.ceil(most ** random.next());
  const crashes = on.has('crash') ? 1 + random.below(2) : 0;
  return {
    seed,
    query: random.next(),
    kind: random.chance(0.5) ? 'pool' : 'function',
    backend,
    store,
    policy: random.chance(0.2) ? { ...defaultPolicy, maxAttempts: 2, maxThrottles: 5 } : defaultPolicy,
    bytesPerRow: random.pick([rowBytes, 100 * 1024, 4 << 20]),
    maxTaskBytes: random.pick([2_000, 256 * 1024]),
    batchRows: random.pick([1, 7, 65_536]),
    changeMs: on.has('change') ? moment(5_000) : null,
    gcMs: on.has('gc') ? moment(20_000) : null,
    abortMs: on.has('abort') ? moment(20_000) : null,
    crashes: Array.from({ length: crashes }, () => ({ at: moment(200), afterwards: random.chance(0.5) })),
    resume: random.chance(0.4),
  };
}

function drawSwitches(random: Random): ReadonlySet<Switch> {
  if (random.chance(0.3)) return new Set();
  const likelihood = random.pick([1, 2, 5]) / switches.length;
  return new Set(switches.filter(() => random.chance(likelihood)));
}

/** Where tasks of a job run. */
export function placeOf({ kind, backend, maxTaskBytes }: JobSetup, slots: number): SimPlace {
  const place = kind === 'pool' ? poolPlace(slots) : functionPlace(slots);
  return { ...place, profile: { ...place.profile, maxTaskBytes }, faults: backend };
}

/** Where the last stage of a job runs: in the driver's own process, where nothing but requests fails. */
export function driverPlace(): SimPlace {
  return {
    ...poolPlace(1),
    profile: profileOf('this process', 1, true, null),
    faults: noBackendFaults,
    isDriver: true,
  };
}

/** How long a simulated function may take, milliseconds: shorter than a real one's, so that some are cut off. */
const simTimeoutMs = 60_000;

const workMs = { medianMs: 40, p95Ms: 90, tailShare: 0, tailMs: 0 };

function functionPlace(slots: number): Omit<SimPlace, 'faults'> {
  const profile = profileOf('functions', slots, false, simTimeoutMs);
  return { profile, workMs, coldStart: lambdaColdStart, warmStart: lambdaWarmStart, isDriver: false };
}

function poolPlace(slots: number): Omit<SimPlace, 'faults'> {
  const start = { medianMs: 1, p95Ms: 2, tailShare: 0, tailMs: 0 };
  return {
    profile: profileOf('processes', slots, true, null),
    workMs,
    coldStart: start,
    warmStart: start,
    isDriver: false,
  };
}

function profileOf(name: string, slots: number, stoppable: boolean, taskTimeoutMs: number | null): BackendProfile {
  return {
    name,
    slots,
    threads: 1,
    memoryLimitBytes: 1 << 30,
    streamsRows: false,
    startMs: 1,
    invokeMs: 1,
    bytesPerSecond: 1e8,
    maxTaskBytes: Number.POSITIVE_INFINITY,
    taskTimeoutMs,
    stoppable,
    price: null,
  };
}

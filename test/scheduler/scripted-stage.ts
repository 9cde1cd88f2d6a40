import type { Backend, BackendProfile, InvokeContext } from '../../src/backends/backend.ts';
import type { PartSpan } from '../../src/plan/part-span.ts';
import type { ScanRel } from '../../src/plan/relation.ts';
import type { Stage } from '../../src/plan/stage.ts';
import { type Task, type TaskResult, taskVersion } from '../../src/plan/task.ts';
import type { JobContext, JobEvent } from '../../src/scheduler/job.ts';
import { JobRun } from '../../src/scheduler/job-run.ts';
import { defaultPolicy, type Policy } from '../../src/scheduler/policy.ts';
import { runStage } from '../../src/scheduler/run-stage.ts';
import { nothing } from '../../src/scheduler/stage-result.ts';
import { Actor } from '../simulation/actor.ts';
import { drive } from '../simulation/drive.ts';
import { Random } from '../simulation/random.ts';
import { noStoreFaults } from '../simulation/setup.ts';
import { SimStore } from '../simulation/sim-store.ts';
import type { VirtualClock } from '../simulation/virtual-clock.ts';

/** One attempt, as a backend sees it. */
export interface Call {
  readonly id: string;
  readonly attempt: number;
  readonly share: number;
  readonly sentMs: number;
  /** Milliseconds of virtual time; null as long as nobody told it to stop. */
  stoppedMs: number | null;
  readonly context: InvokeContext;
  readonly text: string;
}

/** What becomes of an attempt: nothing is ever heard of it, or this after so many milliseconds. */
export type Reply =
  | 'silence'
  | { readonly afterMs: number; readonly result?: Partial<TaskResult> }
  | { readonly afterMs: number; readonly error: unknown };

/** A backend that does what a test says, in virtual time. */
export class ScriptedBackend implements Backend {
  readonly profile: BackendProfile;
  readonly calls: Call[] = [];
  private readonly clock: VirtualClock;
  private readonly script: (call: Call) => Reply;

  constructor(clock: VirtualClock, script: (call: Call) => Reply, profile: Partial<BackendProfile> = {}) {
    this.clock = clock;
    this.script = script;
    this.profile = { ...usualProfile, ...profile };
  }

  async close(): Promise<void> {}

  invoke(text: string, context: InvokeContext): Promise<TaskResult> {
    const { id, attempt } = JSON.parse(text) as Task;
    const sentMs = this.clock.now();
    const call: Call = { id, attempt, share: context.share, sentMs, stoppedMs: null, context, text };
    this.calls.push(call);
    context.signal.addEventListener('abort', () => {
      call.stoppedMs = this.clock.now();
    });
    const reply = this.script(call);
    return new Promise((resolve, reject) => {
      if (reply === 'silence') return;
      this.clock.after(reply.afterMs, () =>
        'error' in reply ? reject(reply.error) : resolve({ ...nothing(id), rows: 1, ...reply.result }),
      );
    });
  }
}

const usualProfile: BackendProfile = {
  name: 'scripted',
  slots: 4,
  threads: 1,
  memoryLimitBytes: 1 << 30,
  streamsRows: true,
  startMs: 0,
  invokeMs: 1,
  bytesPerSecond: 1e8,
  maxTaskBytes: Number.POSITIVE_INFINITY,
  taskTimeoutMs: null,
  stoppable: true,
  price: null,
};

/** A task that reads nothing. */
export function taskOf(index: number, changes: Partial<Task> = {}): Task {
  return {
    version: taskVersion,
    id: `0-${index}`,
    stage: 0,
    attempt: 1,
    cancelMarker: null,
    engineVersion: '',
    plan: { kind: 'values', schema: [], rows: [] },
    schema: [],
    output: {
      kind: 'exchange',
      partitioning: { kind: 'single' },
      prefix: `s3://work/0-${index}`,
      maxInlineBytes: 0,
      sample: null,
    },
    ...changes,
  };
}

/** A stage of such tasks. */
export function stageOf(changes: Partial<Stage> = {}): Stage {
  return {
    id: 0,
    plan: { kind: 'values', schema: [], rows: [] },
    schema: [],
    output: { kind: 'exchange', partitioning: { kind: 'single' } },
    enoughRows: null,
    inputs: new Map(),
    ...changes,
  };
}

/** A task over a part of a file. */
export function partTask(index: number): Task {
  const part = { kind: 'bytes', startByte: index * 10, endByte: index * 10 + 10 } as const;
  const format = { kind: 'ndjson', columns: [], onBadRow: 'error' } as const;
  const file = { uri: 's3://lake/a.csv', sizeBytes: 30, version: 'v', partition: {}, part };
  const plan: ScanRel = {
    kind: 'scan',
    source: { format, files: [file], filesBeforePruning: 1, schema: [], partitionColumns: [], unionByName: false },
    columns: [],
    rowIdentity: null,
    prune: [],
  };
  return taskOf(index, { plan });
}

/** The second part begins at byte 14, and says 15 unless it is told. */
export function spanOf({ text }: Call, index: number): PartSpan {
  const isTold = text.includes('"exactStart":14');
  const starts = [0, isTold ? 14 : 15, 21];
  return {
    scan: 0,
    uri: 's3://lake/a.csv',
    startByte: index * 10,
    endByte: index * 10 + 10,
    firstRecordByte: starts[index] ?? 0,
    recordsEndByte: [14, 21, 30][index] ?? 0,
    endState: 'record',
    newline: '',
    guessed: index > 0 && !isTold,
  };
}

/** What a scripted stage came to. */
export interface StageRunReport {
  readonly results: readonly TaskResult[] | null;
  readonly error: unknown;
  readonly events: readonly JobEvent[];
  readonly endMs: number;
  readonly job: JobRun;
  readonly store: SimStore;
}

/** What a scripted stage is run with. */
export interface StageScript {
  readonly clock: VirtualClock;
  readonly backend: ScriptedBackend;
  readonly tasks: readonly Task[];
  readonly stage?: Stage;
  readonly policy?: Partial<Policy>;
  readonly resplit?: (task: Task) => readonly Task[];
  readonly journal?: JobContext['journal'];
  readonly seed?: number;
  /** Called with the job as it begins. */
  readonly onStart?: (job: JobRun) => void;
}

/** Runs a stage in virtual time. */
export async function runScripted(script: StageScript): Promise<StageRunReport> {
  const { clock, backend, tasks, stage = stageOf(), resplit = () => [], journal = null, seed = 1 } = script;
  const random = new Random(seed);
  const events: JobEvent[] = [];
  const store = new SimStore(clock, random.fork('store'), noStoreFaults);
  const job = new JobRun({
    backend: async () => backend,
    driver: backend,
    tasksOf: () => tasks,
    adapt: (stages) => stages,
    waitsFor: () => [],
    resplit,
    store: store.as(new Actor('driver')),
    workspace: 's3://work/job/',
    journal,
    lease: null,
    clock,
    random: () => random.next(),
    policy: { ...defaultPolicy, ...script.policy },
    signal: new AbortController().signal,
    onBatch: async () => {},
    batchRows: 1_000,
    onEvent: (event) => void events.push(event),
    later: () => {},
  });
  let end: Pick<StageRunReport, 'results' | 'error' | 'endMs'> | null = null;
  script.onStart?.(job);
  runStage(stage, tasks, job).then(
    ({ results }) => {
      end = { results, error: null, endMs: clock.now() };
    },
    (error) => {
      end = { results: null, error, endMs: clock.now() };
    },
  );
  const how = await drive(clock, () => end !== null);
  if (end === null) throw new Error(`The stage hangs: ${how}.`);
  return { ...(end as Pick<StageRunReport, 'results' | 'error' | 'endMs'>), events, job, store };
}

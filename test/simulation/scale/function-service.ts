import type { Backend, BackendProfile } from '../../../src/backends/backend.ts';
import { BackendError } from '../../../src/errors.ts';
import { countPartitions } from '../../../src/plan/count-partitions.ts';
import { encodeOutput } from '../../../src/plan/exchange-wire.ts';
import { packOutput, toPartitionOf } from '../../../src/plan/producer-output.ts';
import { type RelNode, relInputs } from '../../../src/plan/relation.ts';
import { decodeTask, decodeTaskBody } from '../../../src/plan/serde.ts';
import type { Task, TaskResult } from '../../../src/plan/task.ts';
import { nothing } from '../../../src/scheduler/stage-result.ts';
import {
  engineBytesPerSecond,
  footerCpuMs,
  lambdaColdStart,
  lambdaInvocationsPerSecond,
  lambdaMemoryBytes,
  lambdaNetwork,
  lambdaRamp,
  lambdaRecharge,
  lambdaWarmStart,
  s3Latency,
} from '../cloud-facts.ts';
import { sampleMs } from '../latency.ts';
import type { Random } from '../random.ts';
import type { VirtualClock } from '../virtual-clock.ts';
import { type Binder, openAccount, type StageAccount } from './account.ts';
import type { RequestRate } from './request-rate.ts';
import type { Volume, Volumes } from './volumes.ts';

/** What simulated functions work with. */
export interface ServiceWorld {
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly rate: RequestRate;
  readonly volumes: Volumes;
  readonly engineVersion: string;
  /** Partitions of an exchange that a task reads, at least as many as it names. */
  readonly partitions: ReadonlyMap<number, number>;
  /** Takes an object that a task wrote, without a request. */
  readonly put: (uri: string, sizeBytes: number) => void;
  /** What an object of the job holds that a long task's text names. */
  readonly bodyOf: (uri: string) => string;
}

/** Reads of a worker at the same time; as `worker/fetcher.ts` does. */
const parallelReads = 8;

/** Bytes of a footer's request. */
const tailBytes = 64 << 10;

/**
 * Functions on virtual time: `invocation + latency + max(network, processor, requests)` of each task as the facts tell, one event
 * for all requests of a task, and 429 beyond the ramp. The driver's own process is one, too, that is there and costs nothing.
 */
export class FunctionService implements Backend {
  readonly profile: BackendProfile;
  /** By the name of what the tasks are for. */
  readonly accounts = new Map<string, StageAccount>();
  private readonly world: ServiceWorld;
  private readonly isDriver: boolean;
  private readonly refusedMs = new Map<string, number>();
  private busy = 0;
  private warm = 0;
  private freeMs = 0;
  private beganMs: number | null = null;

  constructor(profile: BackendProfile, world: ServiceWorld, isDriver = false) {
    this.profile = profile;
    this.world = world;
    this.isDriver = isDriver;
  }

  async close(): Promise<void> {}

  async invoke(text: string): Promise<TaskResult> {
    const { clock, random } = this.world;
    const task = this.receive(text);
    const account = this.accountOf(task);
    const sentMs = clock.now();
    this.beganMs ??= sentMs;
    if (!this.isDriver && this.busy >= this.room()) {
      account.refused++;
      if (!this.refusedMs.has(task.id)) this.refusedMs.set(task.id, sentMs);
      await this.sleep(sampleMs(lambdaWarmStart, random));
      throw new BackendError('THROTTLED', `${this.profile.name} refused a task: too many requests.`, {
        retryable: true,
      });
    }
    this.busy++;
    const isWarm = this.busy <= this.warm;
    this.warm = Math.max(this.warm, this.busy);
    try {
      await this.start(task, account, isWarm);
      return await this.work(task, account, isWarm);
    } finally {
      this.busy--;
      account.endedMs = clock.now();
    }
  }

  private receive(text: string): Task {
    const { engineVersion, bodyOf } = this.world;
    const task = decodeTask(text, engineVersion);
    return 'body' in task ? decodeTaskBody(task, bodyOf(task.body.uri)) : task;
  }

  private accountOf({ output, stage }: Task): StageAccount {
    const name = output.kind === 'inspect' ? 'footers' : `stage ${stage}${output.kind === 'relay' ? ' (relays)' : ''}`;
    const own = output.kind === 'inspect' ? null : stage;
    const known = this.accounts.get(name) ?? openAccount(name, own, this.world.clock.now());
    this.accounts.set(name, known);
    return known;
  }

  /** Workers that there may be now. */
  private room(): number {
    const { first, each, everyMs } = lambdaRamp;
    return first + each * Math.floor((this.world.clock.now() - (this.beganMs ?? 0)) / everyMs);
  }

  private async start({ id }: Task, account: StageAccount, isWarm: boolean): Promise<void> {
    if (this.isDriver) return;
    const { clock, random } = this.world;
    const now = clock.now();
    const refused = this.refusedMs.get(id);
    this.refusedMs.delete(id);
    if (refused !== undefined) account.waited.ramp += now - refused;
    const submittedMs = Math.max(now, this.freeMs);
    this.freeMs = submittedMs + 1_000 / lambdaInvocationsPerSecond;
    const startMs = submittedMs - now + sampleMs(isWarm ? lambdaWarmStart : lambdaColdStart, random);
    account.waited.invocation += startMs;
    await this.sleep(startMs);
  }

  private async work(task: Task, account: StageAccount, isWarm: boolean): Promise<TaskResult> {
    const { clock, rate, volumes, partitions } = this.world;
    const startedMs = clock.now();
    const isInspection = task.output.kind === 'inspect';
    const volume = isInspection ? footersOf(task) : volumes.of(task, partitionsRead(task.plan, partitions));
    const written = isInspection ? 0 : bytesWritten(task, volume);
    const puts = written > 0 ? 1 : 0;
    const times: Record<Exclude<Binder, 'ramp' | 'invocation'>, number> = {
      latency: Math.ceil(volume.gets / parallelReads) * s3Latency.read.medianMs + puts * s3Latency.write.medianMs,
      network: this.isDriver ? 0 : networkMs(volume.bytesRead + written, isWarm),
      cpu: isInspection ? volume.gets * footerCpuMs : cpuMs(task, volume, written),
      'request rate':
        rate.inputMs(volume.inputGets) +
        rate.workMs('read', volume.gets - volume.inputGets) +
        rate.workMs('write', puts),
    };
    const [longest = 'latency'] = (Object.keys(times) as (keyof typeof times)[]).sort((a, b) => times[b] - times[a]);
    const first = volume.gets > 0 && longest !== 'latency' ? s3Latency.read.medianMs : 0;
    account.waited[longest] += times[longest] + first;
    await this.sleep(times[longest] + first);
    this.charge(account, volume, puts, written, clock.now() - startedMs);
    const told = isInspection ? await volumes.inspect(task) : { produced: this.produce(task, volume, written) };
    return { ...nothing(task.id), ...told, elapsedMs: clock.now() - startedMs };
  }

  private charge(account: StageAccount, volume: Volume, puts: number, written: number, elapsedMs: number): void {
    account.tasks++;
    account.get += volume.gets;
    account.put += puts;
    account.bytesRead += volume.bytesRead;
    account.bytesWritten += written;
    if (this.isDriver) return;
    account.invocations++;
    account.gibSeconds += (lambdaMemoryBytes / 2 ** 30) * (elapsedMs / 1_000);
  }

  /** The rows are dealt evenly, and their files are as large as they are. */
  private produce(task: Task, volume: Volume, written: number): TaskResult['produced'] {
    const { output, plan } = task;
    if (output.kind !== 'exchange' && output.kind !== 'relay') return null;
    const relayed = plan.kind === 'read' && output.kind === 'relay' ? plan.parts : null;
    const range = relayed ?? {
      fromPartition: 0,
      toPartition: output.kind === 'exchange' ? countPartitions(output.partitioning) : 0,
    };
    const count = range.toPartition - range.fromPartition;
    const sizeBytes = Math.max(1, Math.floor(volume.bytesOut / count));
    const files = Array.from({ length: count }, (_, index) => ({
      partition: range.fromPartition + index,
      sizeBytes,
      checksum: 0,
    }));
    if (written === 0)
      return encodeOutput(packOutput({ kind: 'inline', bytes: new Uint8Array(sizeBytes * count) }, range, files));
    const uri = `${output.prefix}-${task.attempt}`;
    this.world.put(uri, written);
    return encodeOutput(packOutput({ kind: 'object', uri, version: 'v1' }, range, files));
  }

  private sleep(ms: number): Promise<void> {
    return new Promise((resolve) => void this.world.clock.after(ms, resolve));
  }
}

/** `b ≤ 300 MiB ? b / 1.2 GiB/s : 0.25 s + (b − 300 MiB) / 75 MiB/s`; of a warm worker with half the burst. */
export function networkMs(bytes: number, isWarm: boolean): number {
  const { burstBytes, burstBytesPerSecond, bytesPerSecond } = lambdaNetwork;
  const burst = burstBytes * (isWarm ? lambdaRecharge : 1);
  return (Math.min(bytes, burst) / burstBytesPerSecond + Math.max(0, bytes - burst) / bytesPerSecond) * 1_000;
}

/** Relays move bytes and look at none. */
function cpuMs({ output }: Task, { bytesRead }: Volume, written: number): number {
  return output.kind === 'relay' ? 0 : ((bytesRead + written) / engineBytesPerSecond) * 1_000;
}

function footersOf({ plan }: Task): Volume {
  const gets = plan.kind === 'scan' ? plan.source.files.length : 0;
  return { gets, inputGets: gets, bytesRead: gets * tailBytes, bytesOut: 0 };
}

/** What fits into the task's result is no object. */
function bytesWritten({ output }: Task, { bytesOut }: Volume): number {
  switch (output.kind) {
    case 'exchange':
      return bytesOut <= output.maxInlineBytes ? 0 : bytesOut;
    case 'relay':
    case 'sink':
      return bytesOut;
    case 'result':
    case 'inspect':
      return 0;
  }
}

function partitionsRead(plan: RelNode, known: ReadonlyMap<number, number>): number {
  if (plan.kind !== 'read') return Math.max(1, ...relInputs(plan).map((input) => partitionsRead(input, known)));
  return Math.max(known.get(plan.exchange) ?? 0, ...plan.parts.outputs.map(toPartitionOf));
}

import { randomUUID } from 'node:crypto';
import type { PhysicalPlan } from '../plan/stage.ts';
import { systemClock } from '../scheduler/clock.ts';
import { jobName } from '../scheduler/gc.ts';
import { type Journal, openJournal } from '../scheduler/journal.ts';
import { type JobOwner, type Lease, type LeaseSink, takeLease } from '../scheduler/lease.ts';
import { planHash, withFileName } from '../scheduler/plan-hash.ts';
import { defaultPolicy } from '../scheduler/policy.ts';
import type { ObjectStore } from '../storage/store.ts';
import { joinUri } from '../storage/uri.ts';
import { thisProcess } from './this-process.ts';

/** Where a job writes, and what outlives it. */
export interface JobPlace {
  /** The plan, with names of files that are the same in every run of the job. */
  readonly plan: PhysicalPlan;
  /** Uri of the run's own folder, ending in `/`. */
  readonly workspace: string;
  readonly journal: Journal | null;
  readonly lease: Lease | null;
  /** To be called when the job is over. */
  readonly leave: () => void;
}

/** What a session says of the places of its jobs. */
export interface PlacesConfig {
  readonly store: ObjectStore;
  /** Uri of a folder that outlives the session, ending in `/`; null for none. */
  readonly workspace: string | null;
  /** Uri of the session's own folder, ending in `/`. */
  readonly scratch: string;
  readonly resume: boolean;
}

/** Gives every job of a session its place. */
export class JobPlaces {
  private readonly config: PlacesConfig;
  private readonly open = new Set<string>();
  private owner: Promise<JobOwner> | null = null;

  constructor(config: PlacesConfig) {
    this.config = config;
  }

  /**
   * A place for a job: in its journal, if it may be run again; in a folder of its own otherwise. A lease says that it is alive
   * where the workspace outlives the session; a task that hands nothing on and writes no file pays nothing.
   */
  async placeOf(plan: PhysicalPlan): Promise<JobPlace> {
    const { workspace, scratch } = this.config;
    const root = workspace ?? scratch;
    const own = joinUri(root, `jobs/${jobName(Date.now(), randomUUID())}/`);
    const nothing = { plan, workspace: own, journal: null, lease: null, leave: () => {} };
    if (workspace === null || (plan.stages.length === 1 && plan.sink === null)) return nothing;
    const journalled = await this.journalOf(plan, workspace);
    if (journalled) return journalled;
    const lease = await takeLease(own, await this.terms(plan), null, this.host());
    return { ...nothing, lease };
  }

  private async journalOf(plan: PhysicalPlan, workspace: string): Promise<JobPlace | null> {
    if (!this.config.resume || readsOrWrites(plan, this.config.scratch)) return null;
    const hash = planHash(plan);
    // The same query twice at once: the second one runs without.
    if (this.open.has(hash)) return null;
    this.open.add(hash);
    const leave = () => void this.open.delete(hash);
    try {
      const folder = joinUri(workspace, `journal/${hash}/`);
      const opened = await openJournal(folder, await this.terms(plan), this.host());
      if (!opened) {
        leave();
        return null;
      }
      const { journal, lease, sink } = opened;
      return {
        plan: sink?.fileName ? withFileName(plan, sink.fileName) : plan,
        workspace: joinUri(folder, `run-${randomUUID()}/`),
        journal,
        lease,
        leave,
      };
    } catch (error) {
      leave();
      throw error;
    }
  }

  private async terms(plan: PhysicalPlan) {
    this.owner ??= thisProcess();
    return { job: randomUUID(), owner: await this.owner, sink: sinkOf(plan) };
  }

  private host() {
    const { store } = this.config;
    return { store, clock: systemClock, wallMs: Date.now, policy: defaultPolicy };
  }
}

function sinkOf({ stages }: PhysicalPlan): LeaseSink | null {
  for (const { output } of stages) {
    if (output.kind === 'sink')
      return { uri: output.uri, fileName: output.layout.kind === 'folder' ? output.layout.fileName : null };
  }
  return null;
}

/** Whether a plan has to do with files below a folder: those of a session have other names in the next one. */
function readsOrWrites({ stages, splits }: PhysicalPlan, folder: string): boolean {
  // Every uri stands in it as a text of its own.
  const text = JSON.stringify([stages.map(({ plan, output }) => [plan, output]), [...splits.keys()]]);
  return text.includes(JSON.stringify(folder).slice(0, -1));
}

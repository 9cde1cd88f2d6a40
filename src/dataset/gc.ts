import { PlanError } from '../errors.ts';
import { collectGarbage, defaultGcAges, type GcResult } from '../scheduler/gc.ts';
import { type LifecycleConfiguration, lifecycleConfiguration } from '../scheduler/lifecycle-rule.ts';
import type { ObjectStore } from '../storage/store.ts';
import { toUri } from '../storage/uri.ts';
import { workspaceUri } from './storage-config.ts';
import { isProcessGone } from './this-process.ts';
import { layoutOf } from './writer.ts';

/** Options of `gc`. */
export interface GcOptions {
  /** Folder, as a path or `s3://bucket/prefix`; default: the session's. */
  readonly workspace?: string;
  /**
   * Paths that were written to, to look there too for files that were staged and never shown: after writes of sessions without a
   * workspace, or with one that is gone. Writes that were decided there are finished.
   */
  readonly sinks?: readonly string[];
  /**
   * What died less than so long ago stays. Default: 0 for the folders of jobs, 7 days for journals, which a script that is run
   * again goes on from, and a day for what is found in `sinks`.
   */
  readonly olderThanMs?: number;
  /** Only tell what would be removed. */
  readonly dryRun?: boolean;
}

/** Removes what dead jobs left: see `Session.gc`. */
export async function runGc(store: ObjectStore, own: string | null, options: GcOptions): Promise<GcResult> {
  const { olderThanMs, sinks = [], dryRun = false } = options;
  const workspace = checkedWorkspace(own, options.workspace);
  if (olderThanMs !== undefined && !(olderThanMs >= 0))
    throw new PlanError(
      'INVALID_ARGUMENT',
      `olderThanMs is a number of milliseconds, 0 or more; it was given ${olderThanMs}.`,
    );
  return collectGarbage({
    store,
    workspace,
    sinks: sinks.map(sinkUri),
    olderThanMs:
      olderThanMs === undefined ? defaultGcAges : { jobs: olderThanMs, journals: olderThanMs, staged: olderThanMs },
    dryRun,
    wallMs: Date.now,
    isGone: isProcessGone,
  });
}

/** The lifecycle rules of a workspace: see `Session.lifecycleRule`. */
export function lifecycleRuleOf(
  own: string | null,
  options: { readonly workspace?: string; readonly sinks?: readonly string[]; readonly days?: number },
): LifecycleConfiguration {
  const { sinks = [], days = 7 } = options;
  return lifecycleConfiguration(checkedWorkspace(own, options.workspace), sinks.map(sinkUri), days);
}

function checkedWorkspace(own: string | null, given: string | undefined): string {
  const workspace = given === undefined ? own : workspaceUri(given);
  if (workspace !== null) return workspace;
  throw new PlanError(
    'INVALID_ARGUMENT',
    'gc looks through a workspace, and the session has none that outlives it. Give gc({ workspace }), connect({ workspace }) or SHOAL_WORKSPACE.',
  );
}

/** As a write would read the path: one file, or a folder. */
function sinkUri(path: string): string {
  return toUri(layoutOf(path, {}).kind === 'folder' && !path.endsWith('/') ? `${path}/` : path);
}

import type { AggregateRel, JoinRel, RelNode, ScanRel, WithRel } from '../../plan/relation.ts';
import type { FileRead } from '../../plan/run-report.ts';
import type { ScanFile } from '../../plan/source.ts';
import type { SplitEvidence } from '../../plan/stage.ts';
import { filterSelectivity, reducedFraction } from './estimate.ts';

/** About how many rows, NaN where that is not known, and bytes. */
export interface Volume {
  readonly rows: number;
  readonly bytes: number;
  /** Whether these are partial aggregates: a final one leaves about as many. */
  readonly reduced: boolean;
}

/** What estimates of a stage go by. */
export interface VolumeEvidence {
  readonly splits: SplitEvidence;
  readonly reads: ReadonlyMap<ScanFile, FileRead>;
  /** What the stages before give. */
  readonly volumes: ReadonlyMap<number, Volume>;
  /** What subplans give that a plan reads several times. */
  readonly subplans?: ReadonlyMap<number, Volume>;
  /** Tasks of the stage: each has first rows and totals of its own. */
  readonly tasks: number;
}

/** No rows. */
export const noVolume: Volume = { rows: 0, bytes: 0, reduced: false };

/** Bytes of a value, about. */
const valueBytes = 8;

/**
 * About what comes out of all tasks of a stage: what its scans and exchanges give, less what conditions and aggregates take
 * away, of a join its larger side. A guess for `explain`; no decision hangs on it. Pure.
 */
export function estimateOutput(rel: RelNode, evidence: VolumeEvidence): Volume {
  const of = (input: RelNode) => estimateOutput(input, evidence);
  switch (rel.kind) {
    case 'scan':
      return ofScan(rel, evidence);
    case 'values':
      return { rows: rel.rows.length, bytes: rel.rows.length * rel.schema.length * valueBytes, reduced: false };
    case 'read':
      return evidence.volumes.get(rel.exchange) ?? { rows: Number.NaN, bytes: 0, reduced: false };
    case 'filter':
      return scale(of(rel.input), filterSelectivity);
    case 'aggregate':
      return ofAggregate(rel, of(rel.input), evidence);
    case 'distinct':
      return reduce(of(rel.input));
    case 'limit':
      return ofLimit(of(rel.input), (rel.limit ?? Number.POSITIVE_INFINITY) * evidence.tasks);
    case 'join':
      return ofJoin(rel, of(rel.left), of(rel.right));
    case 'union':
      return rel.inputs.map(of).reduce(add, noVolume);
    case 'set-operation':
      return of(rel.left);
    case 'project':
    case 'explode':
    case 'sort':
    case 'exchange':
      return of(rel.input);
    case 'with':
      return ofWith(rel, evidence);
    case 'reuse':
      return evidence.subplans?.get(rel.subplan) ?? { rows: Number.NaN, bytes: 0, reduced: false };
  }
}

function ofWith({ subplans, input }: WithRel, evidence: VolumeEvidence): Volume {
  const volumes = new Map<number, Volume>();
  for (const { id, plan } of subplans) volumes.set(id, estimateOutput(plan, { ...evidence, subplans: volumes }));
  return estimateOutput(input, { ...evidence, subplans: volumes });
}

function ofScan(scan: ScanRel, { splits, reads }: VolumeEvidence): Volume {
  const files = splits.get(scan)?.splits.flatMap((split) => split.files) ?? scan.source.files;
  return files
    .map((file): Volume => {
      const read = reads.get(file);
      return { rows: read?.rows ?? Number.NaN, bytes: read?.bytes ?? file.sizeBytes, reduced: false };
    })
    .reduce(add, noVolume);
}

function ofAggregate({ keys, aggregates }: AggregateRel, input: Volume, { tasks }: VolumeEvidence): Volume {
  if (keys.length > 0) return reduce(input);
  return { rows: tasks, bytes: tasks * aggregates.length * valueBytes, reduced: true };
}

function ofLimit(input: Volume, limit: number): Volume {
  if (Number.isNaN(input.rows)) return input;
  const rows = Math.min(input.rows, limit);
  return { ...input, rows, bytes: input.rows === 0 ? 0 : (input.bytes * rows) / input.rows };
}

function ofJoin({ how }: JoinRel, left: Volume, right: Volume): Volume {
  if (how === 'semi' || how === 'anti') return scale(left, filterSelectivity);
  if (how === 'cross')
    return { rows: left.rows * right.rows, bytes: left.bytes * Math.max(1, right.rows || 1), reduced: false };
  return { rows: Math.max(left.rows, right.rows), bytes: Math.max(left.bytes, right.bytes), reduced: false };
}

function reduce(input: Volume): Volume {
  return input.reduced ? input : { ...scale(input, reducedFraction), reduced: true };
}

function scale({ rows, bytes, reduced }: Volume, share: number): Volume {
  return { rows: rows * share, bytes: bytes * share, reduced };
}

function add(a: Volume, b: Volume): Volume {
  return { rows: a.rows + b.rows, bytes: a.bytes + b.bytes, reduced: false };
}

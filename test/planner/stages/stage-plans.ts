import { explainRelation } from '../../../src/plan/explain.ts';
import type { Expr, NamedExpr } from '../../../src/plan/expr.ts';
import { hasOrder } from '../../../src/plan/order.ts';
import { packOutput } from '../../../src/plan/producer-output.ts';
import type { RelNode, ScanRel } from '../../../src/plan/relation.ts';
import type { PhysicalPlan, SplitScan, Stage, StageResult } from '../../../src/plan/stage.ts';
import type { Schema } from '../../../src/plan/types.ts';
import { cutStages } from '../../../src/planner/stages/cut-stages.ts';
import { distribute } from '../../../src/planner/stages/distribute.ts';
import { gather } from '../../../src/planner/stages/distribution.ts';

/** A scan of int64 columns over one Parquet file. */
export function scan(name: string, columns: readonly string[]): ScanRel {
  const schema: Schema = columns.map((column) => ({ name: column, type: { kind: 'int64' } }));
  const files = [{ uri: `file:///${name}.parquet`, sizeBytes: 1000, version: 'v', partition: {} }];
  const source = {
    format: { kind: 'parquet' },
    files,
    filesBeforePruning: 1,
    schema,
    partitionColumns: [],
    unionByName: false,
  } as const;
  return { kind: 'scan', source, columns, rowIdentity: null, prune: [] };
}

/** Splits of equal size. */
export function splitsOf(scan: ScanRel, count: number, bytes: number): [ScanRel, SplitScan] {
  const splits = Array.from({ length: count }, (_, index) => ({
    files: [{ ...(scan.source.files[0] as (typeof scan.source.files)[number]), version: `split ${index}` }],
    bytes: bytes / count,
  }));
  return [scan, { splits, rowGroups: count, skipped: [] }];
}

export const column = (name: string): Expr => ({ kind: 'column', name });

export const named = (...names: readonly string[]): NamedExpr[] => names.map((name) => ({ name, expr: column(name) }));

export const aggregate = (
  fn: 'sum' | 'avg' | 'count' | 'median' | 'countDistinct',
  ...names: readonly string[]
): Expr => ({
  kind: 'aggregate',
  fn,
  args: names.map(column),
  distinct: false,
  orderBy: [],
  filter: null,
});

/** The stages of a plan over 3 partitions, with sides of joins up to 100 bytes read whole. */
export function stagesOf(
  rel: RelNode,
  splits: ReadonlyMap<ScanRel, SplitScan>,
): { readonly stages: readonly Stage[]; readonly text: string; readonly warnings: readonly string[] } {
  let exchanges = 0;
  const warnings: string[] = [];
  const context = {
    splits,
    partitions: 3,
    broadcastBytes: 100,
    nextExchange: () => exchanges++,
    warn: (message: string) => void warnings.push(message),
  };
  const stages = cutStages(gather(distribute(rel, context, hasOrder(rel)), context), [], { kind: 'result' });
  return { stages, warnings, text: stages.map(describe).join('\n') };
}

function describe(stage: Stage): string {
  const output = stage.output.kind === 'exchange' ? stage.output.partitioning.kind : 'result';
  const reads = [...stage.inputs].map(([id, { kind }]) => `${id} ${kind}`).join(', ');
  return `stage ${stage.id} → ${output}${reads ? ` (reads ${reads})` : ''}\n${explainRelation(stage.plan, 1)}`;
}

/** A finished stage whose tasks wrote these numbers of bytes by partition. */
export function resultOf(stage: number, tasks: readonly (readonly number[])[]): StageResult {
  const outputs = tasks.map((partitions, task) =>
    packOutput(
      { kind: 'object', uri: `file:///${stage}-${task}`, version: 'v' },
      { fromPartition: 0, toPartition: partitions.length },
      partitions.flatMap((sizeBytes, partition) => (sizeBytes > 0 ? [{ partition, sizeBytes, checksum: 0 }] : [])),
    ),
  );
  const bytes = tasks.flat().reduce((sum, size) => sum + size, 0);
  return { stage, tasks: outputs, rows: bytes, bytes, samples: [] };
}

/** What stages are adapted by: slots for three tasks, sides of joins up to 100 bytes read whole. */
export function planOf(stages: readonly Stage[], exchange: PhysicalPlan['exchange'] = null) {
  return { stages, slots: 3, broadcastBytes: 100, exchange };
}

import { InternalError } from '../../errors.ts';
import { outputBytes } from '../../plan/producer-output.ts';
import type { ReadRel, RelNode } from '../../plan/relation.ts';
import type { Stage, StageResult } from '../../plan/stage.ts';
import { partitionsOf, relayGroups } from './exchange-topology.ts';

/**
 * The plans of the relays of an exchange, those of the first producers first: of each group of producers, each with every group
 * of neighbouring partitions. Pure.
 *
 * @param slots tasks that run at once
 */
export function relayPlans(stage: Stage, results: ReadonlyMap<number, StageResult>, slots: number): readonly RelNode[] {
  const { plan } = stage;
  const result = plan.kind === 'read' ? results.get(plan.exchange) : undefined;
  if (plan.kind !== 'read' || !result)
    throw new InternalError(`Stage ${stage.id} relays what no finished stage wrote.`);
  const producers = result.tasks.length;
  const partitions = partitionsOf(result);
  const groups = relayGroups({ producers, partitions, bytes: result.bytes, slots });
  const byPartition = evenly(partitionSizes(result, partitions), groups.partitionGroups);
  return evenly(new Float64Array(producers).fill(1), groups.producerGroups).flatMap(({ from, to }) => {
    const outputs = result.tasks.slice(from, to);
    return byPartition.map(
      (range): ReadRel => ({ ...plan, parts: { fromPartition: range.from, toPartition: range.to, outputs } }),
    );
  });
}

function partitionSizes({ tasks }: StageResult, partitions: number): Float64Array {
  return Float64Array.from({ length: partitions }, (_, partition) =>
    tasks.reduce((sum, output) => sum + outputBytes(output, partition, partition + 1), 0),
  );
}

interface Range {
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
}

/** Neighbours grouped so that all groups have about the same sum: at most `count`, none of them empty. */
function evenly(sizes: Float64Array, count: number): readonly Range[] {
  const share = sizes.reduce((sum, size) => sum + size, 0) / count || 1;
  const ranges: { from: number; to: number }[] = [];
  let before = 0;
  let open = -1;
  for (const [index, size] of sizes.entries()) {
    // The share in which its middle falls.
    const own = Math.floor((before + size / 2) / share);
    before += size;
    const last = ranges.at(-1);
    if (own === open && last) last.to = index + 1;
    else ranges.push({ from: index, to: index + 1 });
    open = own;
  }
  return ranges;
}

import type { Partitioning } from './relation.ts';

/** How many partitions a producer's rows are dealt to. */
export function countPartitions(partitioning: Partitioning): number {
  switch (partitioning.kind) {
    case 'single':
    case 'broadcast':
    case 'keep':
      return 1;
    case 'hash':
      return partitioning.partitions;
    case 'range':
      return partitioning.bounds.length + 1;
  }
}

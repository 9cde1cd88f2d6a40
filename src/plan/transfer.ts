/** What went between a store and a machine. */
export interface Transfer {
  /**
   * Calls of the store, hedged ones too. On S3 a read is one GET and a write one PUT, or, above 16 MiB, an upload in parts; what
   * the store itself repeats after a 503 is not counted.
   */
  readonly requests: number;
  readonly bytes: number;
}

/** Nothing. */
export const noTransfer: Transfer = { requests: 0, bytes: 0 };

/** All of these together. */
export function addTransfers(transfers: readonly Transfer[]): Transfer {
  return transfers.reduce(
    (sum, { requests, bytes }) => ({ requests: sum.requests + requests, bytes: sum.bytes + bytes }),
    noTransfer,
  );
}

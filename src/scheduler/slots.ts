/** Places where tasks run, shared by all stages of a job. */
export interface Slots {
  /** Runs `work` when fewer than `limit` others run; first come, first served. */
  run<T>(limit: number, work: () => Promise<T>): Promise<T>;
}

/** Slots with nothing in them. */
export function createSlots(): Slots {
  let busy = 0;
  const waiting: (() => void)[] = [];
  return {
    async run(limit, work) {
      if (busy >= limit) await new Promise<void>((resolve) => waiting.push(resolve));
      // Who is woken takes over the slot of who left.
      else busy++;
      try {
        return await work();
      } finally {
        const next = waiting.shift();
        if (next) next();
        else busy--;
      }
    },
  };
}

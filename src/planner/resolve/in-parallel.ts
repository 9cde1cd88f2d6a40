/** Calls of `work` that run at the same time: the operating system and the engine queue what goes beyond. */
const concurrency = 16;

/** `Promise.all(items.map(work))` with at most 16 calls at a time; the first failure ends it. */
export async function inParallel<T, R>(
  items: readonly T[],
  work: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = new Array(items.length);
  let next = 0;
  const lane = async () => {
    while (next < items.length) {
      const index = next++;
      // The index is below the length.
      results[index] = await work(items[index] as T, index);
    }
  };
  const lanes = Array.from({ length: Math.min(concurrency, items.length) }, lane);
  try {
    await Promise.all(lanes);
  } catch (error) {
    next = items.length;
    throw error;
  }
  return results;
}

/**
 * Runs `work` on every item, at most `limit` at once, and takes the next item only when there is room. The first failure
 * aborts the others and is thrown once all have ended.
 */
export async function forEachParallel<T>(
  items: AsyncIterable<T> | Iterable<T>,
  limit: number,
  work: (item: T, index: number, signal: AbortSignal) => Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  const stop = new AbortController();
  const running = new Set<Promise<void>>();
  let failure: { readonly error: unknown } | null = null;
  const fail = (error: unknown) => {
    failure ??= { error };
    stop.abort(error);
  };
  const onAbort = () => fail(signal?.reason);
  signal?.addEventListener('abort', onAbort);
  let index = 0;
  try {
    for await (const item of items) {
      if (failure) break;
      const task = work(item, index++, stop.signal)
        .catch(fail)
        .finally(() => running.delete(task));
      running.add(task);
      if (running.size >= limit) await Promise.race(running);
    }
  } catch (error) {
    fail(error);
  }
  await Promise.all(running);
  signal?.removeEventListener('abort', onAbort);
  rethrow(failure);
}

/** TypeScript does not see that closures assign the variable; as a parameter it is what it is. */
function rethrow(failure: { readonly error: unknown } | null): void {
  if (failure) throw failure.error;
}

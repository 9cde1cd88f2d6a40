/** Requests of the driver itself that are on their way at once: S3 answers one in some 20 ms, so this is about 1,500/s. */
const atOnce = 32;

/**
 * Runs `work` on every item, so many at once; after a failure no further item is begun.
 *
 * @throws the first failure, once all that were begun have ended
 */
export async function sideBySide<T>(items: Iterable<T>, work: (item: T) => Promise<void>): Promise<void> {
  const left = items[Symbol.iterator]();
  let failure: { readonly error: unknown } | null = null;
  const lane = async () => {
    for (let next = left.next(); !next.done && failure === null; next = left.next()) {
      await work(next.value).catch((error: unknown) => {
        failure ??= { error };
      });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  rethrow(failure);
}

/** TypeScript does not see that closures assign the variable; as a parameter it is what it is. */
function rethrow(failure: { readonly error: unknown } | null): void {
  if (failure) throw failure.error;
}

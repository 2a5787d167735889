/** Runs work on all items, at most `limit` at once, and on all of them even if some fail; the first failure rejects when all have ended. */
export async function inParallel<T>(items: Iterable<T>, limit: number, work: (item: T) => Promise<void>): Promise<void> {
  const all = [...items];
  let next = 0;
  let failure: { readonly error: unknown } | undefined;
  const lane = async (): Promise<void> => {
    while (next < all.length) {
      await work(all[next++] as T).catch((error: unknown) => {
        failure ??= { error };
      });
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, all.length) }, lane));
  if (failure !== undefined) throw failure.error;
}

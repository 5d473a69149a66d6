/**
 * Runs work for each item, one after another, for jobs that go through tenants. An item that fails keeps none after it from its
 * turn.
 *
 * @param work returns how much it did
 */
export async function eachInTurn<T>(
  items: readonly T[],
  work: (item: T) => Promise<number>,
): Promise<{ done: number; failures: unknown[] }> {
  const failures: unknown[] = [];
  let done = 0;
  for (const item of items)
    await work(item).then(
      (count) => {
        done += count;
      },
      (error: unknown) => failures.push(error),
    );
  return { done, failures };
}

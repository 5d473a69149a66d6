import { QueryClient } from '@tanstack/react-query';
import { listQuery, MOST_ITEMS } from './pagination.js';

/** A list of 120 items, as the API gives it. */
const read = async ({ limit, cursor = '0' }: { limit: string; cursor?: string }) => {
  const end = Math.min(Number(cursor) + Number(limit), 120);
  const items = Array.from({ length: end - Number(cursor) }, (_, at) => Number(cursor) + at);
  return { items, next: end === 120 ? null : String(end) };
};

test('a list has 50 rows, and 50 more on demand; one that is read with another limit is kept apart', async () => {
  const client = new QueryClient();
  const lengths = async (limit: string | undefined, pages: number) => {
    const { pages: found } = await client.fetchInfiniteQuery({
      ...listQuery(['invoices'], read, limit),
      pages,
    });
    return found.map(({ items }) => items.length);
  };
  expect(await lengths(undefined, 1)).toEqual([50]);
  expect(await lengths(undefined, 3)).toEqual([50, 50, 20]);
  expect(await lengths(MOST_ITEMS, 1)).toEqual([120]);
  expect(client.getQueryCache().findAll({ queryKey: ['invoices'] })).toHaveLength(2);
  client.clear();
});

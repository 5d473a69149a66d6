import { type AccessRecord, api } from './client.js';
import { answered } from './problem.js';

/** Every call that the filter names, newest first, read page by page. @param onCount told after each page */
export async function allRecords(
  slug: string,
  filter: { grant?: string; from?: string; to?: string },
  onCount: (count: number) => void = () => {},
  signal: AbortSignal | null = null,
): Promise<AccessRecord[]> {
  const records: AccessRecord[] = [];
  let cursor: string | null | undefined;
  do {
    const query = { ...filter, limit: '200', ...(cursor ? { cursor } : {}) };
    const page = await answered(
      api.GET('/api/v1/tenants/{slug}/access-records', { params: { path: { slug }, query }, signal }),
    );
    records.push(...page.items);
    onCount(records.length);
    cursor = page.next;
  } while (cursor !== null);
  return records;
}

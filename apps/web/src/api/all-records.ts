import type { AccessRecord } from './client.js';
import type { ListPage } from './list.js';
import { readRecords } from './queries.js';

type Filter = { grant?: string; from?: string; to?: string };

/** Every call that the filter names, newest first, page by page. */
export async function* recordPages(
  slug: string,
  filter: Filter,
  signal: AbortSignal | null = null,
): AsyncGenerator<AccessRecord[]> {
  let page: ListPage<AccessRecord> | undefined;
  do {
    const cursor = page?.next;
    page = await readRecords(slug, { ...filter, limit: '200', ...(cursor ? { cursor } : {}) }, signal);
    yield page.items;
  } while (page.next !== null);
}

/** All of them at once. @param onCount told after each page */
export async function allRecords(
  slug: string,
  filter: Filter,
  onCount: (count: number) => void = () => {},
  signal: AbortSignal | null = null,
): Promise<AccessRecord[]> {
  const records: AccessRecord[] = [];
  for await (const page of recordPages(slug, filter, signal)) {
    records.push(...page);
    onCount(records.length);
  }
  return records;
}

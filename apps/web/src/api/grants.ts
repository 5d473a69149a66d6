import type { AccessRecord, Grant } from '@countersign/api';
import type { LockableKind } from '@countersign/contract';
import { queryOptions } from '@tanstack/react-query';
import { api } from './client.js';
import { type ListPage, listQuery, MOST_ITEMS, ROWS } from './pagination.js';
import { unwrap } from './problem.js';
import { invalidate, KEYS_OF_BLOCKS } from './query-client.js';

const REFETCH_MS = 2_000;

export const grantQuery = (id: string) =>
  queryOptions({
    queryKey: ['grant', id],
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/grants/{id}', { params: { path: { id } }, signal })),
  });

/** How fast the engineer calls, beside their own past. It is below the grant's key, so that what makes that stale reads it again. */
export const paceQuery = (id: string) =>
  queryOptions({
    queryKey: ['grant', id, 'pace'],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/v1/grants/{id}/pace', { params: { path: { id } }, signal })),
  });

/** Filters of the list, as the API takes them. */
export interface GrantFilter {
  state?: Grant['state'];
  tenant?: string;
  service?: string;
  person?: string;
}

export const grantsQuery = (query: GrantFilter, limit = ROWS) =>
  listQuery(
    ['grants', query],
    (page, signal) => unwrap(api.GET('/api/v1/grants', { params: { query: { ...query, ...page } }, signal })),
    limit,
  );

/** As many as one answer may have, for parts that must not miss one: a banner, or the reader's own access. */
export const manyGrantsQuery = (query: GrantFilter) => grantsQuery(query, MOST_ITEMS);

/** Locks in force that bind the reader's side. */
export const locksQuery = listQuery(
  ['locks'],
  (query, signal) => unwrap(api.GET('/api/v1/locks', { params: { query }, signal })),
  MOST_ITEMS,
);

export const setLock = (body: { kind: LockableKind; name: string; reason: string; duration?: string }) =>
  unwrap(api.POST('/api/v1/locks', { body }));

export const liftLock = (id: string) =>
  unwrap(api.DELETE('/api/v1/locks/{id}', { params: { path: { id } } }));

/** Reads again what a lock that was set or lifted changes. */
export const reloadLocks = (): Promise<unknown> => invalidate(['locks'], ...KEYS_OF_BLOCKS);

/**
 * The refetch interval of a grant's page. Live updates are not enough while access is open: the broker that this page
 * follows may not be the broker that receives the gateways' records.
 */
export const refetchWhileOpen = ({ state }: { state?: Grant['state'] } = {}): number | false =>
  state === 'active' ? REFETCH_MS : false;

/** The log that has a grant's leaves and calls: the tenant's own or, under a gag, a sealed one. */
export const logOfGrant = ({ tenant, sealedLog }: Pick<Grant, 'tenant' | 'sealedLog'>): string =>
  sealedLog ?? tenant;

/** The newest calls under a grant, newest first. */
export const recordsQuery = (grant: Pick<Grant, 'tenant' | 'sealedLog' | 'id'>) =>
  queryOptions({
    queryKey: ['records', grant.id],
    queryFn: ({ signal }) => readRecords(logOfGrant(grant), { grant: grant.id, limit: MOST_ITEMS }, signal),
  });

interface RecordFilter {
  grant?: string;
  from?: string;
  to?: string;
}

/** One page of a tenant's calls, newest first. */
const readRecords = (
  slug: string,
  query: RecordFilter & { limit: string; cursor?: string },
  signal: AbortSignal | null,
): Promise<ListPage<AccessRecord>> =>
  unwrap(api.GET('/api/v1/tenants/{slug}/access-records', { params: { path: { slug }, query }, signal }));

/** Every call that matches the filter, newest first, page by page. */
export async function* recordPages(
  slug: string,
  filter: RecordFilter,
  signal: AbortSignal | null = null,
): AsyncGenerator<AccessRecord[]> {
  let page: ListPage<AccessRecord> | undefined;
  do {
    const cursor = page?.next;
    page = await readRecords(slug, { ...filter, limit: MOST_ITEMS, ...(cursor ? { cursor } : {}) }, signal);
    yield page.items;
  } while (page.next !== null);
}

/** Every call that matches the filter. @param onCount receives the number of calls read so far, after each page */
export async function readAllRecords(
  slug: string,
  filter: RecordFilter,
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

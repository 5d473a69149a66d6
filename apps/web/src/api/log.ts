import type { Grant } from '@countersign/api';
import { parseCheckpoint, parseNote } from '@countersign/audit-log';
import { queryOptions } from '@tanstack/react-query';
import { HttpLog } from '../log/http-log.js';
import { api } from './client.js';
import { logOfGrant } from './grants.js';
import { listQuery, ROWS } from './pagination.js';
import { unwrap } from './problem.js';

const REFETCH_MS = 15_000;
const SIGNED_AT = 'countersign-signed-at';

/** The newest checkpoint as the broker gives it. Nothing in it is verified yet. */
export const checkpointQuery = (log: string) =>
  queryOptions({
    queryKey: ['checkpoint', log],
    refetchInterval: REFETCH_MS,
    queryFn: async ({ signal }) => {
      const { text, headers } = await new HttpLog(log, signal).text('checkpoint');
      const note = parseNote(text);
      return { text, note, checkpoint: parseCheckpoint(note.text), signedAt: headers.get(SIGNED_AT) };
    },
  });

/** The log's verifier key, as the broker gives it. */
export const vkeyQuery = (log: string) =>
  queryOptions({
    queryKey: ['vkey', log],
    queryFn: async ({ signal }) => (await new HttpLog(log, signal).text('vkey')).text.trim(),
  });

/** The witnesses that the tenant's trust document names, with what the broker knows of them. */
export const witnessesQuery = (slug: string) =>
  queryOptions({
    queryKey: ['witnesses', slug],
    refetchInterval: REFETCH_MS,
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/v1/tenants/{slug}/witnesses', { params: { path: { slug } }, signal })),
  });

const MOST_LEAVES = '200';

/** The newest leaves about a grant and the request behind it, newest first. */
export const leavesOfGrantQuery = ({
  id,
  request,
  ...of
}: Pick<Grant, 'id' | 'request' | 'tenant' | 'sealedLog'>) =>
  queryOptions({
    queryKey: ['leaves', id],
    queryFn: async ({ signal }) => {
      const read = (filter: { grant: string } | { request: string }) =>
        unwrap(
          api.GET('/api/v1/tenants/{slug}/events', {
            params: { path: { slug: logOfGrant(of) }, query: { ...filter, limit: MOST_LEAVES } },
            signal,
          }),
        );
      const pages = await Promise.all([read({ grant: id }), read({ request })]);
      const leaves = new Map(pages.flatMap(({ items }) => items.map((leaf) => [leaf.index, leaf] as const)));
      const items = [...leaves.values()].sort((a, b) => b.index - a.index);
      return { items, hasMore: pages.some(({ next }) => next !== null) };
    },
  });

/** What a list of events is narrowed to. `type` has types or their first words, separated by commas. */
export interface EventFilter {
  type?: string;
  person?: string;
  grant?: string;
  request?: string;
  from?: string;
  to?: string;
}

/** The events of a log, newest first. */
export const eventsQuery = (log: string, filter: EventFilter, limit = ROWS) =>
  listQuery(
    ['events', log, filter],
    (page, signal) =>
      unwrap(
        api.GET('/api/v1/tenants/{slug}/events', {
          params: { path: { slug: log }, query: { ...filter, ...page } },
          signal,
        }),
      ),
    limit,
  );

/** Values and salts behind the commitments of a leaf: those that the reader may see and that were not erased. */
export const openingsQuery = (log: string, index: number) =>
  queryOptions({
    queryKey: ['openings', log, index],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET('/log/{slug}/openings/{index}', {
          params: { path: { slug: log, index: String(index) } },
          signal,
        }),
      ),
  });

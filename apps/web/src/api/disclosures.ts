import type { Disclosure } from '@countersign/api';
import { api } from './client.js';
import { listQuery, ROWS } from './pagination.js';
import { unwrap } from './problem.js';

/** Explanations of emergencies, the newest emergency first. */
export const disclosuresQuery = (state?: Disclosure['state'], limit = ROWS) =>
  listQuery(
    ['disclosures', state ?? 'all'],
    (page, signal) =>
      unwrap(
        api.GET('/api/v1/disclosures', {
          params: { query: { ...(state === undefined ? {} : { state }), ...page } },
          signal,
        }),
      ),
    limit,
  );

import { grantEndpoints, invitationEndpoints, lockEndpoints, requestEndpoints } from '@countersign/api';
import type { Context } from '../command/context.js';
import { CliError } from '../command/errors.js';
import { LAST, parseId } from '../command/flags.js';
import type { Api } from './client.js';
import { fetchMe } from './people.js';

/** Prefix, underscore and UUID. */
const FULL_ID_LENGTH = 40;
/** Beginnings are looked for among so many of the newest. */
const NEWEST = '200';

/** Kinds of ids that have a list to search. */
type FoundPrefix = 'req' | 'grt' | 'lck' | 'inv';

type Listed = { items: readonly { id: string }[] };

const LISTS: Readonly<
  Record<FoundPrefix, { what: string; list: (api: Api, query: URLSearchParams) => Promise<Listed> }>
> = {
  req: { what: 'request', list: (api, query) => api.call(requestEndpoints.list, { query }) },
  grt: { what: 'grant', list: (api, query) => api.call(grantEndpoints.list, { query }) },
  lck: { what: 'lock', list: (api, query) => api.call(lockEndpoints.list, { query }) },
  inv: {
    what: 'invitation',
    list: async (api, query) => {
      const { tenant } = await fetchMe(api);
      return tenant === null
        ? { items: [] }
        : api.call(invitationEndpoints.list, { params: { slug: tenant }, query });
    },
  },
};

/**
 * The full id that a person means: the id itself, `@last` for the newest that they may see, or the beginning of exactly
 * one of the newest 200.
 *
 * @param text as `parseId` has accepted it
 * @throws CliError `not_found`, `ambiguous_id`, or the broker's refusal
 */
async function findId(api: Api, prefix: FoundPrefix, text: string): Promise<string> {
  if (text.length >= FULL_ID_LENGTH) return text;
  const kind = LISTS[prefix];
  const isLast = text === LAST;
  const { items } = await kind.list(api, new URLSearchParams({ limit: isLast ? '1' : NEWEST }));
  const found = isLast ? items : items.filter(({ id }) => id.startsWith(text));
  const [only] = found;
  if (only !== undefined && found.length === 1) return only.id;
  if (only === undefined)
    throw new CliError(
      'not_found',
      isLast
        ? `There is no ${kind.what}.`
        : `None of the newest ${NEWEST} ${kind.what}s begins with ${text}.`,
    );
  const few = found.slice(0, 5).map(({ id }) => id);
  throw new CliError(
    'ambiguous_id',
    `${found.length} ${kind.what}s begin with ${text}: ${few.join(', ')}${found.length > few.length ? ', …' : ''}. Give more of it.`,
  );
}

/**
 * The API, and the full id that a person means. The text is checked before the API is opened, so that a typing error is
 * found without a credential.
 *
 * @throws CliError `invalid_usage`, and as `findId`
 */
export async function openWithId(
  context: Pick<Context, 'api'>,
  prefix: FoundPrefix,
  text: string,
): Promise<{ api: Api; id: string }> {
  parseId(prefix, text);
  const api = await context.api();
  return { api, id: await findId(api, prefix, text) };
}

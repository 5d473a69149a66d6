import { segment } from '../api/client.js';
import { grantShape } from '../api/shapes.js';
import type { Answer, Context } from '../command/context.js';
import { parseId } from '../command/flags.js';
import { fetchPage, type ListOptions } from '../command/list.js';
import { mintToken } from '../gateway-access/grant-token.js';
import { formatSeconds } from '../terminal/text.js';
import { formatGrant, formatGrants } from './grant-text.js';

export const listGrants = (context: Context, options: ListOptions): Promise<Answer> =>
  fetchPage(
    context,
    { verb: 'grants', path: '/api/v1/grants', item: grantShape, format: formatGrants },
    options,
  );

/** Mints a token. Without `--json` stdout holds the token alone. */
export async function printToken(context: Context, id: string): Promise<Answer> {
  const minted = await mintToken(context.api(), parseId('grt', id));
  if (!context.json) context.note(`A token for ${id}, valid for ${formatSeconds(minted.expires_in)}:`);
  return { document: minted, text: minted.access_token };
}

/** Gives the caller's own access back early. */
export const releaseGrant = (context: Context, id: string): Promise<Answer> =>
  endGrant(context, id, 'release');

/** Stops someone's access at once. */
export const revokeGrant = (context: Context, id: string, { reason }: { reason: string }): Promise<Answer> =>
  endGrant(context, id, 'revocation', { reason });

async function endGrant(
  context: Context,
  id: string,
  endpoint: 'release' | 'revocation',
  body?: { reason: string },
): Promise<Answer> {
  const path = `/api/v1/grants/${segment(parseId('grt', id))}/${endpoint}`;
  const grant = await context
    .api()
    .call(path, grantShape, { method: 'POST', ...(body === undefined ? {} : { body }) });
  return { document: grant, text: formatGrant(grant, new Date()) };
}

import { type Grant, grantEndpoints } from '@countersign/api';
import type { Answer, Context } from '../command/context.js';
import { parseId } from '../command/flags.js';
import { fetchPage, type ListOptions } from '../command/list.js';
import { mintToken } from '../gateway-access/grant-token.js';
import { formatSeconds } from '../terminal/time.js';
import { formatGrant, formatGrants } from './grant-text.js';

export const listGrants = (context: Context, options: ListOptions): Promise<Answer> =>
  fetchPage(context, { verb: 'grants', endpoint: grantEndpoints.list, format: formatGrants }, options);

/**
 * Mints a token and returns it as the answer; the command runner writes answers to stdout. Without `--json` the answer's
 * text is the token alone, and a note on stderr names the grant.
 */
export async function createToken(context: Context, id: string): Promise<Answer> {
  const minted = await mintToken(await context.api(), parseId('grt', id));
  if (!context.json) context.note(`A token for ${id}, valid for ${formatSeconds(minted.expires_in)}:`);
  return { document: minted, text: minted.access_token };
}

/** Gives the caller's own access back early. */
export async function releaseGrant(context: Context, id: string): Promise<Answer> {
  const params = { id: parseId('grt', id) };
  return answerWith(await (await context.api()).call(grantEndpoints.release, { params }));
}

/** Stops someone's access at once. */
export async function revokeGrant(
  context: Context,
  id: string,
  { reason }: { reason: string },
): Promise<Answer> {
  const params = { id: parseId('grt', id) };
  return answerWith(await (await context.api()).call(grantEndpoints.revoke, { params, body: { reason } }));
}

const answerWith = (grant: Grant): Answer => ({ document: grant, text: formatGrant(grant, new Date()) });

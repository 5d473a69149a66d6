import { randomUUID } from 'node:crypto';
import { type Grant, grantEndpoints } from '@countersign/api';
import type { Api } from '../api/client.js';
import { openWithId } from '../api/find-id.js';
import { fetchNamesIfPossible } from '../api/people.js';
import type { Answer, Context } from '../command/context.js';
import { CliError, usageError } from '../command/errors.js';
import { parseIsoDuration } from '../command/flags.js';
import { fetchPage, type ListOptions } from '../command/list.js';
import { mintToken } from '../gateway-access/grant-token.js';
import { requestAnswer } from '../requests/request-text.js';
import { openBrowser } from '../terminal/open-browser.js';
import { formatSeconds } from '../terminal/time.js';
import { formatGrant, formatGrants, peopleInGrant } from './grant-text.js';

export const listGrants = (context: Context, options: ListOptions): Promise<Answer> =>
  fetchPage(context, { verb: 'grants', endpoint: grantEndpoints.list, format: formatGrants }, options);

/**
 * Mints a token and returns it as the answer; the command runner writes answers to stdout. Without `--json` the answer's
 * text is the token alone, and a note on stderr names the grant.
 */
export async function createToken(context: Context, grant: string): Promise<Answer> {
  const { api, id } = await openWithId(context, 'grt', grant);
  const minted = await mintToken(api, id);
  if (!context.json) context.note(`A token for ${id}, valid for ${formatSeconds(minted.expires_in)}:`);
  return { document: minted, text: minted.access_token };
}

/**
 * Opens the grant's service in the engineer's browser, at the service's own host. Without a terminal, or with `--no-browser`,
 * the address is only printed. There is no secret in it: the browser signs in.
 *
 * @throws CliError `no_origin` if the service has no origin for browsers
 */
export async function openGrant(
  context: Context,
  grant: string,
  path: string | undefined,
  { browser }: { browser: boolean },
): Promise<Answer> {
  if (path !== undefined && !path.startsWith('/'))
    throw usageError('the path must begin with "/", as at the service');
  const { api, id } = await openWithId(context, 'grt', grant);
  const { service, browserUrl } = await api.call(grantEndpoints.read, { params: { id } });
  if (browserUrl === null)
    throw new CliError(
      'no_origin',
      `${service} cannot be opened in a browser: it has no \`origin\` in the organisation file. Use countersign curl ${id} -- /…`,
    );
  const address = new URL(browserUrl);
  if (path !== undefined) address.searchParams.set('to', path);
  const url = address.href;
  if (browser && context.io.isTerminal && !context.json) openBrowser(url);
  return { document: { grant: id, url }, text: url };
}

/** Gives the caller's own access back early. */
export async function releaseGrant(context: Context, grant: string): Promise<Answer> {
  const { api, id } = await openWithId(context, 'grt', grant);
  const params = { id };
  return answerWith(context, api, await api.call(grantEndpoints.release, { params }));
}

/** Requests more time for a grant: a new request, with its own approval, that begins when the grant ends. */
export async function extendGrant(
  context: Context,
  grant: string,
  options: { for: string; reason: string },
): Promise<Answer> {
  const duration = parseIsoDuration('--for', options.for);
  const { api, id } = await openWithId(context, 'grt', grant);
  const params = { id };
  const request = await api.call(grantEndpoints.extend, {
    params,
    body: { duration, justification: options.reason },
    idempotencyKey: randomUUID(),
  });
  return requestAnswer(context, api, request);
}

/** Stops someone's access at once. */
export async function revokeGrant(
  context: Context,
  grant: string,
  { reason }: { reason: string },
): Promise<Answer> {
  const { api, id } = await openWithId(context, 'grt', grant);
  const params = { id };
  return answerWith(context, api, await api.call(grantEndpoints.revoke, { params, body: { reason } }));
}

/** Lets a grant go on that a rule of the caller's side has paused. */
export async function resumeGrant(context: Context, grant: string): Promise<Answer> {
  const { api, id } = await openWithId(context, 'grt', grant);
  return answerWith(context, api, await api.call(grantEndpoints.resume, { params: { id } }));
}

async function answerWith(context: Context, api: Api, grant: Grant): Promise<Answer> {
  const names = await fetchNamesIfPossible(context, api, peopleInGrant(grant));
  return { document: grant, text: formatGrant(grant, new Date(), names) };
}

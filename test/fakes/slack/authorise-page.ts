import type { ServerResponse } from 'node:http';
import { grantCode } from './methods/auth.js';
import type { Api } from './methods/dispatch.js';

const SIGN_IN_SCOPES = new Set(['openid', 'profile', 'email']);
const APP_SCOPES =
  /^(?:app_mentions:read|chat:write(?:\.public)?|commands|(?:channels|groups|im):(?:read|history)|im:write|users:read(?:\.email)?|team:read)$/;

/**
 * The page on which someone lets the app in, or signs in to it. Who they are comes as `user`, as a cookie would
 * say; without it the page offers everybody.
 */
export function authorisePage(
  api: Api,
  kind: 'install' | 'openid',
  query: URLSearchParams,
  response: ServerResponse,
): void {
  const redirectUri = query.get('redirect_uri') ?? api.app.redirectUrls?.[0] ?? '';
  const scopes = (query.get('scope') ?? '').split(/[ ,]+/).filter((scope) => scope !== '');
  const wrong = refusal(api, kind, redirectUri, scopes, query);
  if (wrong !== null) return void response.writeHead(400, { 'content-type': 'text/html' }).end(wrong);
  const user = query.get('user');
  if (user === null)
    return void response.writeHead(200, { 'content-type': 'text/html' }).end(choice(api, query));
  const back = new URL(redirectUri);
  const state = query.get('state');
  if (state !== null) back.searchParams.set('state', state);
  const member = api.world.members.get(user);
  if (
    query.get('deny') !== null ||
    member === undefined ||
    member.deactivated ||
    mayNot(kind, member.guest)
  ) {
    back.searchParams.set('error', 'access_denied');
  } else {
    const orgWide = query.get('org') !== null;
    const nonce = query.get('nonce');
    back.searchParams.set('code', grantCode(api.world, { kind, user, redirectUri, scopes, nonce, orgWide }));
  }
  response.writeHead(302, { location: back.href }).end();
}

/** Guests sign in, but install nothing. */
const mayNot = (kind: string, guest: string): boolean => kind === 'install' && guest !== 'no';

function refusal(
  { app }: Api,
  kind: string,
  redirectUri: string,
  scopes: readonly string[],
  query: URLSearchParams,
): string | null {
  if (query.get('client_id') !== app.clientId) return 'invalid_client_id';
  if (!URL.canParse(redirectUri)) return 'bad_redirect_uri';
  if (app.redirectUrls !== null && !app.redirectUrls.some((known) => redirectUri.startsWith(known)))
    return 'bad_redirect_uri';
  if (kind === 'openid') {
    if (query.get('response_type') !== 'code') return 'unsupported_response_type';
    if (!scopes.includes('openid') || !scopes.every((scope) => SIGN_IN_SCOPES.has(scope)))
      return 'invalid_scope';
    return null;
  }
  return scopes.length > 0 && scopes.every((scope) => APP_SCOPES.test(scope)) ? null : 'invalid_scope';
}

function choice({ world }: Api, query: URLSearchParams): string {
  const links = [...world.members.values()]
    .filter(({ bot }) => !bot)
    .map(({ id, team }) => {
      const href = `?${new URLSearchParams([...query, ['user', id]])}`;
      return `<li><a href="${href.replaceAll('&', '&amp;')}">${id} of ${team}</a></li>`;
    });
  return `<!doctype html><title>Slack</title><p>Who are you?</p><ul>${links.join('')}</ul>`;
}

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type Configuration, errors, type JWK, Provider } from 'oidc-provider';
import { MemoryAdapter } from './memory-adapter.js';
import { chooserPage, errorPage, PAGE_POLICY } from './pages.js';

/** Somebody who can sign in. What is undefined is not told. */
export type Account = {
  sub: string;
  email: string;
  emailVerified: boolean;
  name: string;
  /** Shown beside the name. */
  note: string;
  groups?: string[];
  /** How they sign in here, as `acr`. */
  acr?: string;
};

/** A program that people sign in to, and who they are. */
export type Client = {
  clientId: string;
  clientSecret: string;
  redirectUri: string;
  /** Whose people sign in by it. */
  name: string;
  accounts: Account[];
};

export type IdentityOptions = {
  issuer: string;
  clients: Client[];
  cookieKeys: string[];
  signingKey: JWK;
};

const MAX_FORM_BYTES = 4_096;
const TEN_MINUTES = 600;
const SCOPE = 'openid email profile';

/**
 * A real OpenID provider (`oidc-provider`) for people who are made up: whoever opens its page chooses who to be,
 * and no password is asked. Everything else is as with any provider, down to the signatures.
 */
export function createIdentityProvider(options: IdentityOptions): Server {
  const provider = new Provider(options.issuer, configuration(options));
  const callback = provider.callback();
  return createServer((request, response) => {
    interact(provider, options.clients, request, response)
      .then((done) => {
        if (done) return;
        forgetSession(request);
        void callback(request, response);
      })
      .catch((error: unknown) => {
        const expired = error instanceof errors.SessionNotFound;
        const detail = expired ? 'This sign-in is over. Begin again.' : 'The sign-in could not go on.';
        if (!response.headersSent) sendPage(response, 400, errorPage(detail));
        else response.destroy();
      });
  });
}

function configuration({ clients, cookieKeys, signingKey }: IdentityOptions): Configuration {
  const accounts = new Map(clients.flatMap((client) => client.accounts).map((each) => [each.sub, each]));
  const acrs = [...accounts.values()].flatMap(({ acr }) => acr ?? []);
  return {
    adapter: MemoryAdapter,
    clients: clients.map((client) => ({
      client_id: client.clientId,
      client_secret: client.clientSecret,
      redirect_uris: [client.redirectUri],
      grant_types: ['authorization_code'],
      response_types: ['code'],
    })),
    jwks: { keys: [signingKey] },
    cookies: { keys: cookieKeys },
    ttl: {
      AccessToken: TEN_MINUTES,
      AuthorizationCode: 60,
      Grant: TEN_MINUTES,
      IdToken: TEN_MINUTES,
      Interaction: TEN_MINUTES,
      Session: TEN_MINUTES,
    },
    claims: {
      openid: ['sub'],
      email: ['email', 'email_verified'],
      profile: ['name', 'groups'],
    },
    acrValues: [...new Set(acrs)],
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
    pkce: { required: () => true },
    findAccount: (_context, sub) => {
      const account = accounts.get(sub);
      if (account === undefined) return undefined;
      const { email, emailVerified, name, groups } = account;
      const claims = { sub, email, email_verified: emailVerified, name, ...(groups && { groups }) };
      return { accountId: sub, claims: () => claims };
    },
    // The programs are ours: who chooses a person has agreed.
    loadExistingGrant: async (context) => {
      const { client, session, provider } = context.oidc;
      if (client === undefined || session?.accountId === undefined) return undefined;
      const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
      grant.addOIDCScope(SCOPE);
      await grant.save();
      return grant;
    },
    renderError: (context, out) => {
      context.type = 'html';
      context.set('Content-Security-Policy', PAGE_POLICY);
      context.body = errorPage(out.error_description ?? out.error);
    },
  };
}

/** Nobody stays signed in here: each sign-in asks who one wants to be. */
function forgetSession({ headers, url = '' }: IncomingMessage): void {
  if (!/^\/auth(\/|\?|$)/.test(url) || headers.cookie === undefined) return;
  const kept = headers.cookie.split('; ').filter((pair) => !pair.startsWith('_session'));
  headers.cookie = kept.join('; ');
}

/** The page where one chooses. @returns false where the request is the provider's own */
async function interact(
  provider: Provider,
  clients: Client[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  const { pathname } = new URL(request.url ?? '/', 'http://provider.invalid');
  if (pathname === '/healthz' || pathname === '/readyz') {
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"status":"ok"}');
    return true;
  }
  const [, uid] = /^\/interaction\/([A-Za-z0-9_-]+)$/.exec(pathname) ?? [];
  if (uid === undefined) return false;
  const { params } = await provider.interactionDetails(request, response);
  const client = clients.find(({ clientId }) => clientId === params['client_id']);
  if (client === undefined) throw new Error('an interaction of no client');
  if (request.method !== 'POST') {
    sendPage(response, 200, chooserPage(client, uid));
    return true;
  }
  const sub = (await readForm(request)).get('account');
  const account = client.accounts.find((each) => each.sub === sub);
  if (account === undefined) sendPage(response, 400, errorPage('There is no such person here.'));
  else {
    const { acr } = account;
    const login = { accountId: account.sub, remember: false, ...(acr === undefined ? {} : { acr }) };
    await provider.interactionFinished(request, response, { login });
  }
  return true;
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > MAX_FORM_BYTES) throw new Error('the form is too large');
    chunks.push(chunk as Buffer);
  }
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
}

function sendPage(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy': PAGE_POLICY,
    'x-content-type-options': 'nosniff',
  });
  response.end(body);
}

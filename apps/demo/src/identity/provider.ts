import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type Configuration, errors, type JWK, Provider } from 'oidc-provider';
import { MemoryAdapter } from './memory-adapter.js';
import { chooserPage, errorPage, PAGE_POLICY } from './pages.js';

/** Someone who can sign in. Members that are absent are not sent as claims. */
export type Account = {
  sub: string;
  email: string;
  emailVerified: boolean;
  name: string;
  /** Shown beside the name on the page. */
  note: string;
  groups?: string[];
  /** How the person signs in here (the `acr` claim). */
  acr?: string;
};

/** A program that people sign in to, and the people who may. */
export type Client = {
  clientId: string;
  clientSecret: string;
  redirectUri: string;
  /** The organisation whose people sign in. */
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
 * A real OpenID provider (`oidc-provider`) for invented people: the visitor chooses who to be, without a password. The
 * rest is as with any provider, down to the signatures.
 */
export function createIdentityProvider(options: IdentityOptions): Server {
  const provider = new Provider(options.issuer, configuration(options));
  const callback = provider.callback();
  return createServer((request, response) => {
    answerOwnPage(provider, options.clients, request, response)
      .then((answered) => {
        if (answered) return;
        forgetSession(request);
        void callback(request, response);
      })
      .catch((error: unknown) => {
        const expired = error instanceof errors.SessionNotFound;
        const detail = expired ? 'This sign-in has expired. Start again.' : 'The sign-in could not continue.';
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
    // The programs are our own, so choosing a person counts as consent.
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

/** Drops the provider's session cookie: each sign-in asks again who to be. */
function forgetSession({ headers, url = '' }: IncomingMessage): void {
  if (!/^\/auth(\/|\?|$)/.test(url) || headers.cookie === undefined) return;
  const cookies = headers.cookie.split('; ').filter((pair) => !pair.startsWith('_session'));
  headers.cookie = cookies.join('; ');
}

/** Answers the probes and the page of choices. @returns false if the request belongs to the provider's own endpoints */
async function answerOwnPage(
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
  if (client === undefined) throw new Error('the interaction names no known client');
  if (request.method !== 'POST') {
    sendPage(response, 200, chooserPage(client, uid));
    return true;
  }
  const sub = (await readForm(request)).get('account');
  const account = client.accounts.find((each) => each.sub === sub);
  if (account === undefined) {
    sendPage(response, 400, errorPage('There is no such person.'));
    return true;
  }
  const { acr } = account;
  const login = { accountId: account.sub, remember: false, ...(acr === undefined ? {} : { acr }) };
  await provider.interactionFinished(request, response, { login });
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

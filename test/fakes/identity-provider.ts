import { createPrivateKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { type Account, type Client, createIdentityProvider } from '../../apps/demo/src/identity/provider.js';
import { freePort } from '../support/free-port.js';

const key = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' });

export const account = (email: string, change: Partial<Account> = {}): Account => ({
  sub: `sub-${email}`,
  email,
  emailVerified: true,
  name: email,
  note: '',
  ...change,
});

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** The demo's provider (a real `oidc-provider`) on a port of its own. */
export class IdentityProvider {
  private server: Server | undefined;
  private port = 0;
  private kid = '';
  private readonly clients: Client[] = [];
  /** What its userinfo endpoint says besides. */
  readonly userinfo: Record<string, unknown> = {};
  /** What its ID tokens say besides. Empty: they have no e-mail address, which only the userinfo endpoint returns. */
  readonly idToken: Record<string, unknown> = {};
  /** Like many providers, it neither announces nor sends `iss` in its answers (RFC 9207). */
  omitsIssuer = false;
  /** Answers requests in place of the provider, as a malicious operator would. It returns true for those it has answered. */
  intercept: (request: IncomingMessage, response: ServerResponse) => boolean = () => false;

  get issuer(): string {
    return `http://localhost:${this.port}`;
  }

  /** Takes its port; `serve` then starts with the clients, whose secrets the organisation file must name. */
  async reserve(): Promise<void> {
    this.port = await freePort();
  }

  client(clientId: string, redirectUri: string, accounts: Account[]): Client {
    const clientSecret = randomBytes(32).toString('base64url');
    const client = { clientId, clientSecret, redirectUri, name: clientId, accounts };
    this.clients.push(client);
    return client;
  }

  async serve(): Promise<void> {
    const { issuer, clients } = this;
    this.kid = randomBytes(4).toString('hex');
    const signingKey = { ...key, use: 'sig', alg: 'RS256', kid: this.kid };
    const server = createIdentityProvider({
      issuer,
      clients,
      cookieKeys: [randomBytes(32).toString('base64url')],
      signingKey: signingKey as never,
    });
    const [answer] = server.listeners('request') as Handler[];
    server.removeAllListeners('request');
    server.on('request', (request, response: ServerResponse) => {
      if (this.intercept(request, response)) return;
      if (request.url === '/me') sayBesides(response, this.userinfo);
      if (request.url === '/token' && Object.keys(this.idToken).length > 0) this.sayInIdToken(response);
      if (this.omitsIssuer) omitIssuer(request, response);
      answer?.(request, response);
    });
    server.listen(this.port, 'localhost');
    await once(server, 'listening');
    this.server = server;
  }

  /** A Security Event Token (RFC 8417) signed with the key that this provider publishes. */
  securityEvent(claims: object, header: object = {}): string {
    return this.sign({ typ: 'secevent+jwt', ...header }, claims);
  }

  /** A JWT under the key that this provider publishes. */
  private sign(header: object, claims: object): string {
    const signed = { alg: 'RS256', kid: this.kid, ...header };
    const text = [signed, claims].map((part) => encode(JSON.stringify(part))).join('.');
    const privateKey = createPrivateKey({ key, format: 'jwk' });
    return `${text}.${encode(sign('sha256', Buffer.from(text), privateKey))}`;
  }

  /** Adds claims to the ID token that is answered, and signs it again. */
  private sayInIdToken(response: ServerResponse): void {
    changeJson(response, (body) => {
      const [, claims = ''] = (body as { id_token: string }).id_token.split('.');
      const said = JSON.parse(Buffer.from(claims, 'base64url').toString());
      return { ...body, id_token: this.sign({}, { ...said, ...this.idToken }) };
    });
  }

  async stop(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    if (server === undefined) return;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

const encode = (part: string | Buffer): string => Buffer.from(part).toString('base64url');

/** Adds members to the JSON that is answered. */
const sayBesides = (response: ServerResponse, more: Record<string, unknown>): void =>
  changeJson(response, (body) => ({ ...body, ...more }));

function changeJson(response: ServerResponse, change: (body: object) => object): void {
  const end = response.end.bind(response) as (body: string) => ServerResponse;
  response.end = ((body: string | Buffer) => {
    const text = JSON.stringify(change(JSON.parse(body.toString())));
    response.setHeader('content-length', Buffer.byteLength(text));
    return end(text);
  }) as typeof response.end;
}

function omitIssuer({ url = '' }: IncomingMessage, response: ServerResponse): void {
  if (url.startsWith('/.well-known/'))
    changeJson(response, (body) => ({ ...body, authorization_response_iss_parameter_supported: undefined }));
  const setHeader = response.setHeader.bind(response);
  response.setHeader = (name, value) => {
    if (name.toLowerCase() !== 'location') return setHeader(name, value);
    const to = new URL(String(value), 'http://provider.invalid');
    to.searchParams.delete('iss');
    return setHeader(name, to.host === 'provider.invalid' ? to.pathname + to.search : to.href);
  };
}

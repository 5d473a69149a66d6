import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { Server, ServerResponse } from 'node:http';
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

/** The demo's provider (a real `oidc-provider`) on a port of its own. */
export class IdentityProvider {
  private server: Server | undefined;
  private port = 0;
  private readonly clients: Client[] = [];
  /** What its userinfo endpoint says besides. */
  readonly userinfo: Record<string, unknown> = {};

  get issuer(): string {
    return `http://localhost:${this.port}`;
  }

  /** Takes its port; `serve` then starts with the clients, whose secrets the organisation file must name. */
  async reserve(): Promise<void> {
    this.port = await freePort();
  }

  client(clientId: string, redirectUri: string, accounts: Account[]): Client {
    const clientSecret = randomBytes(32).toString('base64url');
    const made = { clientId, clientSecret, redirectUri, name: clientId, accounts };
    this.clients.push(made);
    return made;
  }

  async serve(): Promise<void> {
    const { issuer, clients } = this;
    const signingKey = { ...key, use: 'sig', alg: 'RS256', kid: randomBytes(4).toString('hex') };
    const server = createIdentityProvider({
      issuer,
      clients,
      cookieKeys: [randomBytes(32).toString('base64url')],
      signingKey: signingKey as never,
    });
    server.prependListener('request', (request, response: ServerResponse) => {
      if (request.url === '/me') sayBesides(response, this.userinfo);
    });
    server.listen(this.port, 'localhost');
    await once(server, 'listening');
    this.server = server;
  }

  async stop(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    if (server === undefined) return;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

/** Adds members to the JSON that is answered. */
function sayBesides(response: ServerResponse, more: Record<string, unknown>): void {
  const end = response.end.bind(response) as (body: string) => ServerResponse;
  response.end = ((body: string | Buffer) => {
    const text = JSON.stringify({ ...JSON.parse(body.toString()), ...more });
    response.setHeader('content-length', Buffer.byteLength(text));
    return end(text);
  }) as typeof response.end;
}

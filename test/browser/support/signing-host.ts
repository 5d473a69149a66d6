import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { CDPSession, Page } from 'playwright-core';
import { root } from '../../support/root.js';
import { platformAuthenticator } from './passkeys.js';

const NAME = 'countersign-signing.html';
const BUILT = join(root, 'dist/apps/web/signing');

/** A customer's own web server, with the built signing page and its configuration. */
export class SigningHost {
  readonly page = readFileSync(join(BUILT, NAME));
  /** The hash, as `sha256sum` writes it. */
  readonly published = readFileSync(join(BUILT, `${NAME}.sha256`), 'utf8');
  private readonly server: Server;

  private constructor(private readonly list: object) {
    this.server = createServer((request, response) => {
      const [path] = (request.url ?? '').split('?');
      if (path === `/${NAME}`) response.setHeader('content-type', 'text/html; charset=utf-8').end(this.page);
      else if (path === '/countersign-signing.json') response.end(JSON.stringify(this.list));
      else response.writeHead(404).end();
    });
  }

  /** @param list the content of `countersign-signing.json` */
  static async start(list: object): Promise<SigningHost> {
    const host = new SigningHost(list);
    await new Promise<void>((resolve) => host.server.listen(0, 'localhost', resolve));
    return host;
  }

  /** A host name other than the broker's. Browsers resolve it to this machine. */
  get origin(): string {
    return `http://sign.localhost:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

type Credential = Awaited<ReturnType<typeof credentialsOf>>[number];
const credentialsOf = async (cdp: CDPSession, authenticatorId: string) =>
  (await cdp.send('WebAuthn.getCredentials', { authenticatorId })).credentials;

/** One person's device, which moves between windows: an authenticator of a browser lives only as long as its window. */
export class Device {
  private readonly keys = new Map<string, Credential>();
  /** The number of signatures that it has made. */
  signatures = 0;

  /** The window that `press` opens, with this device in it. */
  async windowOf(page: Page, press: () => Promise<void>): Promise<Page> {
    const [popup] = await Promise.all([page.waitForEvent('popup'), press()]);
    const { cdp, authenticatorId } = await platformAuthenticator(popup);
    for (const credential of this.keys.values())
      await cdp.send('WebAuthn.addCredential', { authenticatorId, credential });
    cdp.on('WebAuthn.credentialAdded', ({ credential }) =>
      this.keys.set(credential.credentialId, credential),
    );
    cdp.on('WebAuthn.credentialAsserted', ({ credential }) => {
      this.signatures += 1;
      this.keys.set(credential.credentialId, { ...this.keys.get(credential.credentialId), ...credential });
    });
    return popup;
  }
}

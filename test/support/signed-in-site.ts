import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OidcSettings, Organisation } from '@countersign/access';
import type { BrokerEnvironment } from '@countersign/config';
import { TestBroker } from '../e2e/harness.js';
import { organisation } from '../factories/organisation.js';
import { account, IdentityProvider } from '../fakes/identity-provider.js';
import { Browser } from './browser.js';

export const PUBLIC_URL = 'http://localhost:4000';

/**
 * A broker whose vendor and tenant `acme` sign in at one real provider, each with its own client, and whose tenant
 * `globex` signs in at another.
 */
export class SignedInSite {
  readonly own = new IdentityProvider();
  readonly foreign = new IdentityProvider();
  broker!: TestBroker;
  /** The organisation file that was applied. */
  file!: Organisation;
  private folder!: string;

  static async start(
    change: (file: Organisation) => void = () => {},
    settings: Partial<BrokerEnvironment> = {},
  ): Promise<SignedInSite> {
    const site = new SignedInSite();
    site.folder = await mkdtemp(join(tmpdir(), 'countersign-oidc-'));
    const { own, foreign } = site;
    for (const provider of [own, foreign]) await provider.reserve();
    const vendor = await site.settingsOf(own, 'vendor', VENDOR_ACCOUNTS);
    const acme = await site.settingsOf(own, 'acme', ACME_ACCOUNTS);
    const globex = await site.settingsOf(foreign, 'globex', GLOBEX_ACCOUNTS);
    for (const provider of [own, foreign]) await provider.serve();
    site.file = organisation((draft) => {
      draft.vendor.oidc = vendor;
      draft.tenants[0]!.oidc = acme;
      draft.tenants[1]!.oidc = globex;
      change(draft);
    });
    site.broker = await TestBroker.start({ organisation: site.file, settings });
    return site;
  }

  browser(): Browser {
    return new Browser(PUBLIC_URL, () => this.broker.url);
  }

  async close(): Promise<void> {
    await this.broker.close();
    await this.own.stop();
    await this.foreign.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  private async settingsOf(
    provider: IdentityProvider,
    side: string,
    accounts: typeof VENDOR_ACCOUNTS,
  ): Promise<OidcSettings> {
    const clientId = side === 'vendor' ? 'countersign' : `countersign-${side}`;
    const callback = `${PUBLIC_URL}/auth/oidc/${side}/callback`;
    const { clientSecret } = provider.client(clientId, callback, accounts);
    const clientSecretFile = join(this.folder, clientId);
    await writeFile(clientSecretFile, `${clientSecret}\n`, { mode: 0o600 });
    return { issuer: provider.issuer, clientId, clientSecretFile };
  }
}

const VENDOR_ACCOUNTS = [
  account(' Erin@Vendor.example', { sub: 'erin' }),
  account('max@vendor.example', { sub: 'max', groups: ['reviewers', 'hikers'], acr: 'urn:mfa' }),
  account('kim@vendor.example', { sub: 'kim', groups: ['engineers', 'watchers'] }),
  account('lee@vendor.example', { sub: 'lee', groups: [] }),
  account('ada@acme.example', { sub: 'ada-at-vendor' }),
  account('nobody@vendor.example', { sub: 'nobody' }),
];
const ACME_ACCOUNTS = [
  account('ada@acme.example', { sub: 'ada' }),
  account('bob@acme.example', { sub: 'bob', emailVerified: false }),
  account('ann@acme.example', { sub: 'ann' }),
  account('ann@acme.example', { sub: 'another-ann' }),
  account('Ann+helpdesk@acme.example', { sub: 'helpdesk' }),
  account('ann+WORK@acme.example', { sub: 'ann-work' }),
  account('erin@vendor.example', { sub: 'erin-at-acme' }),
  account('gwen@globex.example', { sub: 'gwen-at-acme' }),
];
const GLOBEX_ACCOUNTS = [
  account('gwen@globex.example', { sub: 'gwen' }),
  account('ada@acme.example', { sub: 'ada' }),
];

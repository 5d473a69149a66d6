import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Organisation } from '@countersign/access';
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from 'playwright-core';
import { smallOrganisation } from '../../factories/small-organisation.js';
import { CountingUpstream } from '../../fakes/counting-upstream.js';
import { account, IdentityProvider } from '../../fakes/identity-provider.js';
import { Browser as HttpBrowser } from '../../support/browser.js';
import type { Cookie } from '../../support/cookie-jar.js';
import type { Inside } from '../../support/inside.js';
import { Site, type SiteOptions } from '../../support/site.js';
import { removeFolder, tempFolder } from '../../support/temp-folder.js';
import { contextsOfTest } from './contexts-of-test.js';
import { PATIENCE_MS } from './soon.js';

/** The people of the tests, by first name. `organisation` is what they type in at the sign-in. */
export const PEOPLE = {
  erin: { email: 'erin@northwind.example', name: 'Erin Okafor', tenant: null, organisation: 'vendor' },
  max: { email: 'max@northwind.example', name: 'Max Lind', tenant: null, organisation: 'vendor' },
  rita: { email: 'rita@northwind.example', name: 'Rita Sorel', tenant: null, organisation: 'vendor' },
  sam: { email: 'sam@northwind.example', name: 'Sam Ito', tenant: null, organisation: 'vendor' },
  ola: { email: 'ola@northwind.example', name: 'Ola Brandt', tenant: null, organisation: 'vendor' },
  /** Legal counsel, where a test adds her. */
  lena: { email: 'lena@northwind.example', name: 'Lena Voss', tenant: null, organisation: 'vendor' },
  ada: { email: 'ada@acme.example', name: 'Ada Moreau', tenant: 'acme', organisation: 'acme' },
  bob: { email: 'bob@acme.example', name: 'Bob Chen', tenant: 'acme', organisation: 'acme' },
} as const;
const HOST = 'localhost';

export type Who = keyof typeof PEOPLE;

/** A broker and a gateway, a data service, a real identity provider and a real browser. */
export class BrowserSite {
  private readonly contexts: BrowserContext[] = [];
  /** The newest session of each person. */
  private readonly sessions = new Map<Who, HttpBrowser>();

  private constructor(
    readonly site: Site<Inside>,
    readonly upstream: CountingUpstream,
    private readonly provider: IdentityProvider,
    private readonly secrets: string,
    private readonly browser: Browser,
  ) {}

  /**
   * @param brokerEnv added to the broker's environment
   * @param more the gateway's port, what is added to its environment, and where the broker may connect to
   */
  static async start(
    change: (file: Organisation) => void = () => {},
    brokerEnv: Record<string, string> = {},
    more: Pick<SiteOptions, 'gatewayPort' | 'gatewayEnv' | 'outbound'> = {},
  ): Promise<BrowserSite> {
    const upstream = new CountingUpstream();
    await upstream.start();
    const provider = new IdentityProvider();
    await provider.reserve();
    const secrets = await tempFolder('secrets');
    const organisation = withSignIn(smallOrganisation(), provider.issuer, secrets);
    for (const service of organisation.services) service.upstream = upstream.origin;
    change(organisation);
    const site = await Site.inside({ organisation, host: HOST, brokerEnv, ...more });
    const browser = await chromium.connect(process.env['COUNTERSIGN_TEST_BROWSER'] ?? '');
    const browserSite = new BrowserSite(site, upstream, provider, secrets, browser);
    await browserSite.serveProvider(organisation);
    await site.startGateway();
    return browserSite;
  }

  get url(): string {
    return this.site.brokerUrl;
  }

  /** A separate browser context for one person. It lasts as long as the test that makes it, or as this site. */
  async context(options: BrowserContextOptions = {}): Promise<BrowserContext> {
    const context = await this.browser.newContext({
      locale: 'en-GB',
      timezoneId: 'Europe/Berlin',
      reducedMotion: 'reduce',
      ...options,
    });
    context.setDefaultTimeout(PATIENCE_MS);
    this.contexts.push(context);
    contextsOfTest.add(context);
    return context;
  }

  /** Opens `path` in a browser of this person's own, with the session of a sign-in at the identity provider. */
  async signedIn(who: Who, path: string, options: BrowserContextOptions = {}): Promise<Page> {
    const context = await this.context(options);
    await context.addCookies(await this.sessionOf(who));
    const page = await context.newPage();
    await page.goto(this.url + path);
    await page.waitForURL(this.url + path);
    await page.getByRole('heading', { level: 1 }).waitFor();
    return page;
  }

  /** The cookies of a session that is active. Its sign-in needs no page: tests of the sign-in itself press the buttons. */
  private async sessionOf(who: Who): Promise<Cookie[]> {
    const browser = this.sessions.get(who);
    if (browser !== undefined && (await browser.who()) === PEOPLE[who].email)
      return browser.broker.cookiesOf(HOST);
    const { email, organisation } = PEOPLE[who];
    const signedIn = new HttpBrowser(this.url, () => this.url);
    await signedIn.signIn(`/auth/oidc/${organisation}/start`, account(email).sub);
    this.sessions.set(who, signedIn);
    return signedIn.broker.cookiesOf(HOST);
  }

  /** Signs in, starting at the sign-in page. */
  async signIn(page: Page, who: Who): Promise<void> {
    await page.getByLabel('Organisation').fill(PEOPLE[who].organisation);
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('button', { name: PEOPLE[who].email }).click();
  }

  /** Calls the API with a person's key, as a program would. @throws Error unless the status is 2xx */
  async api<T>(who: Who, method: string, path: string, body?: unknown): Promise<T> {
    const key = await this.site.key(PEOPLE[who]);
    const answer = await fetch(this.url + path, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return JSON.parse(text) as T;
  }

  async close(): Promise<void> {
    await Promise.all(this.contexts.map((context) => context.close()));
    await this.browser.close();
    await this.site.close();
    await this.provider.stop();
    await this.upstream.stop();
    await removeFolder(this.secrets);
  }

  private async serveProvider({ vendor, tenants }: Organisation): Promise<void> {
    const sides = [{ slug: 'vendor', people: vendor.staff }, ...tenants];
    for (const { slug, people } of sides) {
      const accounts = people.map(({ email, name }) => account(email, { name }));
      const client = this.provider.client(`cs-${slug}`, `${this.url}/auth/oidc/${slug}/callback`, accounts);
      writeFileSync(join(this.secrets, slug), client.clientSecret);
    }
    await this.provider.serve();
  }
}

function withSignIn(file: Organisation, issuer: string, secrets: string): Organisation {
  const oidc = (slug: string) => ({
    issuer,
    clientId: `cs-${slug}`,
    clientSecretFile: join(secrets, slug),
  });
  file.vendor.oidc = oidc('vendor');
  for (const tenant of file.tenants) tenant.oidc = oidc(tenant.slug);
  return file;
}

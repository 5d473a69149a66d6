import { CookieJar } from './cookie-jar.js';

const LONGEST_WALK = 20;

export interface Visit {
  status: number;
  headers: Headers;
  text: string;
  /** The URL at which it ended or was stopped. */
  url: URL;
}

/**
 * The HTTP part of a browser: cookies by host name, redirects one by one. `map` maps the broker's public
 * address to the port on which the test's broker listens.
 */
export class Browser {
  readonly broker = new CookieJar();
  readonly provider = new CookieJar();
  private readonly publicOrigin: string;

  constructor(
    publicUrl: string,
    private readonly brokerUrl: () => string,
  ) {
    this.publicOrigin = new URL(publicUrl).origin;
  }

  /** Sends one request and follows no redirect. */
  async send(url: string | URL, init: RequestInit = {}): Promise<Visit> {
    const target = new URL(url, this.publicOrigin);
    const ours = target.origin === this.publicOrigin;
    const jar = ours ? this.broker : this.provider;
    const real = ours ? this.brokerUrl() + target.pathname + target.search : target.href;
    const headers = {
      'user-agent': 'Test browser',
      ...jar.header,
      ...(init.headers as Record<string, string>),
    };
    const answer = await fetch(real, { ...init, headers, redirect: 'manual' });
    jar.take(answer.headers);
    return { status: answer.status, headers: answer.headers, text: await answer.text(), url: target };
  }

  /** Follows redirects until `stop` returns true or none is left. */
  async visit(
    url: string | URL,
    stop: (url: URL) => boolean = () => false,
    init: RequestInit = {},
  ): Promise<Visit> {
    let visit = await this.send(url, init);
    for (let step = 0; step < LONGEST_WALK; step += 1) {
      const to = visit.headers.get('location');
      if (to === null) return visit;
      const next = new URL(to, visit.url);
      if (stop(next)) return { ...visit, url: next };
      visit = await this.send(next);
    }
    throw new Error(`${url} redirects in a circle`);
  }

  /** Sends a POST (or another change) as a page of the broker does. */
  post(url: string, init: RequestInit = {}): Promise<Visit> {
    const headers = { origin: this.publicOrigin, 'sec-fetch-site': 'same-origin', ...init.headers };
    return this.send(url, { method: 'POST', ...init, headers });
  }

  /** Begins a sign-in. @returns the authorization request: the address at the provider */
  async begin(start: string): Promise<URL> {
    return new URL((await this.post(start)).headers.get('location') ?? '', this.publicOrigin);
  }

  /** The e-mail address of the person who is signed in in this browser; the problem's code if no one is. */
  async who(): Promise<string | undefined> {
    const { status, text } = await this.send('/api/v1/session');
    const body = JSON.parse(text) as { code?: string; person?: { email: string } };
    return status === 200 ? body.person?.email : body.code;
  }

  /** Begins a sign-in and chooses a person at the provider. @returns the callback's address, not yet visited */
  async signInUpToCallback(start: string, sub: string): Promise<URL> {
    const page = await this.visit(await this.begin(start));
    const form = new URLSearchParams({ account: sub });
    const { url } = await this.visit(page.url, isCallback, { method: 'POST', body: form });
    return url;
  }

  /** Signs in completely. @returns where it ended */
  async signIn(start: string, sub: string): Promise<Visit> {
    const callback = await this.signInUpToCallback(start, sub);
    return this.send(callback);
  }
}

export const isCallback = (url: URL): boolean => /^\/auth\/oidc\/([^/]+\/)?callback$/.test(url.pathname);

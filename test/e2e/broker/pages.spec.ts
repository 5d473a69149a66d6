import { createHash } from 'node:crypto';
import { TestBroker } from '../harness.js';

const BROWSER = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

describe('the pages that the broker serves', () => {
  let broker: TestBroker;

  beforeAll(async () => {
    broker = await TestBroker.start();
  });
  afterAll(() => broker.close());

  const page = (path: string, method = 'GET') => broker.fetch(method, path, { headers: BROWSER });

  test.each(['/', '/sign-in', '/inbox', '/requests/req_1', '/grants/grt_1/receipt', '/nowhere'])(
    '%s is the app, and its headers forbid framing, caching and foreign scripts',
    async (path) => {
      const answer = await page(path);
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(answer.headers.get('cache-control')).toBe('no-cache');
      const policy = answer.headers.get('content-security-policy') ?? '';
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toMatch(/unsafe|data:|https?:|\*/);
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
      expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
      expect(answer.text).not.toMatch(/<script(?![^>]*\bsrc="\/assets\/)|\bon\w+=|style=/);
      // Its one style is allowed by its hash, and no other is.
      const [style, ...others] = [...answer.text.matchAll(/<style>([^<]*)<\/style>/g)].map(
        ([, text]) => text ?? '',
      );
      const hash = createHash('sha256')
        .update(style ?? '')
        .digest('base64');
      expect(others).toEqual([]);
      expect(policy).toContain(`style-src 'sha256-${hash}';`);
    },
  );

  test.each([
    ['none', true],
    ['same-origin', true],
    ['same-site', false],
    ['cross-site', false],
    [undefined, false],
  ])('a page learns from its answer whether another site opened it: %s', async (site, isHere) => {
    const headers = site === undefined ? BROWSER : { ...BROWSER, 'sec-fetch-site': site };
    const answer = await broker.fetch('GET', '/inbox', { headers });
    expect(answer.headers.get('server-timing')).toBe(isHere ? 'opened-here' : null);
  });

  test('the trust page alone may call another origin: the gateway that it asks', async () => {
    const policy = (await page('/trust')).headers.get('content-security-policy') ?? '';
    expect(policy).toContain("connect-src 'self' http://localhost:4100;");
    expect(policy.replace(' http://localhost:4100', '')).toBe(
      (await page('/inbox')).headers.get('content-security-policy'),
    );
  });

  test.each([
    '/api/v1/nowhere',
    '/api',
    '/auth/nowhere',
    '/oauth/nowhere',
    '/gateway/v1/nowhere',
    '/log/acme/nowhere',
    '/healthz/nowhere',
    '/readyz/nowhere',
    '/metrics',
    '/metrics/nowhere',
    '/slack/nowhere',
    '/.well-known/nowhere',
    '/countersign/jwks.json',
    '/assets/nowhere.js',
    '/assets/../package.json',
    '/assets/%2e%2e/manifest.json',
    '/%61pi/v1/nowhere',
    '/index.html',
    '/manifest.json',
  ])('%s is no page, whatever asks for it', async (path) => {
    const answer = await page(path);
    expect(answer.status).toBe(404);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
  });

  test('a page names the scripts and answers that it needs first, with the id of its address and of no other shape', async () => {
    const links = async (path: string) => (await page(path)).headers.get('link') ?? '';
    const decision = await links('/requests/req_1');
    expect(decision).toMatch(/<\/assets\/[\w-]+\.js>; rel=modulepreload; crossorigin/);
    for (const answer of ['whoami', 'organisation', 'requests/req_1'])
      expect(decision).toContain(`</api/v1/${answer}>; rel=preload; as=fetch; crossorigin`);
    for (const [script] of decision.matchAll(/\/assets\/[^>]+/g))
      expect((await broker.fetch('GET', script)).status).toBe(200);
    expect(await links('/sign-in')).not.toContain('/api/');
    for (const path of ['/requests/req_1/more', '/requests/a,b', '/nowhere'])
      expect(await links(path)).toBe('');
  });

  test('a program that mistyped an address gets a problem document, not a page', async () => {
    const answer = await broker.fetch('GET', '/nowhere', { headers: { accept: 'application/json' } });
    expect(answer.status).toBe(404);
    expect((answer.body as { code: string }).code).toBe('not_found');
  });

  test.each(['POST', 'PUT', 'DELETE'])('%s changes nothing at a page’s address', async (method) => {
    expect((await page('/inbox', method)).status).toBe(404);
  });

  test('scripts and styles have hashed names, are cached permanently, and are compressed', async () => {
    const { text } = await page('/');
    const assets = [...text.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, path]) => path ?? '');
    expect(assets.length).toBeGreaterThan(1);
    for (const path of assets) {
      const answer = await broker.fetch('GET', path, { headers: { 'accept-encoding': 'identity' } });
      expect({ path, status: answer.status }).toEqual({ path, status: 200 });
      expect(path).toMatch(/-[\w-]{8}\.\w+$/);
      expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
      expect(answer.headers.get('vary')).toBe('Accept-Encoding');
      expect(answer.headers.get('content-encoding')).toBeNull();
    }
  });

  test('HEAD answers like GET, without the body', async () => {
    const head = await page('/', 'HEAD');
    expect(head.status).toBe(200);
    expect(head.text).toBe('');
    expect(Number(head.headers.get('content-length'))).toBeGreaterThan(100);
  });
});

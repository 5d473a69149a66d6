/** @soak */

import { organisation } from '../../factories/organisation.js';
import { codeIn, MailServer, type ReceivedMail } from '../../fakes/mail-server.js';
import { Browser } from '../../support/browser.js';
import { eventually } from '../../support/eventually.js';
import { onlyInSoak, samples } from '../../support/samples.js';
import { PUBLIC_URL } from '../../support/signed-in-site.js';
import { type Answer, SESSION_COOKIE, TestBroker } from '../harness.js';
import { codeOf, makeGrant, makeRequest, readRequest, review } from '../story.js';

const MINUTES = 60;
const PROVIDER = { issuer: 'http://localhost:1', clientId: 'c', clientSecretFile: './nowhere' };

let mail: MailServer;
let broker: TestBroker;
const start = async () => {
  mail = new MailServer();
  await mail.start();
  const file = organisation((draft) => {
    draft.tenants[1]!.oidc = PROVIDER;
  });
  broker = await TestBroker.start({
    organisation: file,
    settings: { smtpUrl: mail.url, trustedProxies: ['127.0.0.0/8'] },
  });
};
const close = async () => {
  await broker.close();
  await mail.stop();
};

const browser = () => new Browser(PUBLIC_URL, () => broker.url);
const post = async (from: Browser, path: string, body: unknown, more = {}): Promise<Answer> => {
  const { status, headers, text } = await from.send(path, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: {
      origin: PUBLIC_URL,
      'sec-fetch-site': 'same-origin',
      'content-type': 'application/json',
      ...more,
    },
  });
  return { status, headers, text, body: text === '' ? undefined : JSON.parse(text) };
};
const ask = (from: Browser, email = 'ada@acme.example', tenant = 'acme') =>
  post(from, '/auth/code', { organisation: tenant, email });
/** A request for Ada from another network. */
const askFrom = (network: string, from: Browser) =>
  post(
    from,
    '/auth/code',
    { organisation: 'acme', email: 'ada@acme.example' },
    { 'x-forwarded-for': network },
  );
const verify = (from: Browser, code: string) => post(from, '/auth/code/verify', { code });
const mailed = (address: string, count = 1) =>
  eventually(`mail ${count} to ${address}`, () => mail.to(address)[count - 1], 20_000);
const isCode = (message: ReceivedMail) => message.header('subject')?.startsWith('Your code') === true;
const signedIn = async (from: Browser) => (await from.send('/api/v1/session')).status === 200;
/** A wrong code. */
const wrong = (code: string) => (code.startsWith('A') ? 'B' : 'A') + code.slice(1);

// Each test has a broker of its own, because it counts mails or guesses, moves the clock, or removes a person.
describe('a code by mail', () => {
  beforeEach(start);
  afterEach(close);

  test('signs in its recipient, once, in the browser that requested it; the session shows the method', async () => {
    const own = browser();
    const asked = await ask(own, ' Ada@ACME.example');
    expect([asked.status, asked.body]).toEqual([202, { expiresInSeconds: 600 }]);
    const message = await mailed('ada@acme.example');
    expect(message.header('subject')).toBe('Your code to sign in to Countersign');
    expect(message.header('subject')).not.toContain(codeIn(message));
    expect(message.raw).not.toMatch(/https?:/);
    const done = await verify(own, ` ${codeIn(message).toLowerCase().replace('-', ' ')} `);
    expect(done.status).toBe(200);
    expect(done.body).toMatchObject({
      assurance: 'mail-code',
      person: { id: broker.persons.approver, email: 'ada@acme.example', side: 'customer' },
    });
    expect(done.headers.getSetCookie().join()).toMatch(
      /__Host-countersign-session=[^;]+;.*HttpOnly; Secure; SameSite=Lax/,
    );
    expect(await signedIn(own)).toBe(true);
    const again = browser();
    again.broker.set('__Host-countersign-browser', 'x'.repeat(43));
    expect(codeOf(await verify(again, codeIn(message)))).toBe('401 unauthenticated');
    expect(codeOf(await verify(own, codeIn(message)))).toBe('401 unauthenticated');
  });

  test('has no effect in another browser, and still works in its own', async () => {
    const [own, other] = [browser(), browser()];
    await ask(own);
    const code = codeIn(await mailed('ada@acme.example'));
    await ask(other, 'bob@acme.example');
    await mailed('bob@acme.example');
    for (let count = 0; count < 4; count += 1)
      expect(codeOf(await verify(other, code))).toBe('401 unauthenticated');
    expect(codeOf(await verify(browser(), code))).toBe('401 unauthenticated');
    expect(await signedIn(other)).toBe(false);
    expect((await verify(own, code)).status).toBe(200);
  });

  test('is void after five wrong guesses, also in parallel', async () => {
    const own = browser();
    await ask(own);
    const code = codeIn(await mailed('ada@acme.example'));
    const guesses = await Promise.all(Array.from({ length: 5 }, () => verify(own, wrong(code))));
    expect(guesses.map(codeOf)).toEqual(Array(5).fill('401 unauthenticated'));
    expect(codeOf(await verify(own, code))).toBe('401 unauthenticated');
    expect(await signedIn(own)).toBe(false);
  });

  onlyInSoak(() => {
    test('still works after four wrong guesses', async () => {
      const own = browser();
      await ask(own);
      const code = codeIn(await mailed('ada@acme.example'));
      for (let count = 0; count < 4; count += 1) await verify(own, wrong(code));
      expect((await verify(own, code)).status).toBe(200);
    });

    test('too many guesses are blocked, whatever the guesses are', async () => {
      const own = browser();
      await ask(own);
      await mailed('ada@acme.example');
      const answers = [];
      for (let count = 0; count < 40; count += 1) answers.push(codeOf(await verify(own, `GUESS${count}`)));
      expect(answers.slice(0, 30)).toEqual(Array(30).fill('401 unauthenticated'));
      expect(answers.slice(30)).toEqual(Array(10).fill('429 rate_limited'));
    });

    test('expires after ten minutes', async () => {
      const own = browser();
      await ask(own);
      const code = codeIn(await mailed('ada@acme.example'));
      broker.clock.advance(10 * MINUTES + 1);
      expect(codeOf(await verify(own, code))).toBe('401 unauthenticated');
    });

    test('only the latest code is valid: a new one ends the one before', async () => {
      const own = browser();
      await ask(own);
      const first = codeIn(await mailed('ada@acme.example'));
      await ask(own);
      const second = codeIn(await mailed('ada@acme.example', 2));
      expect(codeOf(await verify(own, first))).toBe('401 unauthenticated');
      expect((await verify(own, second)).status).toBe(200);
    });

    test('a stranger who requests codes for a person takes none of theirs away', async () => {
      const [own, stranger] = [browser(), browser()];
      await ask(own);
      const code = codeIn(await mailed('ada@acme.example'));
      await ask(stranger);
      await mailed('ada@acme.example', 2);
      expect((await verify(own, code)).status).toBe(200);
    });

    test('a mailbox gets few codes that strangers ask for, and its person is not locked out of the browser that they signed in with before', async () => {
      const own = browser();
      await ask(own);
      expect((await verify(own, codeIn(await mailed('ada@acme.example')))).status).toBe(200);
      const flood = [];
      for (let network = 1; network <= 5; network += 1)
        for (let count = 0; count < 5; count += 1)
          flood.push(codeOf(await askFrom(`192.0.2.${network}`, browser())));
      expect(flood.at(-1)).toBe('429 rate_limited');
      // The first two of this part of the internet, and three more.
      const passed = flood.filter((code) => code.startsWith('202')).length;
      expect(passed).toBe(5);
      // Nor anywhere else: the first request from another part of the internet is mailed all the same.
      expect(codeOf(await askFrom('198.51.100.1', browser()))).toBe('202 undefined');
      const sent = 2 + passed;
      await mailed('ada@acme.example', sent);
      expect(codeOf(await ask(own))).toBe('202 undefined');
      expect((await verify(own, codeIn(await mailed('ada@acme.example', sent + 1)))).status).toBe(200);
      // It has a limit of its own.
      const more = [];
      for (let count = 0; count < 5; count += 1) more.push(codeOf(await ask(own)));
      expect(more.at(-1)).toBe('429 rate_limited');
    });

    test('too many requests are blocked per address, known or not, and per browser', async () => {
      for (const address of ['ada@acme.example', 'nobody@acme.example']) {
        const answers = [];
        for (let count = 0; count < 7; count += 1) answers.push(codeOf(await ask(browser(), address)));
        expect(answers).toEqual([...Array(5).fill('202 undefined'), ...Array(2).fill('429 rate_limited')]);
        const wait = Number((await ask(browser(), address)).headers.get('retry-after'));
        expect(wait).toBeGreaterThan(14 * 60);
        expect(wait).toBeLessThanOrEqual(15 * 60);
      }
      const own = browser();
      const answers = [];
      for (let count = 0; count < 6; count += 1)
        answers.push(codeOf(await ask(own, `${count}@acme.example`)));
      expect(answers.at(-1)).toBe('429 rate_limited');
    });
  });

  test('does not reveal who exists: unknown people, tenants and sides get the same answer and no mail', async () => {
    const cases = [
      ['ada@acme.example', 'acme'],
      ['nobody@acme.example', 'acme'],
      ['ada@acme.example', 'nosuch'],
      ['gwen@globex.example', 'acme'],
      ['gwen@globex.example', 'globex'],
      ['erin@vendor.example', 'vendor'],
      ['not an address', 'acme'],
    ] as const;
    const answers = [];
    for (const [email, tenant] of cases) {
      const { status, body, headers } = await ask(browser(), email, tenant);
      answers.push([status, body, headers.getSetCookie()[0]?.replace(/=[^;]+|Expires=[^;]+/g, '=…')]);
    }
    expect(new Set(answers.map((each) => JSON.stringify(each)))).toHaveProperty('size', 1);
    await mailed('ada@acme.example');
    await ask(browser(), 'bob@acme.example');
    await mailed('bob@acme.example');
    expect(mail.mails.map(({ to }) => to[0]).sort()).toEqual(['ada@acme.example', 'bob@acme.example']);
  });

  onlyInSoak(() => {
    test('a person who is removed meanwhile is not signed in', async () => {
      const own = browser();
      await ask(own, 'bob@acme.example');
      const code = codeIn(await mailed('bob@acme.example'));
      const path = `/api/v1/tenants/acme/people/${broker.persons.secondApprover}`;
      expect((await broker.call('tenantAdmin', 'DELETE', path)).status).toBe(200);
      expect(codeOf(await verify(own, code))).toBe('401 unauthenticated');
    });
  });

  test('P11: neither the code nor the browser’s secret is logged or stored', async () => {
    const own = browser();
    await ask(own);
    const code = codeIn(await mailed('ada@acme.example')).replace('-', '');
    const secret = own.broker.get('__Host-countersign-browser')!;
    const stored = await broker.host.store.readAsVendor(async (unit) => {
      const hash = Buffer.from(broker.host.hashing.sha256(Buffer.from(secret))).toString('hex');
      return unit.attempts.ofBrowser(hash, 'code');
    });
    expect(stored).toHaveLength(1);
    const output = JSON.stringify(stored) + broker.logLines.join('');
    for (const each of [code, secret]) expect(output).not.toContain(each);
    await verify(own, code);
    expect(broker.logLines.join('')).not.toContain(own.broker.get(SESSION_COOKIE)!);
  });

  onlyInSoak(() => {
    test('notes the time zone that the browser names; one that does not exist is ignored', async () => {
      const own = browser();
      const zone = () =>
        broker.host.store.readForTenant(
          'acme',
          async (unit) => (await unit.organisation.readers([broker.persons.approver]))[0]?.zone ?? null,
        );
      for (const [named, expectedZone] of [
        ['Nowhere/Atlantis', null],
        ['Europe/Berlin', 'Europe/Berlin'],
      ] as const) {
        own.broker.set('countersign-zone', named);
        await ask(own);
        const codes = () => mail.to('ada@acme.example').filter(isCode);
        const message = await eventually('a code', () => codes()[named === 'Europe/Berlin' ? 1 : 0], 20_000);
        expect((await verify(own, codeIn(message))).status).toBe(200);
        expect(await zone()).toBe(expectedZone);
      }
    });
  });
});

describe('behind a proxy that is not listed, where all are one client', () => {
  const LIMIT = 400;

  beforeEach(async () => {
    mail = new MailServer();
    await mail.start();
    broker = await TestBroker.start({
      organisation: organisation(),
      settings: {
        ...{ smtpUrl: mail.url, trustedProxies: [], rateLimitPerMinute: LIMIT },
        admin: { host: '127.0.0.1', port: 0, orAnyPort: false },
      },
    });
  });
  afterEach(close);

  test('a flood of 300 tries keeps no one out, and the broker says that one address is many accounts', async () => {
    const own = browser();
    await ask(own, 'bob@acme.example');
    const first = codeIn(await mailed('bob@acme.example'));
    for (let each = 0; each < 300; each += 1) await ask(browser(), `stranger-${each}@acme.example`);
    // A fast machine fills a round, and the next one begins within half a second.
    await eventually(
      'a round with room',
      async () => (await ask(browser(), 'last@acme.example')).status === 202,
      30_000,
      250,
    );
    const ada = browser();
    expect(codeOf(await ask(ada))).toBe('202 undefined');
    expect((await verify(ada, codeIn(await mailed('ada@acme.example')))).status).toBe(200);
    expect((await verify(own, first)).status).toBe(200);
    const ready = await fetch(`${broker.broker.adminUrl}/readyz`);
    expect(await ready.json()).toMatchObject({ unlistedProxies: [], sharedAddresses: ['127.0.0.1'] });
    const metrics = await (await fetch(`${broker.broker.adminUrl}/metrics`)).text();
    expect(metrics).toMatch(/^countersign_shared_client_addresses 1$/m);
    const warnings = broker.logLines.filter((line) => line.includes('COUNTERSIGN_TRUSTED_PROXIES'));
    expect(warnings).toHaveLength(1);
  }, 60_000);

  test('once the address has no calls left, the browsers in which people have signed in still have theirs', async () => {
    const own = browser();
    await ask(own);
    expect((await verify(own, codeIn(await mailed('ada@acme.example')))).status).toBe(200);
    let last = await ask(browser(), 'stranger@acme.example');
    // A fast machine fills a round before that, which is refused too.
    for (let each = 0; each <= LIMIT && !last.text.includes('Too many calls.'); each += 1)
      last = await ask(browser(), `stranger-${each}@acme.example`);
    expect([codeOf(last), last.text]).toEqual([
      '429 rate_limited',
      expect.stringContaining('Too many calls.'),
    ]);
    const wait = Number(last.headers.get('retry-after'));
    expect(wait).toBeGreaterThan(0);
    expect(wait).toBeLessThanOrEqual(60);
    expect(codeOf(await ask(own))).toBe('202 undefined');
    expect((await verify(own, codeIn(await mailed('ada@acme.example', 2)))).status).toBe(200);
  }, 60_000);
});

describe('the sign-in by mail', () => {
  beforeAll(start);
  afterAll(close);

  test('the sign-in methods of an unknown organisation look like those of one that uses mail', async () => {
    const methods = async (name: string) =>
      ((await post(browser(), '/auth/discover', { organisation: name })).body as { methods: unknown })
        .methods;
    const byMail = [{ kind: 'mail-code', start: null }];
    for (const name of ['acme', 'nosuch', ' ACME ', 'deployment', 'not a slug'])
      expect(await methods(name)).toEqual(byMail);
    expect(await methods('Globex')).toEqual([{ kind: 'oidc', start: '/auth/oidc/globex/start' }]);
    expect(await methods('vendor')).toEqual([]);
  });

  test('the time of an answer does not tell which organisations there are', async () => {
    for (const organisation of ['acme', 'nosuch', 'globex', 'vendor', 'not a slug']) {
      const begunAt = performance.now();
      await post(browser(), '/auth/discover', { organisation });
      // The broker's look-up takes a few milliseconds; timers may fire one early.
      expect(performance.now() - begunAt).toBeGreaterThan(95);
    }
  });

  test('a code can be requested and entered only on our own pages', async () => {
    const own = browser();
    await ask(own);
    const code = codeIn(await mailed('ada@acme.example'));
    const elsewhere = { origin: 'https://evil.example', 'content-type': 'application/json' };
    for (const [path, body] of [
      ['/auth/code', { organisation: 'acme', email: 'ada@acme.example' }],
      ['/auth/code/verify', { code }],
    ] as const) {
      const init = { method: 'POST', body: JSON.stringify(body), headers: elsewhere };
      expect((await own.send(path, init)).status).toBe(403);
      expect(
        (await own.send(path, { ...init, headers: { 'content-type': 'application/json' } })).status,
      ).toBe(403);
    }
    expect(await signedIn(own)).toBe(false);
  });

  onlyInSoak(() => {
    test('without mail every request gets an answer that says so', async () => {
      const silent = await TestBroker.start();
      const from = new Browser(PUBLIC_URL, () => silent.url);
      for (const email of ['ada@acme.example', 'nobody@acme.example'])
        expect(codeOf(await ask(from, email))).toBe('503 not_ready');
      await silent.close();
    });
  });
});

const SCANNERS = samples('scanners');

describe(`${SCANNERS} scanners`, () => {
  beforeEach(start);
  afterEach(close);

  test('change nothing when they GET and HEAD every mailed link and POST a decision to it', async () => {
    const request = await makeRequest(broker);
    await review(broker, 'reviewer', request);
    const { grant } = await makeGrant(broker, 'otherEngineer');
    const own = browser();
    await ask(own);
    const code = codeIn(await eventually('the code', () => mail.to('ada@acme.example').find(isCode), 20_000));
    await eventually(
      'mails about the grant',
      () => mail.mails.some(({ raw }) => raw.includes('the access is open now')),
      20_000,
    );
    const links = [
      ...new Set(
        mail.mails.flatMap(({ raw }) =>
          [...raw.matchAll(/http:\/\/localhost:4000\/[^\s"<]*/g)].map(([url]) => url),
        ),
      ),
    ];
    expect(links.length).toBeGreaterThanOrEqual(2);
    const before = await stateOf(request.id, grant);
    await Promise.all(
      Array.from({ length: SCANNERS }, async (_none, scanner) => {
        const from = browser();
        for (const link of links)
          for (const method of ['GET', 'HEAD', 'POST']) {
            const { status } = await from.send(link, {
              method,
              headers: { 'user-agent': `scanner ${scanner}` },
              ...(method === 'POST' ? { body: new URLSearchParams({ decision: 'approve' }) } : {}),
            });
            expect(status).toBeLessThan(500);
            if (method === 'POST') expect(status).toBeGreaterThanOrEqual(400);
          }
        expect(await signedIn(from)).toBe(false);
      }),
    );
    expect(await stateOf(request.id, grant)).toEqual(before);
    expect((await verify(own, code)).status).toBe(200);
  }, 120_000);

  async function stateOf(request: string, grant: string) {
    const { state, reviews } = await readRequest(broker, request);
    const events = await broker.call('tenantAuditor', 'GET', '/api/v1/tenants/acme/events?limit=200');
    const found = await broker.call('approver', 'GET', `/api/v1/grants/${grant}`);
    const count = (events.body as { items: unknown[] }).items.length;
    return { state, reviews, count, grant: (found.body as { state: string }).state };
  }
});

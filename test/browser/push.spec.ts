/** @soak */

import type { BrowserContext, CDPSession, Page, Worker } from 'playwright-core';
import { eventually } from '../support/eventually.js';
import { PushService } from '../support/push-service.js';
import { onlyInSoak } from '../support/samples.js';
import { ask } from './support/access.js';
import { violationsByAllEngines } from './support/axe.js';
import { BrowserSite } from './support/browser-site.js';
import { signInAgain } from './support/passkeys.js';
import { soon } from './support/soon.js';

const PATH = '/api/v1/push-subscriptions';

interface Shown {
  title: string;
  tag: string;
  lang: string;
  data: { path: string };
  actions?: unknown;
}

/** What the worker asked the browser to show and to open. The browser of these tests cannot show notices itself. */
interface Asked {
  shown: Shown[];
  opened: string[];
}

/** The worker of this browser, with what it asks for. It is the real one, and it runs in the real browser. */
class PushWorker {
  private constructor(
    private readonly cdp: CDPSession,
    private readonly worker: Worker,
    private readonly origin: string,
    private readonly registrationId: string,
  ) {}

  static async of(page: Page): Promise<PushWorker> {
    const cdp = await page.context().newCDPSession(page);
    const registrations: { registrationId: string; scopeURL: string }[] = [];
    cdp.on('ServiceWorker.workerRegistrationUpdated', (event) => registrations.push(...event.registrations));
    await cdp.send('ServiceWorker.enable');
    await page.evaluate("navigator.serviceWorker.register('/push-worker.js', { scope: '/push/' })");
    const { origin } = new URL(page.url());
    const known = await eventually('the registration', () =>
      registrations.find(({ scopeURL }) => scopeURL === `${origin}/push/`),
    );
    const worker = await eventually('the worker', () =>
      page
        .context()
        .serviceWorkers()
        .find((each) => each.url() === `${origin}/push-worker.js`),
    );
    await worker.evaluate(`
      self.asked = { shown: [], opened: [] };
      ServiceWorkerRegistration.prototype.showNotification = async (title, options) => {
        self.asked.shown.push({ title, ...options });
      };
      Clients.prototype.openWindow = async (url) => void self.asked.opened.push(url);
      WindowClient.prototype.focus = async function () { self.asked.opened.push('focus ' + this.url); };
    `);
    return new PushWorker(cdp, worker, origin, known.registrationId);
  }

  asked(): Promise<Asked> {
    return this.worker.evaluate<Asked>('self.asked');
  }

  async push(data: string): Promise<void> {
    const { origin, registrationId } = this;
    await this.cdp.send('ServiceWorker.deliverPushMessage', { origin, registrationId, data });
  }

  /** As a browser with this language does that gives its person another subscription. */
  async changeSubscription(language: string): Promise<void> {
    await this.worker.evaluate(`
      Object.defineProperty(self.navigator, 'language', { get: () => '${language}' });
      self.dispatchEvent(Object.assign(new Event('pushsubscriptionchange'), { waitUntil() {} }));
    `);
  }

  /** As a press on a notice with this path. @returns what was opened last */
  async press(path: unknown): Promise<string | undefined> {
    return this.worker.evaluate<string | undefined, unknown>(async (press) => {
      const scope = globalThis as unknown as { asked: Asked; dispatchEvent(event: Event): void };
      scope.asked.opened = [];
      let done: Promise<unknown> = Promise.resolve();
      const notification = { data: press === undefined ? null : { path: press }, close: () => {} };
      const waitUntil = (work: Promise<unknown>) => {
        done = work;
      };
      scope.dispatchEvent(Object.assign(new Event('notificationclick'), { notification, waitUntil }));
      await done;
      return scope.asked.opened.at(-1);
    }, path);
  }
}

/**
 * Lets this browser subscribe at the push service of the test. Its own one is on the internet, and a browser without a screen
 * asks no one for leave.
 */
const subscribesAt = (context: BrowserContext, subscription: object): Promise<unknown> =>
  context.addInitScript(`
    const given = ${JSON.stringify(subscription)};
    const isOn = () => localStorage.getItem('test-subscription') !== null;
    const unsubscribe = async () => localStorage.removeItem('test-subscription');
    const kept = () => (isOn() ? { ...given, toJSON: () => given, unsubscribe } : null);
    let permission = isOn() ? 'granted' : 'default';
    Object.defineProperty(Notification, 'permission', { get: () => permission });
    Notification.requestPermission = async () => (permission = 'granted');
    PushManager.prototype.getSubscription = async () => kept();
    PushManager.prototype.subscribe = async () => {
      localStorage.setItem('test-subscription', 'on');
      return kept();
    };
  `);

/** Whether the broker has this browser's subscription with the session that the page has. */
const isCurrent = `fetch('${PATH}').then((answer) => answer.json()).then(({ items }) => items?.[0]?.current)`;

describe('notices in the browser', () => {
  let site: BrowserSite;
  let service: PushService;
  beforeAll(async () => {
    service = await PushService.start();
    site = await BrowserSite.start(() => {}, { COUNTERSIGN_PUSH_SERVICES: service.origin });
  });
  afterAll(async () => {
    await site.close();
    await service.stop();
  });

  test('the worker shows what was pushed, without buttons, and a press opens a page of this broker alone', async () => {
    const page = await site.signedIn('ada', '/account');
    const worker = await PushWorker.of(page);
    const message = { title: 'A request waits', path: '/requests/req_1', tag: 'req_1', language: 'en' };
    await worker.push(JSON.stringify(message));
    await soon(async () =>
      expect((await worker.asked()).shown).toEqual([
        {
          ...{ title: 'A request waits', tag: 'req_1', lang: 'en', data: { path: '/requests/req_1' } },
          ...{ renotify: true, icon: '/icons/seal-192.png' },
        },
      ]),
    );
    expect(await worker.press('/requests/req_1')).toBe(`${site.url}/requests/req_1`);
    expect(await worker.press('/account')).toBe(`focus ${site.url}/account`);
    const elsewhere = ['//elsewhere.example/', 'https://elsewhere.example/', '/\\elsewhere.example', 'x', 7];
    for (const path of [...elsewhere, 'javascript:alert(1)', undefined])
      expect([path, await worker.press(path)]).toEqual([path, `${site.url}/`]);
  });

  onlyInSoak(() => {
    test('a push that cannot be read is shown without words', async () => {
      const page = await site.signedIn('ada', '/account');
      const worker = await PushWorker.of(page);
      for (const data of ['', 'no JSON', '{"title":7}', 'null']) await worker.push(data);
      await soon(async () => {
        const { shown } = await worker.asked();
        expect(shown.map(({ title, data }) => [title, data.path])).toEqual(
          Array(4).fill(['Countersign', '/']),
        );
      });
    });

    test.each([
      ['en-GB', 'en', 'Notices in this browser have ended. Turn them on again under Account.'],
      ['de-DE', 'de', /^Die Benachrichtigungen in diesem Browser haben geendet/],
    ])(
      'a subscription that the browser (%s) replaces or ends is said to have ended',
      async (locale, language, title) => {
        const page = await site.signedIn('ada', '/account', { locale });
        const worker = await PushWorker.of(page);
        await worker.changeSubscription(locale);
        await soon(async () =>
          expect((await worker.asked()).shown).toEqual([
            expect.objectContaining({
              ...{ title: expect.stringMatching(title), lang: language, data: { path: '/account' } },
            }),
          ]),
        );
      },
    );

    test('the worker is a small script of its own that controls no page, and the pages can be installed as an app', async () => {
      const page = await site.signedIn('ada', '/account');
      await PushWorker.of(page);
      await page.reload();
      await page.getByRole('heading', { level: 1 }).waitFor();
      expect(await page.evaluate('navigator.serviceWorker.controller')).toBeNull();
      const script = await fetch(`${site.url}/push-worker.js`);
      expect(script.headers.get('content-security-policy')).toBe("default-src 'none'; img-src 'self'");
      expect(script.headers.get('cache-control')).toBe('no-cache');
      expect(await script.text()).not.toMatch(/addEventListener\('fetch'|caches|importScripts/);
      const manifest = await fetch(`${site.url}/manifest.webmanifest`);
      expect(manifest.headers.get('content-type')).toBe('application/manifest+json');
      const { icons, display } = (await manifest.json()) as { icons: { src: string }[]; display: string };
      expect([display, icons.length]).toEqual(['standalone', 3]);
      for (const { src } of icons) {
        const icon = await fetch(site.url + src);
        expect([icon.status, icon.headers.get('content-type')]).toEqual([200, 'image/png']);
        expect((await icon.arrayBuffer()).byteLength).toBeLessThan(40_000);
      }
    });
  });

  /** Max turns notices on in a browser of his own, after a fresh sign-in. */
  const turnedOn = async () => {
    const context = await site.context();
    const browser = service.browser('max');
    await subscribesAt(context, browser.subscription);
    const page = await context.newPage();
    await page.goto(`${site.url}/account`);
    await site.signIn(page, 'max');
    const region = page.getByRole('region', { name: 'Browsers that notify me' });
    await region.getByText('Notices are off in this browser.').waitFor();
    await region.getByRole('link', { name: 'To change this, sign in again first.' }).waitFor();
    await signInAgain(page, 'max');
    await region.getByRole('button', { name: 'Notify me in this browser' }).click();
    await region.getByText('Notices are on in this browser.').waitFor();
    await region
      .getByText('Notices are on. You also get a message about this change by mail and in Slack.')
      .waitFor();
    await region.getByRole('row', { name: /This browser/ }).waitFor();
    return { context, page, region };
  };

  test('a person turns it on in this browser after a fresh sign-in; a push for them comes; a sign-out ends it', async () => {
    const { page } = await turnedOn();
    const { id } = await ask(site);
    await eventually('the push', () => service.at('max').find(({ message }) => message['tag'] === id));
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.waitForURL((url) => url.pathname === '/sign-in');
    expect(await page.evaluate("localStorage.getItem('test-subscription')")).toBeNull();
    expect(await site.api('max', 'GET', PATH)).toMatchObject({ items: [] });
  });

  onlyInSoak(() => {
    test('it stays on with another session and on another day, until the person turns it off', async () => {
      const { context, page, region } = await turnedOn();
      expect(await violationsByAllEngines(page)).toEqual([]);
      // Another session, although its sign-in is not fresh: the pushes end with that one.
      await context.clearCookies();
      await page.evaluate("localStorage.removeItem('countersign-organisation')");
      await page.goto(`${site.url}/account`);
      await site.signIn(page, 'max');
      await soon(async () => expect(await page.evaluate(isCurrent)).toBe(true));
      await signInAgain(page, 'max');

      // Another page, or another day: it stays on, and the worker is the same.
      await page.reload();
      await region.getByText('Notices are on in this browser.').waitFor();
      await region.getByRole('button', { name: 'No longer notify me in this browser' }).click();
      await region.getByText('Notices are off in this browser.').waitFor();
      expect(await page.evaluate("localStorage.getItem('test-subscription')")).toBeNull();

      await region.getByRole('button', { name: 'Notify me in this browser' }).click();
      await region.getByText('Notices are on in this browser.').waitFor();
    });

    test('a subscription of someone else in this browser ends when another person signs in', async () => {
      const context = await site.context();
      await subscribesAt(context, service.browser('left-behind').subscription);
      const page = await context.newPage();
      await page.goto(`${site.url}/account`);
      await page.evaluate(`navigator.serviceWorker.register('/push-worker.js', { scope: '/push/' })
        .then(() => localStorage.setItem('test-subscription', 'on'))`);
      await page.reload();
      await site.signIn(page, 'bob');
      await soon(async () =>
        expect(await page.evaluate("localStorage.getItem('test-subscription')")).toBeNull(),
      );
    });

    test('the page says what is in the way: a refusal, a browser that blocks it, one that cannot, a phone that needs the app', async () => {
      const opened = async (script: string) => {
        const context = await site.context();
        await context.addInitScript(script);
        const page = await context.newPage();
        await page.goto(`${site.url}/account`);
        await site.signIn(page, 'bob');
        return page.getByRole('region', { name: 'Browsers that notify me' });
      };
      const permission = (value: string) =>
        `Object.defineProperty(Notification, 'permission', { get: () => '${value}' });`;
      const unable = 'delete window.PushManager; delete window.Notification;';
      const phone = "Object.defineProperty(navigator, 'userAgent', { get: () => 'iPhone' });";
      await (await opened(permission('denied'))).getByText('This browser blocks notices').waitFor();
      await (await opened(unable)).getByText('This browser cannot show notices').waitFor();
      await (await opened(unable + phone)).getByText('Add this page to the home screen').waitFor();
    });
  });
});

/** @soak */

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import type { Page, Route } from 'playwright-core';
import { build } from 'vite';
import { writePushMessage } from '../../apps/broker/src/push/push-message.js';
import type { sendPage } from '../../apps/gateway/src/browser/browser-page.js';
import { writeMail } from '../../libs/mail/src/access-mail.js';
import { requestCard } from '../../libs/slack/src/messages/request-card.js';
import { sampleFacts } from '../factories/card-facts.js';
import { walk } from '../fakes/slack/show/alive.js';
import { inPseudoLanguage, pseudoLanguage, wordsOutside } from '../support/pseudo-language.js';
import { root } from '../support/root.js';
import { onlyInSoak } from '../support/samples.js';
import { waiting } from './support/access.js';
import { BrowserSite } from './support/browser-site.js';

/** Names, identifiers, what people wrote, and marks of Slack. */
const DATA =
  /Erin Okafor|Ada Moreau|Acme( Corp)?|Northwind Cloud|[Bb]illing|invoices\/\*: list, read|Case 4711[^⟦\n]*|the totals differ\.|CASE-4711|https?:\S+|UTC|Countersign|<!date\^\d+\^[^|]*\||English/g;
/** What the locale writes: durations, times and lists. */
const OF_LOCALE =
  /\b(Std|Min|Sekunden?|Stunden?|Minuten?|Tage?n?|Uhr|MEZ|November|Dezember|Nov|Dez|Mo|Di|Mi|Do|Fr|Sa|So|oder|und)\b\.?/g;
const outside = (text: string) => wordsOutside(text.replace(OF_LOCALE, ' '), DATA);

interface Sources {
  writeMail: typeof writeMail;
  requestCard: typeof requestCard;
  writePushMessage: typeof writePushMessage;
  sendPage: typeof sendPage;
  browserTexts: Record<'de', { noBroker: { title: string; text: string } }>;
}

describe('in a pseudo-language, each text of', () => {
  let sources: Sources;
  beforeAll(async () => {
    sources = await inPseudoLanguage<Sources>({
      'libs/mail/src/access-mail.ts': ['writeMail'],
      'libs/slack/src/messages/request-card.ts': ['requestCard'],
      'apps/broker/src/push/push-message.ts': ['writePushMessage'],
      'apps/gateway/src/browser/browser-page.ts': ['sendPage'],
      'apps/gateway/src/browser/browser-texts.ts': ['browserTexts'],
    });
  }, 120_000);

  const mailOf = (write: typeof writeMail) =>
    write(
      {
        ...{ kind: 'request.awaiting_customer', at: '2026-11-24T15:00:00Z' },
        ...{ requester: 'Erin Okafor', tenant: 'Acme Corp', service: 'billing' },
        scope: [{ resource: 'invoices/*', actions: ['list', 'read'] }],
        hidden: { fields: ['/iban'], unmasked: true },
        ...{ seconds: 5_400, requestedSeconds: 5_400 },
        ...{ justification: 'Case 4711:\nthe totals differ.', texts: { ticket: 'CASE-4711' }, change: null },
        lapsesAt: '2026-11-25T03:00:00Z',
        requested: { startsAt: null, useBy: null, isExtension: false },
        ...{ grant: null, crossing: null, dueAt: null, said: null, by: null, blocked: null },
        link: 'http://localhost:4000/requests/req_1',
      },
      { language: 'de', zone: 'UTC' },
    );

  test('a mail is in brackets', () => {
    const { subject, text } = mailOf(sources.writeMail);
    expect(outside(`${subject}\n${text}`)).toEqual([]);
    expect(text).toContain('⟦');
    // The same without: the words are seen.
    expect(outside(mailOf(writeMail).text).length).toBeGreaterThan(20);
  });

  test('a Slack card is in brackets', () => {
    const { text, blocks } = sources.requestCard(
      sampleFacts({ language: 'de' }),
      'approver',
      'https://c.example',
    );
    const texts = [text];
    walk(blocks, ({ type, text: shown }) => {
      if (type === 'plain_text' || type === 'mrkdwn') texts.push(String(shown));
    });
    expect(outside(texts.join('\n'))).toEqual([]);
    expect(texts.length).toBeGreaterThan(10);
  });

  test('a push is in brackets', () => {
    const { title } = sources.writePushMessage(
      { kind: 'request.awaiting_customer', subject: 'req_1' },
      { request: 'req_1', side: 'acme', language: 'de' },
    );
    expect(title).toMatch(/^⟦A request .*⟧$/);
  });

  test('a page of the gateway is in brackets', () => {
    let page = '';
    const send = (_status: number, _fields: unknown, body: string) => {
      page = body;
    };
    const response = { hasBegun: false, isGone: false, send };
    const words = sources.browserTexts.de.noBroker;
    sources.sendPage(response as never, 'de', { status: 502, ...words, detail: '-' });
    const shown = page.replace(/<style>.*?<\/style>/, '').replaceAll(/<[^>]*>/g, '\n');
    expect(outside(shown)).toEqual([]);
    expect(shown).toContain(words.title);
  });

  // Building the pages takes half a minute.
  onlyInSoak(() => {
    describe('the pages:', () => {
      const tables = { count: 0 };
      let folder: string;
      let site: BrowserSite;
      beforeAll(async () => {
        folder = await mkdtemp(join(tmpdir(), 'pseudo-pages-'));
        const config = join(root, 'apps/web/vite.config.ts');
        const outDir = { outDir: folder, emptyOutDir: true, minify: false, reportCompressedSize: false };
        await build({
          configFile: config,
          logLevel: 'error',
          oxc: { jsx: { runtime: 'automatic', importSource: '@countersign/web', development: false } },
          plugins: [pseudoLanguage(tables)],
          build: outDir,
        });
        site = await BrowserSite.start();
      }, 240_000);
      afterAll(async () => {
        await site.close();
        await rm(folder, { recursive: true });
      });

      const TYPES: Record<string, string> = {
        '.js': 'text/javascript',
        '.svg': 'image/svg+xml',
        '.woff2': 'font/woff2',
      };
      /** The broker answers for its API, and the folder for the pages. */
      const serve = async (route: Route) => {
        const { pathname } = new URL(route.request().url());
        if (/^\/(api|auth)\//.test(pathname)) return route.continue();
        const isFile = pathname.startsWith('/assets/');
        const body = await readFile(join(folder, isFile ? pathname : 'index.html'));
        return route.fulfill({
          body,
          contentType: isFile ? (TYPES[extname(pathname)] ?? 'text/plain') : 'text/html',
        });
      };
      const textsOf = (page: Page) => page.evaluate<string>('document.body.innerText');

      test('a decision is in brackets', async () => {
        const request = await waiting(site);
        const page = await site.signedIn('ada', '/inbox', { locale: 'de-DE' });
        await page.context().route('**/*', serve);
        await page.goto(`${site.url}/requests/${request.id}`);
        await page.getByRole('heading', { level: 1 }).waitFor();
        await page.locator('.skeleton').first().waitFor({ state: 'detached' });
        const shown = await textsOf(page);
        expect(outside(shown)).toEqual([]);
        expect(shown.length).toBeGreaterThan(500);
        expect(tables.count).toBeGreaterThan(80);
      });
    });
  });
});

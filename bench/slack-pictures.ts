import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Page } from 'playwright-core';
import { smallOrganisation } from '../test/factories/small-organisation.js';
import type { Message } from '../test/fakes/slack/messages.js';
import type { OpenView } from '../test/fakes/slack/model.js';
import type { Person } from '../test/fakes/slack/people/person.js';
import { htmlMessage, htmlPage, htmlView } from '../test/fakes/slack/show/html.js';
import { eventually } from '../test/support/eventually.js';
import { root } from '../test/support/root.js';
import { Closing } from './support/closing.js';
import { sqlite } from './support/engines.js';
import { SlackSite } from './support/slack-site.js';

/**
 * `node dist/bench/slack-pictures.js`: plays one request in the stand-in Slack against a real broker and draws what
 * people would see, from the real payloads, into `docs/images/slack-*.webp`.
 */
const REASON = 'Case 4711: the total of an invoice is wrong';
const WIDTH = 680;
const FINDER = 'test/browser/support/find-chromium.mjs';

async function main(closing: Closing): Promise<void> {
  const organisation = smallOrganisation();
  organisation.vendor.slack = { teamId: 'T0VENDOR', channelId: 'C0REVIEWS' };
  for (const tenant of organisation.tenants.slice(0, 1)) {
    tenant.slack = { teamId: 'T0ACME', channelId: 'C0LOCKBOX' };
    tenant.privacyControls.slackMayApprove = ['list', 'read'];
  }
  const site = await SlackSite.start(closing, organisation, await sqlite.database(closing));
  const { slack } = site;
  const vendor = slack.workspace('T0VENDOR', { name: 'Northwind Cloud' });
  const acme = slack.workspace('T0ACME', { name: 'Acme Corp' });
  const erin = vendor.user('U0ERIN', { name: 'erin', realName: 'Erin Okafor', zone: 'Europe/London' });
  const max = vendor.user('U0MAX', { name: 'max', realName: 'Max Lind', zone: 'Europe/London' });
  const ada = acme.user('U0ADA', { name: 'ada', realName: 'Ada Moreau', zone: 'Europe/Paris' });
  const reviews = vendor.channel('C0REVIEWS', { name: 'access-reviews' });
  const lockbox = acme.channel('C0LOCKBOX', { name: 'lockbox' });
  for (const workspace of [vendor, acme]) await site.install(workspace);
  vendor.invite(reviews);
  acme.invite(lockbox);
  await site.link('erin@northwind.example', erin);
  await site.link('max@northwind.example', max);
  await site.link('ada@acme.example', ada);
  const draw = await drawer(closing);
  const view = (view: OpenView, reader: Person) => htmlView(slack.world, view, { zone: reader.member.zone });
  const message = (shown: Message, reader: Person) =>
    htmlMessage(slack.world, shown, { zone: reader.member.zone }, slack.thread(shown));
  const standing = (channel: string | undefined, holds: string, reader: Person) =>
    eventually(`${holds} in ${channel}`, () =>
      slack.roots(String(channel)).find((each) => reader.reads(each).includes(holds)),
    );

  await erin.slash('/access');
  const form = await eventually('the form', () =>
    erin.view?.type === 'modal' && erin.view.content['submit'] ? erin.view : null,
  );
  await erin.choose(form, 'tenant', 'acme');
  await erin.choose(form, 'what', ['list invoices', 'read any invoice']);
  await eventually('what will be needed', () => erin.reads(form).includes('This can be requested'));
  await erin.choose(form, 'reason', REASON);
  await draw('ask', view(form, erin));
  await erin.submit(form);

  await max.click(await standing(reviews.id, REASON, max), 'Approve');
  const card = await standing(lockbox.id, REASON, ada);
  await draw('approve', message(card, ada));
  await ada.click(card, 'Approve');
  const mine = await standing(erin.direct?.id, 'npx countersign', erin);
  await eventually('the news', () => slack.thread(mine).length >= 3);
  await draw('granted', message(mine, erin));
  await ada.click(card, 'Stop access');
  const stop = await eventually('the form', () => (ada.view?.content['submit'] ? ada.view : null));
  await ada.submit(stop, { reason: 'The case is closed' });
  await eventually('the end', () => ada.reads(card).includes('Access was stopped'));
  await eventually('the end in the thread', () =>
    slack.thread(card).some((each) => ada.reads(each).includes('Access was stopped')),
  );
  await draw('stopped', message(card, ada));
}

/** Draws a part of a page into a file. */
async function drawer(closing: Closing): Promise<(name: string, html: string) => Promise<void>> {
  const { findChromium } = (await import(pathToFileURL(join(root, FINDER)).href)) as {
    findChromium(): Promise<string>;
  };
  const args = ['--no-sandbox', '--font-render-hinting=none', '--hide-scrollbars'];
  const browser = await chromium.launch({ executablePath: await findChromium(), args });
  closing.add(() => browser.close());
  const page = await browser.newPage({ viewport: { width: WIDTH, height: 400 }, deviceScaleFactor: 1.5 });
  return async (name, html) => {
    await page.setContent(htmlPage(html));
    await writeFile(join(root, `docs/images/slack-${name}.webp`), await webp(page));
    process.stderr.write(`pictures: slack-${name}.webp\n`);
  };
}

/** Playwright itself knows PNG and JPEG alone. */
async function webp(page: Page): Promise<Buffer> {
  const height = await page.evaluate(
    'Math.ceil(document.querySelector("main").getBoundingClientRect().height)',
  );
  const session = await page.context().newCDPSession(page);
  const { data } = await session.send('Page.captureScreenshot', {
    format: 'webp',
    quality: 80,
    captureBeyondViewport: true,
    clip: { x: 0, y: 0, width: WIDTH, height: Number(height), scale: 1 },
  });
  return Buffer.from(data, 'base64');
}

const closing = new Closing();
try {
  await main(closing);
} catch (error) {
  process.stderr.write(`error[pictures_failed]: ${error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 1;
} finally {
  await closing.closeAll();
}

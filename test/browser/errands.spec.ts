/** @soak */

import { text as textOf } from 'node:stream/consumers';
import type { Route } from 'playwright-core';
import { eventually } from '../support/eventually.js';
import { onlyInSoak } from '../support/samples.js';
import { call, grant, token } from './support/access.js';
import { BrowserSite } from './support/browser-site.js';
import { cutOff } from './support/layout.js';
import { signInAgain } from './support/passkeys.js';
import { gone, PATIENCE_MS, soon } from './support/soon.js';

const CONTROLS = '/api/v1/tenants/acme/privacy-controls';

/** What a clock in the zone shows at this instant: `15:03`. */
const clockIn = (timeZone: string, at: string): RegExp =>
  new RegExp(
    `\\b${new Intl.DateTimeFormat('en-GB', { timeStyle: 'short', timeZone }).format(new Date(at))}\\b`,
  );

describe('everyday tasks on the other pages', () => {
  let site: BrowserSite;

  beforeAll(async () => {
    site = await BrowserSite.start();
  });
  afterAll(() => site.close());

  test('the security admin stops one access from the list, with a reason', async () => {
    const id = await grant(site);
    const page = await site.signedIn('sam', '/security');
    const open = page.getByRole('region', { name: 'Access now' });
    await open.getByRole('button', { name: 'Stop', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'Stop this access' });
    await dialog.getByRole('button', { name: 'Stop access' }).click();
    await dialog.getByText('Give a reason.').waitFor();
    await dialog.getByLabel('Why? The log keeps your answer.').fill('Not what the case needs.');
    await dialog.getByRole('button', { name: 'Stop access' }).click();
    await dialog.waitFor({ state: 'detached' });
    await open.getByText('Nothing is open').waitFor();
    const ended = await site.api<{ state: string; endReason: string }>('erin', 'GET', `/api/v1/grants/${id}`);
    expect(ended).toMatchObject({ state: 'ended', endReason: 'revoked' });
  });

  test('an admin changes a person’s name and roles, and a press outside closes the dialog', async () => {
    const page = await site.signedIn('ada', '/people');
    const change = page.getByRole('row', { name: /Bob Chen/ }).getByRole('button', { name: 'Change' });
    // The second press of a double press lands on the dialog that the first one opened, outside of its sheet: it stays open.
    await change.dblclick();
    const dialog = page.getByRole('dialog', { name: 'Change Bob Chen' });
    expect(await dialog.count()).toBe(1);
    // A press that begins in the dialog and ends outside, as when text is selected, does not close it. A press outside does.
    await dialog.getByRole('heading').hover();
    await page.mouse.down();
    await page.mouse.move(2, 2);
    await page.mouse.up();
    expect(await dialog.count()).toBe(1);
    await page.mouse.click(2, 2);
    await dialog.waitFor({ state: 'detached' });
    await change.click();
    await dialog.getByLabel('Name').fill('Bob Chen-Diaz');
    await dialog.getByRole('checkbox', { name: 'Read everything' }).check();
    // While it is being saved, the dialog stays open: it shows the error, if there is one. At a second Escape in a row the browser
    // closes it without asking the page, and it opens again.
    let saving: Route | undefined;
    const keep = (route: Route) => {
      saving = route;
    };
    await page.route(/\/tenants\/acme\/people\/usr_/, keep, { times: 1 });
    const save = dialog.getByRole('button', { name: 'Save' });
    await save.click();
    await soon(async () => expect(saving).toBeDefined());
    // The request may leave before the page shows that it is being saved.
    await save.and(page.locator('[aria-busy]')).waitFor();
    for (const close of [() => page.keyboard.press('Escape'), () => page.mouse.click(2, 2)]) {
      await close();
      await close();
      await dialog.and(page.locator(':modal')).waitFor();
      // Back does nothing now.
      await dialog.getByRole('button', { name: 'Back' }).click({ force: true });
    }
    await saving?.abort();
    await dialog.getByText('Countersign cannot be reached.').waitFor();
    await save.click();
    await page
      .getByRole('row', { name: /Bob Chen-Diaz/ })
      .getByText('Approver, Auditor')
      .waitFor();
    const { items } = await site.api<{ items: { name: string; roles: string[] }[] }>(
      'ada',
      'GET',
      '/api/v1/tenants/acme/people',
    );
    expect(items.find(({ name }) => name === 'Bob Chen-Diaz')?.roles).toEqual(['approver', 'auditor']);
  });

  /** The page of the controls, and what it says when they are saved. */
  const controls = async () => {
    const page = await site.signedIn('ada', '/controls');
    const longest = page.getByLabel('Longest access, in minutes');
    const save = page.getByRole('button', { name: 'Save these controls' });
    const said = page.getByText('Saved. These controls apply to new requests and decisions.');
    return { page, longest, save, said };
  };

  test('an admin saves the controls, and the page says so', async () => {
    const { page, longest, save, said } = await controls();
    await longest.fill('45');
    await save.click();
    await said.waitFor();
    await save.and(page.locator(':focus')).waitFor();
    expect(await site.api('ada', 'GET', CONTROLS)).toMatchObject({ maxDuration: 'PT45M' });
  });

  onlyInSoak(() => {
    test('a person chooses which notices arrive and the clock of their messages; a duty keeps a way, and an old sign-in only reads', async () => {
      const page = await (await site.context()).newPage();
      await page.goto(`${site.url}/account`);
      await site.signIn(page, 'bob');
      const notices = page.getByRole('region', { name: 'Notices' });
      const way = (topic: string, name: RegExp) =>
        notices.getByRole('group', { name: topic }).getByRole('checkbox', { name });
      const save = notices.getByRole('button', { name: 'Save the notices' });
      const expectReadOnly = async () => {
        await notices.getByRole('link', { name: 'To change this, sign in again first.' }).waitFor();
        // The page asks for it once, whatever needs it.
        expect(await page.getByRole('button', { name: 'Sign in again' }).count()).toBe(1);
        expect(await way('What others decided', /^Mail/).isDisabled()).toBe(true);
        // A form that nothing submits would be an error for a reader of forms (WCAG 3.2.2, technique H32).
        expect([await save.count(), await notices.locator('form').count()]).toEqual([0, 0]);
      };
      await expectReadOnly();
      await page.setViewportSize({ width: 360, height: 740 });
      const clock = notices.getByLabel('Time zone of your messages and pages');
      expect(await cutOff(clock)).toBe(0);
      await notices.getByText('At your last sign-in, your browser said Europe/Berlin.').waitFor();
      await signInAgain(page, 'bob');
      await save.waitFor();
      await way('What others decided', /^Mail/).uncheck();
      for (const name of [/^Mail/, /^Slack/]) await way('What waits for you', name).uncheck();
      await notices.getByText('Choose mail or Slack for this.').waitFor();
      expect(await save.isDisabled()).toBe(true);
      await way('What waits for you', /^Mail/).check();
      await clock.selectOption('Asia/Tokyo');
      await save.click();
      await notices.getByText('Saved. If less reaches you now').waitFor();
      expect(await site.api('bob', 'GET', '/api/v1/preferences')).toMatchObject({
        ...{ zone: 'Asia/Tokyo', notices: { decide: ['mail', 'push'], decided: ['slack', 'push'] } },
      });

      // An hour later.
      await page.clock.setFixedTime(Date.now() + 3_600_000);
      await page.reload();
      await expectReadOnly();
      expect(await way('What others decided', /^Mail/).isChecked()).toBe(false);
    });

    test('pages show their times in the zone that the person has chosen, and say which, in both languages', async () => {
      const id = await grant(site);
      const { startsAt } = await site.api<{ startsAt: string }>('ada', 'GET', `/api/v1/grants/${id}`);
      // In the browser's zone, Berlin, no page names a zone beside the name.
      const page = await site.signedIn('ola', `/grants/${id}/receipt`);
      // The header of the printed page, which is hidden here, may name the same minute.
      const shown = (clock: RegExp) => page.getByText(clock).filter({ visible: true }).first().waitFor();
      await shown(clockIn('Europe/Berlin', startsAt));
      await gone(page.getByText(/^Times in/));

      const own = await (await site.context()).newPage();
      await own.goto(`${site.url}/account`);
      await site.signIn(own, 'ola');
      await own.getByRole('button', { name: 'Sign in again' }).waitFor();
      await signInAgain(own, 'ola');
      await own.getByLabel('Time zone of your messages and pages').selectOption('Asia/Tokyo');
      await own.getByRole('button', { name: 'Save the notices' }).click();
      await own.getByText('Times in Asia/Tokyo').waitFor();

      await page.reload();
      await page.getByText('Times in Asia/Tokyo').waitFor();
      await shown(clockIn('Asia/Tokyo', startsAt));
      await gone(page.getByText(/ CES?T\b/));
      await page.getByRole('button', { name: 'Deutsch' }).click();
      await page.getByText('Zeiten in Asia/Tokyo').waitFor();
      await shown(clockIn('Asia/Tokyo', startsAt));
      await gone(page.getByText(/ MES?Z\b/));

      // A day of a filter is a day in Tokyo.
      const filtered = page.waitForRequest(/\/api\/v1\/requests\?.*from=/);
      await page.goto(`${site.url}/history?from=2026-10-25&to=2026-10-25`);
      const asked = new URL((await filtered).url()).searchParams;
      expect([asked.get('from'), asked.get('to')]).toEqual([
        '2026-10-24T15:00:00.000Z',
        '2026-10-25T15:00:00.000Z',
      ]);
    }, 120_000);

    test('a draft of the controls survives another person’s change and never overwrites it', async () => {
      const { page, longest, save, said } = await controls();
      const gatewayOnly = page.getByRole('checkbox', { name: 'Only through the gateway itself' });
      await gatewayOnly.check();
      await page.getByText('What narrows applies at once.').waitFor();
      await save.click();
      await said.waitFor();
      expect(await site.api('ada', 'GET', CONTROLS)).toMatchObject({ requireGateway: true });

      // The draft is first: the page would show what someone else saves before it.
      await longest.fill('30');
      await gone(said);
      const theirs = await site.api<object>('ada', 'GET', CONTROLS);
      await site.api('ada', 'PUT', CONTROLS, { ...theirs, maxDuration: 'PT20M' });
      await save.click();
      await page.getByText('Someone else has changed these controls.').waitFor();
      expect(await longest.inputValue()).toBe('30');
      expect(await site.api('ada', 'GET', CONTROLS)).toMatchObject({ maxDuration: 'PT20M' });
      await page.getByRole('button', { name: 'Discard my changes and show the present controls' }).click();
      await soon(async () => expect(await longest.inputValue()).toBe('20'));
      await save.and(page.locator(':focus')).waitFor();

      // Or the reader keeps these changes. All else is as the other person has saved it.
      const { forbid } = await site.api<{ forbid: object[] }>('ada', 'GET', CONTROLS);
      const more = [...forbid, { service: 'billing', resource: 'invoices/secret', actions: ['*'] }];
      await longest.fill('');
      await site.api('ada', 'PUT', CONTROLS, {
        ...(await site.api<object>('ada', 'GET', CONTROLS)),
        ...{ forbid: more, maxDuration: 'PT25M' },
      });
      await save.click();
      await page.getByRole('button', { name: 'Keep my changes on top of the present controls' }).click();
      await page.getByText('You both have changed Longest access, in minutes.').waitFor();
      expect(await longest.inputValue()).toBe('');
      await save.click();
      await said.waitFor();
      expect(await site.api('ada', 'GET', CONTROLS)).toMatchObject({ forbid: more, maxDuration: null });
      await site.api('ada', 'PUT', CONTROLS, {
        ...(await site.api<object>('ada', 'GET', CONTROLS)),
        ...{ forbid },
      });

      // On a phone, a choice that is too long for one line has a second one.
      await page.setViewportSize({ width: 360, height: 740 });
      await page.getByRole('button', { name: 'Add a rule of supervision' }).click();
      const counted = page.getByLabel('What is counted');
      const oneLine = (await counted.boundingBox())?.height ?? 0;
      await counted.selectOption({ label: 'Tokens fetched from another country than the terms state' });
      expect((await counted.boundingBox())?.height).toBeGreaterThan(oneLine + 15);
    });

    test('an admin writes a rule with plain controls: the page says what it ends, what it would have refused, and what is wrong', async () => {
      const id = await grant(site);
      const page = await site.signedIn('ada', '/controls');
      const press = async (name: string) => {
        await page.getByRole('button', { name, exact: true }).and(page.locator(':enabled')).press('Enter');
        // A button that disappears gives the focus away in a timer, which must not take it from the next one.
        await page.evaluate('new Promise((resolve) => setTimeout(resolve))');
      };
      await press('Add a rule');
      const rule = page.getByRole('listitem').filter({ hasText: '1. Every access' });
      await press('Remove: Approvals that a request needs');
      await press('Add: Actions');
      await rule.getByRole('group', { name: 'Actions' }).getByText('Choose at least one.').waitFor();
      const save = page.getByRole('button', { name: 'Save these controls' });
      await save.and(page.locator(':disabled')).waitFor();
      // The place of an error is a button: it opens the card and moves the focus to the control.
      await press('Done: Rules for some requests, 1');
      const actions = rule.getByRole('group', { name: 'Actions' });
      await actions.waitFor({ state: 'detached' });
      await press('Rules for some requests 1, Actions');
      await actions.and(page.locator(':focus')).waitFor();
      await rule.getByRole('checkbox', { name: 'read' }).press('Space');
      await press('Add: Ticket');
      await press('Add: Longest access, in minutes');
      const longest = rule.getByRole('textbox', { name: 'Longest access, in minutes' });
      await longest.fill('10');
      await longest.press('Enter');
      await rule.getByText('at most 10 minutes; a ticket such as CASE-####.').waitFor();
      const review = page.getByRole('region', { name: 'Your changes' });
      await review.getByText('It ends 1 access:').waitFor();
      await review.getByText('ticket_required').first().waitFor();
      // Enter in a field saves nothing.
      expect(await site.api('ada', 'GET', CONTROLS)).not.toHaveProperty('rules');

      // As JSON: it says the same, invalid text is kept, and a member that the page does not know stays in the document.
      await page.getByRole('tab', { name: 'Controls' }).press('ArrowRight');
      const json = page.getByLabel('The privacy controls as JSON');
      const text = await json.inputValue();
      expect(JSON.parse(text)).toMatchObject({
        rules: [{ actions: ['read'], ticket: { patterns: ['CASE-####'] } }],
      });
      await json.fill(`${text} oops`);
      await page.getByRole('tab', { name: 'JSON (advanced)' }).press('ArrowLeft');
      await press('Go on with the JSON');
      expect(await json.inputValue()).toBe(`${text} oops`);
      await json.fill(text.replace('"rules"', '"moon": "full",\n  "rules"'));
      await page.getByRole('tab', { name: 'JSON (advanced)' }).press('ArrowLeft');
      await page.getByText('This page has no controls for moon.').waitFor();
      await review.getByText('invalid_request').waitFor();
      await page.getByRole('tab', { name: 'Controls' }).press('ArrowRight');
      await json.fill(text);

      await press('Save these controls');
      await page.getByText('Saved. These controls apply to new requests and decisions.').waitFor();
      const ended = await site.api<object>('erin', 'GET', `/api/v1/grants/${id}`);
      expect(ended).toMatchObject({ state: 'ended', endReason: 'revoked' });
      await page.getByRole('tab', { name: 'JSON (advanced)' }).press('ArrowLeft');
      await press('Remove: Rules for some requests, 1');
      await page.locator('button:focus', { hasText: 'Add a rule' }).waitFor();
      await press('Undo');
      await rule.waitFor();
      await press('Remove: Rules for some requests, 1');
      await rule.waitFor({ state: 'detached' });
      await review.getByText('What widens applies at once').waitFor();
      await press('Save these controls');
      await review.waitFor({ state: 'detached' });
      expect(await site.api('ada', 'GET', CONTROLS)).not.toHaveProperty('rules');
    });

    test('an approver lets an access go on that a rule of supervision has paused', async () => {
      const before = await site.api<object>('ada', 'GET', CONTROLS);
      const supervision = [{ name: 'bulk-read', over: 1, within: 'PT5M', do: 'pause' }];
      await site.api('ada', 'PUT', CONTROLS, { ...before, supervision });
      const bearer = await token(site, await grant(site));
      await call(site, bearer, '/tenants/acme/invoices/inv-9', 200);
      await call(site, bearer, '/tenants/acme/invoices/inv-9', 403);
      const page = await site.signedIn('ada', '/access');
      await page.getByText('Rule “bulk-read” of the customer').waitFor();
      // The broker counts a call when its record arrives, so the loop above may have made some more.
      await page.getByText(/^Calls in the last minute: ([2-9]|\d\d)/).waitFor();
      await page.getByRole('button', { name: 'Let it go on' }).click();
      await page.getByRole('heading', { name: 'Open now' }).waitFor();
      await call(site, bearer, '/tenants/acme/invoices/inv-9', 200);
      const { supervision: _rules, ...without } = await site.api<Record<string, unknown>>(
        'ada',
        'GET',
        CONTROLS,
      );
      await site.api('ada', 'PUT', CONTROLS, without);
    });

    test('calls are exported as a file; a day has its length in the reader’s time zone', async () => {
      const id = await grant(site);
      await call(site, await token(site, id), '/tenants/acme/invoices/inv-9', 200);
      await eventually(
        'the call is recorded',
        async () => {
          const path = `/api/v1/tenants/acme/access-records?grant=${id}`;
          const { items } = await site.api<{ items: { decision: string }[] }>('ada', 'GET', path);
          return items.some(({ decision }) => decision === 'allowed');
        },
        PATIENCE_MS,
      );
      const page = await site.signedIn('ada', '/history');
      const file = page.waitForEvent('download');
      await page.getByText('Export calls').click();
      const calls = page.locator('details', { hasText: 'Export calls' });
      await calls.getByRole('button', { name: 'CSV for spreadsheets' }).click();
      const text = await textOf(await (await file).createReadStream());
      expect(text.split('\r\n')[0]).toMatch(/^"at","person","personName","grant",/);
      expect(text).toContain('"Erin Okafor"');
      expect(text).toContain('/tenants/acme/invoices/inv-9');

      // In Berlin this day has 25 hours: summer time ends.
      await page.getByLabel('From').fill('2026-10-25');
      await page.getByLabel('To (inclusive)').fill('2026-10-25');
      const ofThatDay = page.waitForRequest(/access-records\?.*from=/);
      await calls.getByRole('button', { name: 'JSON Lines' }).click();
      const { searchParams } = new URL((await ofThatDay).url());
      expect([searchParams.get('from'), searchParams.get('to')]).toEqual([
        '2026-10-24T22:00:00.000Z',
        '2026-10-25T23:00:00.000Z',
      ]);
    });
  });

  /** Ada adds a receiver of the log, whose address the broker refuses. */
  const addReceiver = async () => {
    const page = await site.signedIn('ada', '/history');
    const streams = page.getByRole('region', { name: 'Stream the log to your SIEM' });
    await streams.getByText('The log is streamed nowhere yet.').waitFor();
    await streams.getByLabel('Kind').selectOption({ label: 'JSON Lines (HTTPS)' });
    await streams.getByLabel('Content').selectOption({ label: 'OCSF 1.8.0' });
    await streams.getByLabel('Name').fill('Our SIEM');
    await streams.getByLabel('Address').fill('https://169.254.169.254/logs');
    await streams.getByRole('button', { name: 'Add receiver' }).click();
    await streams.getByText(/^whsec_/).waitFor();
    return streams;
  };

  onlyInSoak(() => {
    test('an admin streams the log to a SIEM: the secret is shown once, and removing ends it', async () => {
      const streams = await addReceiver();
      await streams.getByRole('button', { name: 'I have kept it' }).click();
      await streams.getByText(/^whsec_/).waitFor({ state: 'detached' });
      const row = streams.getByRole('row', { name: /Our SIEM/ });
      await row.getByText('JSON Lines (HTTPS) · OCSF').waitFor();
      await row.getByRole('button', { name: 'Remove Our SIEM' }).click();
      await streams.getByText('The log is streamed nowhere yet.').waitFor();
    });

    test('a receiver that fails is shown with a code', async () => {
      const streams = await addReceiver();
      const row = streams.getByRole('row', { name: /Our SIEM/ });
      await row.getByText('Failed: unreachable').waitFor();
      await row.getByRole('button', { name: 'Remove Our SIEM' }).click();
      await streams.getByText('The log is streamed nowhere yet.').waitFor();
    });
  });
});

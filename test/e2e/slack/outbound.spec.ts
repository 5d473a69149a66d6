/**
 * @soak
 * @alone
 */

import { createHash } from 'node:crypto';
import { applyOrganisation } from '@countersign/access';
import { waitForOwner } from '../../factories/organisation.js';
import { alive } from '../../fakes/slack/show/alive.js';
import { onBusyMachine } from '../../support/deadline.js';
import { eventually } from '../../support/eventually.js';
import { onlyInSoak } from '../../support/samples.js';
import { makeGrant, makeRequest, review } from '../story.js';
import { places, SlackWorld } from './slack-world.js';

const HOUR = 3_600;

let world: SlackWorld;
beforeAll(async () => {
  world = await (await SlackWorld.start()).settle();
});
afterAll(() => world.close());
beforeEach(() => world.told());

let cases = 0;
/** A request by its own words, with its card where the customer is asked. */
async function asked() {
  cases += 1;
  const words = `Case ${1_000 + cases}: a total is wrong`;
  const request = await makeRequest(world.broker, 'engineer', { justification: words });
  await review(world.broker, 'reviewer', request);
  const card = await world.card(world.lockbox, words);
  return { request, words, card };
}
const cancel = (id: string) => world.broker.call('engineer', 'POST', `/api/v1/requests/${id}/cancel`);
const cardsOf = (words: string) =>
  world.slack.roots(world.lockbox.id).filter((message) => world.people.ada.reads(message).includes(words));
const settled = (recipient: string, error: string) =>
  eventually(`${error} for ${recipient}`, async () =>
    (await world.deliveries(recipient)).find(({ lastError }) => lastError === error),
  );

describe('what goes out to Slack', () => {
  test('P7: down for an hour, nothing is lost, nothing doubled, the order kept, and no one waits for it', async () => {
    world.slack.troubles.down();
    const began = performance.now();
    const { grant } = await makeGrant(world.broker, 'engineer', { justification: 'Case 7: down' });
    await world.broker.call('approver', 'POST', `/api/v1/grants/${grant}/revocation`, {
      body: { reason: 'enough' },
    });
    expect((await world.broker.call('engineer', 'GET', '/api/v1/requests')).status).toBe(200);
    expect(performance.now() - began).toBeLessThan(onBusyMachine(5_000));
    await settled('C:acme', 'slack_unreachable');
    expect(cardsOf('Case 7')).toEqual([]);
    world.broker.clock.advance(HOUR);
    world.slack.troubles.up();
    const card = await world.later('the card', () => cardsOf('Case 7')[0]);
    await world.later('the end', () =>
      world.thread(card).some((line) => line.includes('Access was stopped')),
    );
    await world.told();
    expect(cardsOf('Case 7')).toHaveLength(1);
    expect(world.people.ada.reads(card)).toContain('Access was stopped');
    const lines = world.thread(card);
    expect(new Set(lines).size).toBe(lines.length);
    expect(lines.at(-1)).toContain('Access was stopped');
  });

  onlyInSoak(() => {
    test('a practice reaches each linked approver directly, marked as practice, with one link and no button', async () => {
      expect((await world.broker.call('approver', 'POST', '/api/v1/tenants/acme/practices')).status).toBe(
        201,
      );
      for (const who of ['approver', 'secondApprover'] as const)
        await eventually(`a practice message for ${who}`, async () =>
          (await world.deliveries(`U:${world.broker.persons[who]}`)).some(
            ({ state }) => state === 'delivered',
          ),
        );
      expect(cardsOf('Practice')).toEqual([]);
    });

    test('an exact change that is proposed beside a request is in its thread, with its own buttons', async () => {
      const { request, card } = await asked();
      const body = '{"status":"open"}';
      const change = {
        // Not a write: in this organisation a write needs a passkey.
        ...{ method: 'GET', path: '/tenants/acme/invoices/7', contentType: 'application/json' },
        bodySha256: `sha256:${createHash('sha256').update(body).digest('hex')}`,
      };
      const proposed = await makeRequest(world.broker, 'engineer', {
        ...{ scope: [{ resource: 'invoices/7', actions: ['read'] }], budget: { calls: 1 }, change },
        justification: 'Case: the proposed change',
        shown: { body, follows: request.id },
      });
      await review(world.broker, 'reviewer', proposed);
      await world.later('the change in the thread', () =>
        world.thread(card).some((line) => line.includes('/status: – → "open"')),
      );
      // It is not in the channel by itself, and what happens to it is said in the same thread.
      expect(cardsOf('the proposed change')).toEqual([]);
      await cancel(proposed.id);
      await world.later('its end', () => world.thread(card).some((line) => line.includes('withdrew')));
      await cancel(request.id);
    });

    test('P10: every message states how far the tenant’s log had grown', async () => {
      const { request, card } = await asked();
      await cancel(request.id);
      await world.later('the end', () => world.thread(card).some((line) => line.includes('withdrew')));
      const { size, root } = await world.broker.host.store.readForTenant('acme', (unit) =>
        unit.events.head(),
      );
      const line = `Log: ${size} leaves, root ${root.slice(0, 16)}…`;
      await world.later('the newest size on the card', () => world.people.ada.reads(card).includes(line));
      expect(world.thread(card).at(-1)).toContain(line);
    });

    test('P7: an answer that is lost on its way is no second message', async () => {
      world.slack.troubles.loseAnswers('chat.postMessage', 2);
      const { request, words } = await world.later('a card', async () => asked());
      await world.told();
      expect(cardsOf(words)).toHaveLength(1);
      await cancel(request.id);
    });

    test('P7: a dead letter that is retried is no second message either', async () => {
      world.slack.troubles.loseAnswers('chat.postMessage', 1);
      world.slack.troubles.next('conversations.history', 'channel_not_found');
      const request = await makeRequest(world.broker, 'engineer', { justification: 'Case retried' });
      await settled('C:vendor', 'slack_unreachable');
      world.broker.clock.advance(60);
      const dead = await settled('C:vendor', 'slack_channel_not_found');
      expect(dead).toMatchObject({ state: 'dead' });
      const { status } = await world.broker.call(
        'securityAdmin',
        'POST',
        `/api/v1/notices/${dead.notice}/retry`,
      );
      expect(status).toBe(200);
      await world.told();
      const cards = world.slack.roots(world.reviews.id);
      expect(cards.filter((card) => world.people.max.reads(card).includes('Case retried'))).toHaveLength(1);
      await cancel(request.id);
    });

    test('P7: 429 is heeded and counts as no attempt', async () => {
      world.slack.troubles.limit('chat.postMessage', 30, {
        where: ({ channel }) => channel === world.reviews.id,
      });
      const request = await makeRequest(world.broker, 'engineer', { justification: 'Case 429' });
      const limited = await settled('C:vendor', 'slack_rate_limited');
      expect(limited).toMatchObject({ state: 'due', attempts: 0 });
      world.broker.clock.advance(31);
      await world.card(world.reviews, 'Case 429');
      expect(world.slack.answers('chat.postMessage').filter((answer) => answer === 'ratelimited')).toEqual([
        'ratelimited',
      ]);
      await cancel(request.id);
    });

    test('a card that was deleted is posted again', async () => {
      const { request, words, card } = await asked();
      card.deleted = true;
      await cancel(request.id);
      const next = await world.card(world.lockbox, words);
      expect(next.ts).not.toBe(card.ts);
      await world.until(next, 'Withdrawn');
      expect(cardsOf(words)).toHaveLength(1);
    });

    test('a stage that waits too long reaches each person who may decide it now directly, with its card', async () => {
      const { ada, bob } = world.people;
      await applyOrganisation(world.broker.host, places(waitForOwner), { dryRun: false });
      const { request, words, card } = await asked();
      expect(ada.reads(card)).toContain('Waits for: the customer (stage “owner”), since');
      world.broker.clock.advance(2 * HOUR);
      for (const who of [ada, bob]) {
        const own = await world.card(who, words, who);
        expect(who.reads(own)).toContain('It has waited longer than the customer’s rules allow.');
      }
      await cancel(request.id);
      await applyOrganisation(world.broker.host, places(), { dryRun: false });
    });

    test('a card that is too old to be changed is followed by another in its thread', async () => {
      const { request, card } = await asked();
      world.acme.team.editWindow = 0;
      world.broker.clock.advance(1);
      await cancel(request.id);
      await eventually('the news in the thread', () =>
        world.thread(card).some((line) => line.includes('Withdrawn')),
      );
      world.acme.team.editWindow = Number.POSITIVE_INFINITY;
    });

    test.each(['channel_not_found', 'not_in_channel', 'is_archived'])(
      'P7: %s is a dead letter at once, and the others are told',
      async (code) => {
        world.slack.troubles.next('chat.postMessage', code, {
          where: ({ channel }) => channel === 'C0REVIEWS',
        });
        const request = await makeRequest(world.broker, 'engineer', { justification: `Case ${code}` });
        expect(await settled('C:vendor', `slack_${code}`)).toMatchObject({ state: 'dead', attempts: 1 });
        await world.card(world.people.erin, code, world.people.erin);
        await cancel(request.id);
      },
    );
  });

  test('what people wrote stays words: no mention, no link, and what cannot be seen is shown', async () => {
    const nasty = '<!channel> <@U0ADA> <https://evil.example|bill> https://evil.example \u202Egnp.exe';
    const request = await makeRequest(world.broker, 'engineer', { justification: nasty });
    await review(world.broker, 'reviewer', request);
    const card = await world.card(world.lockbox, 'evil.example');
    // Only the card's button leads to the browser.
    expect(alive(card)).toEqual({ mentions: [], links: [] });
    expect(card.unfurls).toBe(false);
    expect(world.people.ada.reads(card)).toContain('⟨U+202E⟩');
    await cancel(request.id);
  });

  test('P9: a tenant’s channel hears of that tenant alone', async () => {
    await makeRequest(world.broker, 'engineer', { tenant: 'globex', justification: 'Case of globex' });
    await world.card(world.reviews, 'Case of globex');
    const all = world.slack.roots(world.lockbox.id).flatMap((root) => [root, ...world.slack.thread(root)]);
    expect(all.map((message) => world.people.ada.reads(message)).join()).not.toContain('globex');
  });

  onlyInSoak(() => {
    test.each([
      ['before they lapse', 11 * HOUR],
      ['by a broker that slept past their end', 30 * HOUR],
    ])('tokens are refreshed %s, once', async (_, seconds) => {
      const refreshed = () => world.slack.answers('oauth.v2.access').length;
      const before = refreshed();
      world.slack.troubles.delay('oauth.v2.access', 300);
      world.broker.clock.advance(seconds);
      const { request } = await world.later('a card', () => asked());
      world.slack.troubles.delay('oauth.v2.access', 0);
      expect(refreshed() - before).toBe(2);
      expect(world.slack.calls.map(({ answer }) => answer)).not.toContain('token_expired');
      await cancel(request.id);
    });

    test.each(['account_inactive', 'token_revoked'] as const)(
      '%s ends the installation, and letting the app in again mends it',
      async (how) => {
        const installation = world.acme.end(how);
        const request = await makeRequest(world.broker, 'engineer', { justification: `Case ${how}` });
        await review(world.broker, 'reviewer', request);
        await settled('C:acme', `slack_${how}`);
        const listed = await world.broker.call('tenantAdmin', 'GET', '/api/v1/slack/installations');
        expect(listed.body).toMatchObject({ items: [{ workspace: 'T0ACME', endReason: how }] });
        expect(installation.ended).toBe(how);
        await world.install('tenantAdmin', world.people.ada, world.lockbox);
        await world.later('the card', () => cardsOf(`Case ${how}`)[0], 60);
        await cancel(request.id);
      },
    );

    test('the app is taken out of a workspace: its tokens are forgotten, nothing is sent there', async () => {
      const told = await world.acme.uninstall();
      expect(told.flat().every(({ acked }) => acked)).toBe(true);
      const before = world.slack.calls.length;
      const request = await makeRequest(world.broker, 'engineer', { justification: 'Case uninstalled' });
      await review(world.broker, 'reviewer', request);
      await settled('C:acme', 'slack_not_installed');
      expect(world.slack.calls.slice(before).map(({ answer }) => answer)).not.toContain('account_inactive');
      await world.install('tenantAdmin', world.people.ada, world.lockbox);
      await world.later('the card', () => cardsOf('Case uninstalled')[0], 60);
    });
  });
});

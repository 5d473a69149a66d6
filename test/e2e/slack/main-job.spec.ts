/** @soak */

import type { RecordEntry } from '@countersign/gateway-protocol';
import { find } from '../../fakes/slack/fields.js';
import { Customer } from '../../support/customer.js';
import { eventually } from '../../support/eventually.js';
import { gatewayIdentity, RecordChain } from '../../support/record-chain.js';
import { onlyInSoak } from '../../support/samples.js';
import { mintToken } from '../story.js';
import { SlackWorld, says } from './slack-world.js';

let world: SlackWorld;
beforeAll(async () => {
  world = await (await SlackWorld.start()).settle();
});
afterAll(() => world.close());

/** The engineer's own message about what they asked, in the app's direct conversation. */
const own = (holds: string) => world.card(world.people.erin, holds, world.people.erin);

describe('the whole job in Slack, staff in their workspace, the customer in its own', () => {
  test('ask, review, offer less, accept, work, watch, stop', async () => {
    const { erin, max, ada } = world.people;
    const { broker, slack } = world;

    expect(await world.ask('Case 4711: a total is wrong')).toContain('It waits for the vendor’s review');
    const mine = await own('Case 4711');
    const atVendor = await world.card(world.reviews, 'Case 4711', max);
    expect(max.reads(atVendor)).toContain('[Approve] [Deny…] [Open in browser]');
    expect(max.reads(atVendor).split('Open in browser')).toHaveLength(2);
    await max.click(atVendor, 'Approve');
    await world.until(atVendor, 'Approved by Max', max);

    const card = await world.card(world.lockbox, 'Case 4711');
    expect(ada.reads(card)).toContain(
      'Erin of Vendor wants to read any invoice at acme Corp for 30 minutes.',
    );
    expect(ada.reads(card)).toContain('⊛ Approved by Max');
    await ada.click(card, 'Half the time');
    await world.until(mine, '[Accept for 15 minutes]', erin);
    await world.until(card, 'Offered instead');
    await erin.click(mine, 'Accept for 15 minutes');
    expect(await world.whisper(erin)).toBe('You have accepted the offer.');

    // Every copy says who decided, and nothing is left to press but Stop access.
    for (const [copy, reader] of [
      [card, ada],
      [atVendor, max],
      [mine, erin],
    ] as const) {
      await world.until(copy, 'Access is open now, until:', reader);
      expect(reader.reads(copy)).toContain('Less was offered by Ada');
      expect(reader.reads(copy)).not.toMatch(/\[(Approve|Deny|Half|Accept|Withdraw)/);
    }
    expect(ada.reads(card)).toContain('[Stop access]');
    expect(max.reads(atVendor).replace('[Details…]', '')).not.toContain('[');
    expect(erin.reads(mine)).toMatch(/npx countersign curl grt_\S+ -- \/tenants\/acme\/invoices/);
    expect(erin.reads(mine)).toContain('15 minutes left');
    expect(erin.reads(mine)).toContain('[Open] [Ask for more time…] [Release]');
    expect(erin.reads(mine)).not.toContain('Open in browser');

    const { items } = (await broker.call('engineer', 'GET', '/api/v1/grants')).body as {
      items: { id: string; request: string; digest: string }[];
    };
    const { id: grant, request, digest } = items[0]!;
    await mintToken(broker, grant);
    const identity = gatewayIdentity();
    const { credential, bearer } = await broker.enrolGateway('one');
    const headers = { authorization: bearer };
    await broker.fetch('POST', '/gateway/v1/identity', { body: { publicKey: identity.publicKey }, headers });
    const chain = new RecordChain(credential.gateway, identity.privateKey, {
      ...{ grant, request, digest },
      person: broker.persons.engineer,
    });
    const send = (entries: RecordEntry[]) =>
      broker.fetch('POST', '/gateway/v1/records', { body: chain.batch(entries), headers });
    const told = (line: string) =>
      eventually(`the thread tells: ${line}`, () => world.thread(card).some((each) => each.includes(line)));
    expect((await send([chain.add('allowed')])).status).toBe(200);
    await told('First use: 1 call so far.');
    await send(Array.from({ length: 25 }, () => chain.add('allowed')));
    await told('26 calls so far.');
    await send([chain.add('refused')]);
    await told('1 call refused so far');

    await ada.click(card, 'Stop access');
    const form = await eventually('the form', () =>
      says(ada.view ? ada.reads(ada.view) : '', 'Why?') ? ada.view : null,
    );
    await ada.submit(form, { reason: 'Enough was seen' });
    await told('Access was stopped. By Ada.');
    await world.until(card, 'Access was stopped');
    expect(ada.reads(card)).not.toContain('[Stop access]');
    await world.until(mine, 'Access was stopped', erin);
    expect((await broker.call('engineer', 'POST', `/api/v1/grants/${grant}/tokens`)).status).toBe(409);

    const lines = world.thread(card);
    const order = [
      'Approved by',
      'Access is open now',
      'First use',
      '26 calls',
      '1 call refused',
      'Access was stopped',
    ];
    expect(order.map((word) => lines.findIndex((line) => line.includes(word)))).toEqual(
      order.map((word) => lines.findIndex((line) => line.includes(word))).toSorted((a, b) => a - b),
    );
    expect(new Set(lines).size).toBe(lines.length);
    // Two editions of a form may race; the older one is not written over the newer.
    const refused = slack.calls.map(({ answer }) => answer).filter((answer) => answer !== 'ok');
    expect(refused.filter((answer) => answer !== 'hash_conflict')).toEqual([]);
  });

  test('a denial wants a reason, ends it, and every copy says so', async () => {
    const { erin, max, ada } = world.people;
    await world.ask('Case 4712');
    const mine = await own('Case 4712');
    const atVendor = await world.card(world.reviews, 'Case 4712', max);
    await max.click(atVendor, 'Approve');
    const card = await world.card(world.lockbox, 'Case 4712');
    await ada.click(card, 'Deny…');
    const form = await eventually('the form', () =>
      says(ada.view ? ada.reads(ada.view) : '', 'Why?') ? ada.view : null,
    );
    await expect(ada.submit(form, {})).rejects.toThrow('must be filled');
    expect((await ada.submit(form, { reason: ' ' })).errors).not.toEqual({});
    await ada.submit(form, { reason: 'Ask for one invoice' });
    for (const [copy, reader] of [
      [card, ada],
      [atVendor, max],
      [mine, erin],
    ] as const) {
      await world.until(copy, 'Denied', reader);
      expect(reader.reads(copy).replace('[Details…]', '')).not.toContain('[');
    }
    await eventually('the reason in the thread', () =>
      world.thread(mine, erin).some((line) => line.includes('“Ask for one invoice”')),
    );
  });

  test('what must be countersigned is approved in the browser alone, whatever button is pressed', async () => {
    const { max, ada } = world.people;
    await (await Customer.of(world.broker, 'approver')).enrol();
    expect(await world.ask('Case 4713', 'update any invoice')).toContain('You have asked');
    const atVendor = await world.card(world.reviews, 'Case 4713', max);
    const { value } = find(atVendor.blocks, 'Approve').element;
    await max.click(atVendor, 'Approve');
    const card = await world.card(world.lockbox, 'Case 4713');
    expect(ada.reads(card)).toContain('with a passkey');
    expect(ada.reads(card)).toContain('[Open in browser]');
    expect(ada.reads(card)).not.toContain('[Approve]');
    expect((await ada.click(card, 'Open in browser')).url).toContain('http://localhost:4000/requests/req_');
    const { callback } = ada.pressOf(card, 'Open in browser');
    const [action] = callback.payload['actions'] as Record<string, unknown>[];
    Object.assign(action!, { action_id: 'request.approve', value });
    const heard = ada.whispers.length;
    expect((await world.slack.deliverer.deliver(callback)).acked).toBe(true);
    expect(await world.whisper(ada, heard + 1)).toMatch(/passkey|browser/);
    expect(ada.reads(card)).not.toContain('Approved by Ada');
  });

  test('App Home shows what waits, what is active with Stop, and what was', async () => {
    const { ada, erin } = world.people;
    await ada.openHome();
    const home = await eventually('the home', () => ada.home);
    expect(ada.reads(home)).toContain('Waits for you');
    expect(ada.reads(home)).toContain('What was');
    await erin.openHome();
    expect(erin.reads(await eventually('the home', () => erin.home))).toContain('[Ask for access]');
  });

  onlyInSoak(() => {
    test('a reminder tells of all that waits, once; then the others who may decide are asked; a decision ends both', async () => {
      const { max, ada, bob } = world.people;
      expect(await world.ask('Case 4714')).toContain('You have asked');
      const atVendor = await world.card(world.reviews, 'Case 4714', max);
      await max.click(atVendor, 'Approve');
      const card = await world.card(world.lockbox, 'Case 4714');
      await world.told();
      const told = (text: RegExp) =>
        world.slack.roots(world.lockbox.id).filter((message) => says(ada.reads(message), text));
      world.broker.clock.advance(6.1 * 3_600);
      await eventually('a digest', () => told(/waits? for a decision/)[0]);
      world.broker.clock.advance(3.1 * 3_600);
      const asked = await world.card(bob, 'Case 4714', bob);
      await bob.click(asked, 'Approve');
      for (const copy of [card, asked]) await world.until(copy, 'Approved by Bob', bob);
      await world.told();
      const before = world.slack.roots(world.lockbox.id).length;
      world.broker.clock.advance(2 * 3_600);
      await world.told();
      expect(world.slack.roots(world.lockbox.id)).toHaveLength(before);
    });
  });
});

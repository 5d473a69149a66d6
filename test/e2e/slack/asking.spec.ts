/** @soak */

import { ACTIONS, SHORTCUT } from '@countersign/slack';
import type { Json, Message } from '../../fakes/slack/messages.js';
import type { Person } from '../../fakes/slack/people/person.js';
import { eventually } from '../../support/eventually.js';
import { onlyInSoak } from '../../support/samples.js';
import { makeGrant, makeRequest } from '../story.js';
import { places, SlackWorld } from './slack-world.js';

let world: SlackWorld;
beforeAll(async () => {
  // Globex's people are in Acme's workspace, as in a group of companies.
  const organisation = places((file) => {
    file.tenants[1]!.slack = { teamId: 'T0GLOBEX', channelId: 'C0GLOBEX', peopleTeamId: 'T0ACME' };
    const invoice = file.services[0]!.routes.find(({ path }) => path.endsWith('/invoices/{id}'))!;
    invoice.mask = ['/iban', '/lines/*/card'];
  });
  world = await (await SlackWorld.start({ organisation })).settle();
});
afterAll(() => world.close());

/** One engineer may have five waiting requests, so each test cancels its own. */
afterEach(async () => {
  const { body } = await world.broker.call('engineer', 'GET', '/api/v1/requests');
  for (const { id, state } of (body as { items: { id: string; state: string }[] }).items)
    if (['awaiting_vendor', 'awaiting_customer', 'countered'].includes(state))
      await world.broker.call('engineer', 'POST', `/api/v1/requests/${id}/cancel`);
});

/** The open form, once it contains a text. */
const form = (who: Person, holds: string) =>
  eventually(`a form that says ${holds}`, () =>
    who.view !== undefined && who.reads(who.view).includes(holds) ? who.view : null,
  );

/** Erin asks and Max approves. @returns the customer's card */
async function atCustomer(reason: string, what?: string): Promise<Message> {
  await world.ask(reason, what);
  const { max } = world.people;
  await max.click(await world.card(world.reviews, reason, max), 'Approve');
  return world.card(world.lockbox, reason);
}

const requestOf = async (reason: string) => {
  const { body } = await world.broker.call('engineer', 'GET', '/api/v1/requests');
  const { items } = body as {
    items: { id: string; digest: string; state: string; justification: string; terms: object }[];
  };
  return items.find(({ justification }) => justification === reason)!;
};

/** The card with another value in its buttons, as an attacker would send it. */
function tampered(card: Message, value: string): Message {
  const blocks = structuredClone(card.blocks);
  for (const block of blocks)
    for (const element of (block['elements'] as Json[] | undefined) ?? [])
      if (element['value'] !== undefined) element['value'] = value;
  return { ...card, blocks };
}

const whispersAfter = async (who: Person, press: () => Promise<unknown>): Promise<string> => {
  const before = who.whispers.length;
  await press();
  return world.whisper(who, before + 1);
};

const homeOf = (who: Person, holds: string) =>
  eventually(`a home that says ${holds}`, async () => {
    await who.openHome();
    return who.home !== undefined && who.reads(who.home).includes(holds) ? who.home : null;
  });

describe('the form that asks', () => {
  test('it offers searches, shows what will be needed or refused, and creates one request', async () => {
    const { erin, max } = world.people;
    expect(await erin.slash('/access')).toMatchObject({ acked: true, trouble: null });
    const view = await form(erin, 'Choose a customer');
    expect((await erin.suggest(view, 'tenant', 'corp')).length).toBeGreaterThan(1);
    expect(await erin.suggest(view, 'tenant', 'nobody')).toEqual([]);
    await erin.choose(view, 'tenant', 'acme');
    await erin.choose(view, 'what', ['list payroll']);
    expect(erin.reads(await form(erin, 'would be refused'))).toContain('The customer forbids');
    const refused = await erin.submit(view, { reason: 'Case 1' });
    expect(refused.errors).toEqual({ 'what:billing': expect.stringContaining('The customer forbids') });
    await erin.choose(view, 'what', ['read any invoice']);
    const ready = erin.reads(await form(erin, 'What happens next'));
    expect(ready).toContain('One review at the vendor');
    expect(ready).toContain('Low risk');
    await erin.submit(view, { reason: 'Case 4711: <!channel> \u202E', objects: 'inv-1001', ticket: 'T-1' });
    expect(erin.reads(await form(erin, 'You have asked'))).toContain('It waits for the vendor’s review');
    const read = max.reads(await world.card(world.reviews, 'Case 4711', max));
    expect(read).toContain('wants to read invoices/inv-1001 at acme Corp');
    expect(read).toContain('“Case 4711: <!channel> ⟨U+202E⟩”');
    expect(read).toContain('T-1');
  });

  onlyInSoak(() => {
    test('hidden fields: the form offers to show them, the preview and the card say it before all else', async () => {
      const { erin, max, ada } = world.people;
      await erin.slash('/access');
      const view = await form(erin, 'Choose a customer');
      await erin.choose(view, 'tenant', 'acme');
      // One change at a time: of two updates that overlap, Slack shows only one.
      await eventually('the customer’s longest', () =>
        JSON.stringify(view.content).includes('duration:3600'),
      );
      await erin.choose(view, 'what', ['list invoices']);
      expect(erin.reads(await form(erin, 'What happens next'))).not.toContain('Hidden fields');
      await erin.choose(view, 'what', ['read any invoice']);
      expect(erin.reads(await form(erin, 'The fields iban and card are hidden.'))).toContain(
        'They stay hidden',
      );
      await erin.choose(view, 'unmasked', 'Show them in full: the customer decides it');
      expect(erin.reads(await form(erin, 'The fields iban and card are shown in full.'))).toContain(
        'High risk: Fields that are usually hidden are shown in full.',
      );
      await erin.submit(view, { reason: 'Case 4714: the IBAN is wrong' });
      await form(erin, 'You have asked');
      expect((await requestOf('Case 4714: the IBAN is wrong')).terms).toMatchObject({ unmasked: true });
      const review = await world.card(world.reviews, 'Case 4714', max);
      await max.click(review, 'Approve');
      const card = await world.card(world.lockbox, 'Case 4714');
      const read = ada.reads(card);
      expect(read).toContain('read any invoice (with hidden fields in full)');
      expect(read).toContain('⚠ The fields iban and card are shown in full.');
      expect(card.text).toContain('The fields iban and card are shown in full.');
    });

    test('a time beyond the customer’s is not offered', async () => {
      const { erin } = world.people;
      await erin.shortcut('ask_for_access');
      const view = await form(erin, 'Choose a customer');
      await erin.choose(view, 'tenant', 'acme');
      await eventually('the customer’s longest', () =>
        JSON.stringify(view.content).includes('duration:3600'),
      );
      await expect(erin.choose(view, 'duration', '4 hours')).rejects.toThrow();
      await erin.close(view);
    });

    test('a customer’s person learns who may use the form; only the sender sees help and list', async () => {
      const { ada, erin } = world.people;
      await world.ask('Case 4712');
      await ada.slash('/access');
      await form(ada, 'Only engineers of the vendor ask');
      expect(await whispersAfter(erin, () => erin.slash('/access', 'help'))).toContain('/access list');
      expect(await whispersAfter(erin, () => erin.slash('/access', 'list'))).toContain(
        'Erin → acme Corp, billing',
      );
    });
  });
});

onlyInSoak(() => {
  describe('App Home', () => {
    test('the shortcut opens the form that asks', async () => {
      const { erin } = world.people;
      if (erin.view !== undefined) await erin.close(erin.view);
      expect(await erin.shortcut(SHORTCUT)).toMatchObject({ acked: true, trouble: null });
      await erin.close(await form(erin, 'Choose a customer'));
    });

    test('an approver approves and stops there, and the engineer releases access there', async () => {
      const { ada, erin } = world.people;
      await atCustomer('Case 6001');
      await ada.click(await homeOf(ada, 'Case 6001'), 'Approve');
      await eventually('a grant', async () => (await requestOf('Case 6001')).state === 'approved');
      await ada.click(await homeOf(ada, '[Stop access]'), 'Stop access');
      await ada.submit(await form(ada, 'Why?'), { reason: 'Enough' });
      const ends = async (reason: string) => {
        const { body } = await world.broker.call('engineer', 'GET', '/api/v1/grants');
        return (body as { items: { endReason: string | null }[] }).items[0]?.endReason === reason;
      };
      await eventually('its end', () => ends('revoked'));
      await makeGrant(world.broker, 'engineer', { justification: 'Case 6002' });
      await erin.click(await homeOf(erin, '[Ask for more time…]'), 'Ask for more time…');
      const more = await form(erin, 'How many more minutes?');
      const tooLong = { minutes: '100000', reason: 'Case 6003: one more invoice' };
      expect((await erin.submit(more, tooLong)).errors).toEqual({ minutes: expect.any(String) });
      // Slack may send a form twice: it makes one request.
      await Promise.all(['first', 'again'].map(() => erin.submit(more, { ...tooLong, minutes: '20' })));
      await form(erin, 'You have asked for more time.');
      const { body } = await world.broker.call('engineer', 'GET', '/api/v1/requests');
      const asked = (body as { items: { justification: string }[] }).items;
      expect(asked.filter(({ justification }) => justification === tooLong.reason)).toHaveLength(1);
      expect((await requestOf(tooLong.reason)).terms).toMatchObject({
        seconds: 1_200,
        extends: expect.any(String),
      });
      const { id } = await requestOf(tooLong.reason);
      await world.broker.call('engineer', 'POST', `/api/v1/requests/${id}/cancel`);
      await erin.click(await homeOf(erin, '[Release]'), 'Release');
      await eventually('its release', () => ends('released'));
    });
  });
});

describe('a press proves nothing', () => {
  test('P9: a tenant’s person who presses another tenant’s card learns nothing and changes nothing', async () => {
    const card = await atCustomer('Case 5001');
    const gwen = world.acme.user('U0GWEN', { name: 'gwen', realName: 'Gwen' });
    world.lockbox.members.add(gwen.id);
    await world.link('foreignApprover', gwen);
    expect(await whispersAfter(gwen, () => gwen.click(card, 'Approve'))).toContain('no such request');
    for (const opens of ['Deny…', 'Details…']) {
      await gwen.click(card, opens);
      await gwen.close(await form(gwen, 'no such request'));
    }
    expect((await requestOf('Case 5001')).state).toBe('awaiting_customer');
  });

  test('P2: vendor staff cannot decide for the customer, and no one on their own request', async () => {
    const card = await atCustomer('Case 5002');
    const { kim, erin } = world.people;
    for (const { id } of [kim, erin]) world.lockbox.members.add(id);
    expect(await whispersAfter(kim, () => kim.click(card, 'Approve'))).toContain('not your turn');
    expect(await whispersAfter(erin, () => erin.click(card, 'Approve'))).toContain('your own request');
    expect((await requestOf('Case 5002')).state).toBe('awaiting_customer');
  });

  test('P1: another digest, another request, or nonsense in the value decides nothing', async () => {
    const card = await atCustomer('Case 5003');
    const { ada } = world.people;
    const { id } = await requestOf('Case 5003');
    const other = `${id} sha256:${'e'.repeat(64)}`;
    expect(await whispersAfter(ada, () => ada.click(tampered(card, other), 'Approve'))).toContain(
      'has changed',
    );
    // The card is updated too, so that the next press has the current terms.
    await world.told();
    const edits = () => world.slack.answers('chat.update').length;
    const before = edits();
    await whispersAfter(ada, () => ada.click(tampered(card, other), 'Approve'));
    await eventually('the updated card', () => edits() > before);
    expect(ada.reads(card)).toContain('[Approve]');
    const unknown = `req_${'0'.repeat(8)}-0000-7000-8000-${'0'.repeat(12)} sha256:${'e'.repeat(64)}`;
    expect(await whispersAfter(ada, () => ada.click(tampered(card, unknown), 'Approve'))).toContain(
      'no such request',
    );
    for (const nonsense of ['', 'approve', `${other} x`, '{"request":1}', `../${other}`])
      expect(await whispersAfter(ada, () => ada.click(tampered(card, nonsense), 'Approve'))).toContain(
        'not one of ours',
      );
    expect((await requestOf('Case 5003')).state).toBe('awaiting_customer');
  });

  test('an unknown user is told where to link, and nothing happens', async () => {
    const card = await atCustomer('Case 5004');
    const zoe = world.acme.user('U0ZOE', { name: 'zoe', realName: 'Zoe' });
    world.lockbox.members.add(zoe.id);
    expect(await whispersAfter(zoe, () => zoe.click(card, 'Approve'))).toContain(
      'does not know this Slack account',
    );
    await zoe.slash('/access');
    await form(zoe, 'does not know this Slack account');
    await zoe.close(zoe.view!);
    await zoe.openHome();
    expect(zoe.reads(await eventually('their home', () => zoe.home))).toContain(
      'does not know this Slack account',
    );
    expect((await requestOf('Case 5004')).state).toBe('awaiting_customer');
  });

  test('P8: of two who press at once one decides, and the other is told who was faster', async () => {
    const card = await atCustomer('Case 5005');
    const { ada, bob } = world.people;
    const counts = [ada.whispers.length, bob.whispers.length];
    await Promise.all([ada.click(card, 'Approve'), bob.click(card, 'Approve')]);
    const said = [await world.whisper(ada, counts[0]! + 1), await world.whisper(bob, counts[1]! + 1)];
    expect(said.filter((each) => each.includes('Your approval is recorded'))).toHaveLength(1);
    expect(said.filter((each) => /handled already.*Approved by (Ada|Bob)/s.test(each))).toHaveLength(1);
  });

  onlyInSoak(() => {
    test('a form whose request has ended meanwhile says so and changes nothing', async () => {
      const card = await atCustomer('Case 5006');
      const { ada } = world.people;
      await ada.click(card, 'Deny…');
      const deny = await form(ada, 'Why?');
      const { id } = await requestOf('Case 5006');
      await world.broker.call('engineer', 'POST', `/api/v1/requests/${id}/cancel`);
      await ada.submit(deny, { reason: 'No' });
      await form(ada, 'handled already');
      expect((await requestOf('Case 5006')).state).toBe('cancelled');
      await ada.close(ada.view!);
    });

    test('a form’s value is trusted no more than a button’s', async () => {
      const card = await atCustomer('Case 5007');
      const { ada } = world.people;
      await ada.click(card, 'Deny…');
      const deny = await form(ada, 'Why?');
      deny.content['private_metadata'] = 'req_1 sha256:1';
      await ada.submit(deny, { reason: 'No' });
      await form(ada, 'not one of ours');
      await ada.close(ada.view!);
      expect((await requestOf('Case 5007')).state).toBe('awaiting_customer');
    });

    test('the counter-offer form: an object that was not requested is refused under its field', async () => {
      const card = await atCustomer('Case 5008');
      const { ada, erin } = world.people;
      await ada.click(card, 'Approve less…');
      const less = await form(ada, 'What stays');
      expect((await ada.submit(less, { objects: 'payroll/p-1' })).errors).toEqual({
        objects: expect.any(String),
      });
      expect((await ada.submit(less, { objects: '' })).errors).toEqual({ keep: expect.any(String) });
      await ada.submit(less, { objects: 'inv-7', minutes: '5' });
      const mine = await world.card(erin, 'Case 5008', erin);
      await world.until(mine, 'invoices/inv-7: read', erin);
      await world.until(mine, '[Accept for 5 minutes]', erin);
    });

    test('an engineer who presses Stop access is refused and told why', async () => {
      const card = await atCustomer('Case 5009');
      const { ada, erin } = world.people;
      await ada.click(card, 'Approve');
      await world.until(card, '[Stop access]');
      world.lockbox.members.add(erin.id);
      await erin.click(card, ACTIONS.stop);
      const stop = await form(erin, 'Access ends at once');
      await erin.submit(stop, { reason: 'mine' });
      await form(erin, 'Your roles do not allow this');
      expect(ada.reads(card)).toContain('[Stop access]');
    });
  });
});

onlyInSoak(() => {
  // This test is the last: its many messages go out at Slack's rate, and later tests would wait for them.
  describe('App Home of an engineer with many requests', () => {
    test('the person’s own open request stays visible behind many newer ones', async () => {
      const { erin } = world.people;
      const own = await makeRequest(world.broker, 'engineer', { justification: 'Case 6000' });
      for (let count = 0; count < 21; count += 1) {
        const { id } = await makeRequest(world.broker, 'engineer', { justification: `Case of ${count}` });
        await world.broker.call('engineer', 'POST', `/api/v1/requests/${id}/cancel`);
      }
      const home = erin.reads(await homeOf(erin, 'You have asked'));
      expect(home).toContain('Case 6000');
      await world.broker.call('engineer', 'POST', `/api/v1/requests/${own.id}/cancel`);
    });
  });
});

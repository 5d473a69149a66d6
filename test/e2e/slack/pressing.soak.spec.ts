import { applyOrganisation, type Organisation } from '@countersign/access';
import { FORMS } from '@countersign/slack';
import type { Message } from '../../fakes/slack/messages.js';
import type { Person } from '../../fakes/slack/people/person.js';
import { eventually } from '../../support/eventually.js';
import { expectStatus, makeRequest, readRequest, review } from '../story.js';
import { places, SlackWorld, says } from './slack-world.js';

const DAY = 86_400;
const PRESSES = 100;

const file = (change: (file: Organisation) => void = () => {}): Organisation =>
  places((each) => {
    each.tenants[1]!.slack = { teamId: 'E0GLOBEX', channelId: 'C0GLOBEX' };
    change(each);
  });
const apply = (changed: Organisation) => applyOrganisation(world.broker.host, changed, { dryRun: false });

let world: SlackWorld;
beforeAll(async () => {
  world = await (await SlackWorld.start({ organisation: file() })).settle();
});
afterAll(() => world.close());

let cases = 0;
/** A request that waits for the customer, with its card in the customer's channel. */
async function waiting(): Promise<{ id: string; card: Message; words: string }> {
  cases += 1;
  const words = `Case ${2_000 + cases}`;
  const request = await makeRequest(world.broker, 'engineer', { justification: words });
  await review(world.broker, 'reviewer', request);
  return { id: request.id, words, card: await world.card(world.lockbox, words) };
}
const cancel = (id: string) => world.broker.call('engineer', 'POST', `/api/v1/requests/${id}/cancel`);
const viewOf = (who: Person, form: string) => (who.view?.content['callback_id'] === form ? who.view : null);
const readsView = (who: Person): string => (who.view === undefined ? '' : who.reads(who.view));
/** Presses a button that opens a form, fills it in and sends it. */
async function fill(
  who: Person,
  card: Message,
  name: string,
  form: string,
  answers: Record<string, string>,
): Promise<void> {
  if (who.view !== undefined) await who.close(who.view);
  await who.click(card, name);
  const view = await eventually(`the form ${form}`, () => viewOf(who, form));
  await who.submit(view, answers);
  expect(readsView(who)).toBe('');
}
/** Presses Approve. @returns what they are told, and what became of the request */
async function pressed(who: Person, { id, card }: { id: string; card: Message }) {
  const before = who.whispers.length;
  expect((await who.click(card, 'Approve')).acked).toBe(true);
  const told = await world.whisper(who, before + 1);
  const { state } = await readRequest(world.broker, id);
  return { told, state };
}

describe('questions, answers and forwards', () => {
  test('a question, its answer and a forward pass through Slack: the thread has them, and every card follows', async () => {
    const { ada, bob, erin } = world.people;
    const { id, words, card } = await waiting();
    const own = await world.card(erin, words, erin);
    await fill(ada, card, 'Ask a question…', FORMS.question, { reason: 'Which <!channel> invoice?' });
    expect((await readRequest(world.broker, id)).notes).toMatchObject([
      { kind: 'question', person: world.broker.persons.approver, text: 'Which <!channel> invoice?' },
    ]);
    await world.until(own, '[Answer the question…]', erin);
    await world.until(card, 'The engineer has to answer a question.');
    expect(ada.reads(card)).not.toContain('[Ask a question…]');
    await erin.openHome();
    const home = await eventually('App Home', () => erin.home && erin.reads(erin.home));
    expect(home).toMatch(/Waits for you[\s\S]*\[Answer the question…\][\s\S]*Active now/);
    for (const [root, reader] of [
      [own, erin],
      [card, ada],
    ] as const)
      await eventually('the question in the thread', () =>
        world.thread(root, reader).some((line) => line.includes('Ada asks: “Which <!channel> invoice?”')),
      );

    await fill(erin, own, 'Answer the question…', FORMS.answer, { reason: 'That of November' });
    await world.until(card, '[Ask a question…]');
    expect(ada.reads(card)).toContain('Erin answered');
    await eventually('the answer in the thread', () =>
      world.thread(card).some((line) => line.includes('Erin answers: “That of November”')),
    );
    await eventually('nothing left to answer', () => !says(erin.reads(own), '[Answer'));

    await fill(ada, card, 'Forward…', FORMS.forward, { to: 'Bob', reason: 'You know this one' });
    // Bob is notified himself: a line in the channel would not reach him.
    expect(bob.reads(await world.card(bob, words, bob))).toContain('[Approve]');
    await world.until(card, 'Ada forwarded it to Bob');
    await review(world.broker, 'secondApprover', await readRequest(world.broker, id));
    await world.until(card, 'Approved by Bob');
    await world.until(own, 'Access is open now', erin);
  });

  test('the details of a card open in a modal, with all that the card leaves out', async () => {
    const { ada, erin } = world.people;
    const { id, words, card } = await waiting();
    expect(ada.reads(card)).not.toContain('Silence is a no.');
    await ada.click(card, 'Details…');
    await eventually('the details', () => says(readsView(ada), 'Silence is a no.'));
    expect(readsView(ada)).toContain('Not included');
    const own = await world.card(erin, words, erin);
    await erin.click(own, 'Details…');
    await eventually('her own details', () => says(readsView(erin), 'Not included'));
    for (const who of [ada, erin]) if (who.view !== undefined) await who.close(who.view);
    await cancel(id);
  });

  test('P9: the details of locked access say who locked it, and never why the vendor’s people did', async () => {
    const { ada, erin, bob } = world.people;
    const { id, words, card } = await waiting();
    await review(world.broker, 'approver', await readRequest(world.broker, id));
    await world.until(card, 'Open now');
    const locked = async (who: 'securityAdmin' | 'tenantAdmin', reason: string) => {
      const body = { kind: 'tenant', name: 'acme', reason };
      const answer = await world.broker.page(await world.broker.sessionOf(who), 'POST', '/api/v1/locks', {
        body,
      });
      return (expectStatus(answer, 201).body as { id: string }).id;
    };
    const lift = async (who: 'securityAdmin' | 'tenantAdmin', lock: string) =>
      expectStatus(
        await world.broker.page(await world.broker.sessionOf(who), 'DELETE', `/api/v1/locks/${lock}`),
        200,
      );
    const own = await world.card(erin, words, erin);
    const opens = async (who: Person, where: Message, text: string) => {
      if (who.view !== undefined) await who.close(who.view);
      await who.click(where, 'Details…');
      await eventually(text, () => says(readsView(who), text));
      return readsView(who);
    };
    const byVendor = await locked('securityAdmin', 'a leak inside');
    for (const [who, where] of [
      [ada, card],
      [bob, card],
      [erin, own],
    ] as const)
      expect(await opens(who, where, 'The vendor has locked all access')).not.toContain('a leak inside');
    await lift('securityAdmin', byVendor);
    const byCustomer = await locked('tenantAdmin', 'an audit');
    expect(await opens(ada, card, 'The customer has locked all access')).toContain(': an audit');
    await lift('tenantAdmin', byCustomer);
    for (const who of [ada, bob, erin]) if (who.view !== undefined) await who.close(who.view);
  });

  test('a request that the rules outdate loses its approval on every card, and the thread says so', async () => {
    const { ada, erin } = world.people;
    const { id, words, card } = await waiting();
    const own = await world.card(erin, words, erin);
    expect(ada.reads(card)).toContain('[Approve]');
    const admin = await world.broker.sessionOf('tenantAdmin');
    const path = '/api/v1/tenants/acme/privacy-controls';
    const controls = (await world.broker.page(admin, 'GET', path)).body as object;
    const changed = { body: { ...controls, maxDuration: 'PT5M' } };
    expectStatus(await world.broker.page(admin, 'PUT', path, changed), 200);
    await world.until(card, 'It can no longer be approved');
    await eventually('no approval', () => !says(ada.reads(card), '[Approve'));
    await world.until(own, 'It can no longer be approved', erin);
    await eventually('the line in the thread', () =>
      world.thread(card).some((line) => line.includes('The rules have changed since this was requested.')),
    );
    await cancel(id);
    await apply(file());
  });

  test('P2: only someone who may decide asks and forwards, and only the engineer who requested it answers', async () => {
    const { ada, erin, kim } = world.people;
    const { id, words, card } = await waiting();
    const own = await world.card(erin, words, erin);
    const press = async (who: Person, name: string, where: Message) => {
      if (who.view !== undefined) await who.close(who.view);
      await who.click(where, name);
    };
    await press(erin, 'Forward…', card);
    await eventually('no colleague', () => says(readsView(erin), 'It is not your turn'));
    await press(erin, 'Ask a question…', card);
    const form = await eventually('the form', () => viewOf(erin, FORMS.question));
    await erin.submit(form, { reason: 'May I?' });
    expect(readsView(erin)).toContain('Your roles do not allow this');

    await fill(ada, card, 'Ask a question…', FORMS.question, { reason: 'Why?' });
    await world.until(own, '[Answer the question…]', erin);
    for (const other of [kim, ada]) {
      await press(other, 'Answer the question…', own);
      const answer = await eventually('the form', () => viewOf(other, FORMS.answer));
      await other.submit(answer, { reason: 'Because' });
      expect(readsView(other)).toContain('Your roles do not allow this');
    }
    expect((await readRequest(world.broker, id)).notes).toHaveLength(1);
    await cancel(id);
  });

  test('a form that is late says so and keeps nothing: asked already, decided meanwhile, forwarded twice', async () => {
    const { ada, bob } = world.people;
    const { id, card } = await waiting();
    const opened = async (who: Person, name: string, form: string) => {
      await who.click(card, name);
      return eventually('the form', () => viewOf(who, form));
    };
    const early = await opened(bob, 'Ask a question…', FORMS.question);
    await fill(ada, card, 'Ask a question…', FORMS.question, { reason: 'Why?' });
    await bob.submit(early, { reason: 'Why indeed?' });
    expect(readsView(bob)).toContain('It is not your turn now');
    await fill(ada, card, 'Forward…', FORMS.forward, { to: 'Bob' });
    const again = await opened(ada, 'Forward…', FORMS.forward);
    const { errors } = await ada.submit(again, { to: 'Bob' });
    expect(errors).toEqual({ to: 'It was forwarded to this person already.' });
    await review(world.broker, 'secondApprover', await readRequest(world.broker, id));
    await ada.submit(again, { to: 'Bob' });
    expect(readsView(ada)).toContain('handled already');
    expect((await readRequest(world.broker, id)).notes).toHaveLength(2);
  });
});

describe('who presses', () => {
  test('a user without a linked account is told how to link, and nothing happens', async () => {
    const ann = world.acme.user('U0ANN', { name: 'ann' });
    world.lockbox.members.add(ann.id);
    const request = await waiting();
    const { told, state } = await pressed(ann, request);
    expect(told).toContain('Sign in on the web once and link it');
    expect(state).toBe('awaiting_customer');
    expect(world.people.bob.whispers).toEqual([]);
    await world.link('tenantAdmin', ann);
    // Linked, she is an admin and no approver.
    expect((await pressed(ann, request)).told).toContain('Your roles do not allow this');
    await cancel(request.id);
  });

  test('a user of another or an unknown workspace is not known', async () => {
    const mallory = world.slack.workspace('T0EVIL').user('U0ADA2', { name: 'ada' });
    const request = await waiting();
    world.acme.share(world.lockbox, world.slack.workspace('T0EVIL'), [mallory]);
    const { told, state } = await pressed(mallory, request);
    expect({ told, state }).toEqual({
      told: expect.stringContaining('not one that Countersign works with'),
      state: 'awaiting_customer',
    });
    // The same user id under another workspace is another account.
    const { callback } = world.people.ada.pressOf(request.card, 'Approve');
    Object.assign(callback.payload['user'] as object, { team_id: 'T0EVIL' });
    await world.slack.deliverer.deliver(callback);
    await world.whisper(world.people.ada);
    expect((await readRequest(world.broker, request.id)).state).toBe('awaiting_customer');
    world.lockbox.teams.splice(1);
    await cancel(request.id);
  });

  test('a guest is not matched by address; a deactivated account has no rights', async () => {
    await apply(file((each) => Object.assign(each.tenants[0]!.slack!, { matchEmail: true })));
    const request = await waiting();
    const guest = world.acme.user('U0GUEST', { name: 'guest', email: 'bob@acme.example', guest: 'single' });
    const off = world.acme.user('U0OFF', { name: 'off', email: 'bob@acme.example', deactivated: true });
    const unverified = world.acme.user('U0NEW', {
      name: 'new',
      email: 'bob@acme.example',
      emailVerified: false,
    });
    for (const [who, why] of [
      [guest, 'Guests of a workspace'],
      [off, 'deactivated'],
      [unverified, 'does not know this Slack account'],
    ] as const) {
      world.lockbox.members.add(who.id);
      expect(await pressed(who, request)).toEqual({
        told: expect.stringContaining(why),
        state: 'awaiting_customer',
      });
    }
    const matched = world.acme.user('U0BOB2', { name: 'bob2', email: 'bob@acme.example' });
    world.lockbox.members.add(matched.id);
    expect((await pressed(matched, request)).state).toBe('approved');
    await apply(file());
  });

  test('no one decides their own request, with any account', async () => {
    const { kim } = world.people;
    const request = await makeRequest(world.broker, 'engineerAndReviewer', { justification: 'Case of Kim' });
    const card = await world.card(world.reviews, 'Case of Kim', kim);
    const { told, state } = await pressed(kim, { id: request.id, card });
    expect({ told, state }).toEqual({
      told: expect.stringContaining('your own request'),
      state: 'awaiting_vendor',
    });
    await world.broker.call('engineerAndReviewer', 'POST', `/api/v1/requests/${request.id}/cancel`);
  });

  test('P1: a card of a request that has since changed refuses and refreshes itself', async () => {
    const { ada } = world.people;
    const request = await waiting();
    await world.told();
    // The card is left as it was: the courier's own news of the offer does not reach Slack.
    const byCourier = ({ parse }: Record<string, unknown>) => parse === 'none';
    world.slack.troubles.next('chat.update', 'fatal_error', { times: 1_000, where: byCourier });
    const { digest, terms } = await readRequest(world.broker, request.id);
    const less = { ...(terms as object), parent: digest, seconds: 300 };
    const body = { decision: 'counter', digest, terms: less };
    const path = `/api/v1/requests/${request.id}/reviews`;
    expect((await world.broker.call('secondApprover', 'POST', path, { body })).status).toBe(201);
    await eventually('an attempt', () => world.slack.answers('chat.update').includes('fatal_error'));
    expect(ada.reads(request.card)).toContain('[Approve]');
    const { told, state } = await pressed(ada, request);
    expect({ told, state }).toEqual({ told: expect.stringMatching(/changed/), state: 'countered' });
    await world.until(request.card, 'Less was offered');
    expect(ada.reads(request.card)).not.toContain('[Approve]');
    world.slack.troubles.up();
    await cancel(request.id);
  });

  test(`P8: ${PRESSES} presses at once make one decision, and each of the others gets a friendly answer`, async () => {
    const { ada, bob } = world.people;
    const request = await waiting();
    const before = ada.whispers.length + bob.whispers.length;
    const presses = Array.from({ length: PRESSES }, (_, index) =>
      (index % 2 === 0 ? ada : bob).click(request.card, 'Approve'),
    );
    await Promise.all(presses);
    await eventually(
      'everybody was told',
      () => ada.whispers.length + bob.whispers.length - before >= PRESSES,
      60_000,
    );
    const told = [...ada.whispers, ...bob.whispers].slice(-2 * PRESSES).map(({ text }) => text);
    expect(told.filter((text) => text.includes('Your approval is recorded'))).toHaveLength(1);
    expect(told.filter((text) => text.includes('handled already')).length).toBeGreaterThanOrEqual(
      PRESSES - 1,
    );
    const { reviews, grant } = await readRequest(world.broker, request.id);
    expect(reviews.filter(({ side }) => side === 'customer')).toHaveLength(1);
    expect(grant).toMatch(/^grt_/);
  });

  test('an account lapses after thirty days', async () => {
    world.broker.clock.advance(31 * DAY);
    const request = await waiting();
    const { told, state } = await pressed(world.people.ada, request);
    expect({ told, state }).toEqual({ told: expect.stringContaining('30 days'), state: 'awaiting_customer' });
    await world.link('approver', world.people.ada);
    expect((await pressed(world.people.ada, request)).state).toBe('approved');
  });
});

describe('an Enterprise Grid', () => {
  test('the app is let into the whole of it, and people of each of its workspaces decide', async () => {
    const hq = world.slack.workspace('T0GLOBEX', { enterprise: 'E0GLOBEX' });
    const plant = world.slack.workspace('T0PLANT', { enterprise: 'E0GLOBEX' });
    const gus = hq.user('U0GUS', { name: 'gus' });
    const gwen = plant.user('U0GWEN', { name: 'gwen' });
    const channel = plant.channel('C0GLOBEX', { name: 'access', members: [gus, gwen] });
    await world.install('foreignAdmin', gus, channel, { org: true });
    plant.invite(channel);
    await world.link('foreignApprover', gwen);
    const request = await makeRequest(world.broker, 'otherEngineer', {
      tenant: 'globex',
      justification: 'Case of Grid',
    });
    await review(world.broker, 'reviewer', request);
    const card = await world.card(channel, 'Case of Grid', gwen);
    await gwen.click(card, 'Approve');
    await world.until(card, 'Approved by Gwen', gwen);
    expect((await readRequest(world.broker, request.id)).state).toBe('approved');
  });
});

describe('a channel that vendor and customer share', () => {
  test('a user is identified by their own workspace, and commands do not work', async () => {
    const { ada, max, kim } = world.people;
    const shared = world.vendor.channel('C0SHARED', { name: 'vendor-acme', members: [max, kim] });
    world.vendor.share(shared, world.acme, [ada]);
    world.vendor.invite(shared);
    await apply(
      file((each) =>
        Object.assign(each.tenants[0]!.slack!, {
          ...{ teamId: 'T0VENDOR', channelId: 'C0SHARED' },
          peopleTeamId: 'T0ACME',
        }),
      ),
    );
    await world.link('engineerAndReviewer', kim);
    await world.link('approver', ada);
    const request = await makeRequest(world.broker, 'engineer', { justification: 'Case of both' });
    await review(world.broker, 'reviewer', request);
    const card = await world.card(shared, 'Case of both');
    expect((await max.slash('/access', '', shared)).trouble).toContain('shared channel');
    // The vendor's reviewer stands in the same channel, and is no approver of the customer.
    expect(await pressed(kim, { id: request.id, card })).toEqual({
      told: expect.stringMatching(/turn|roles/),
      state: 'awaiting_customer',
    });
    expect((await pressed(ada, { id: request.id, card })).state).toBe('approved');
    await world.until(card, 'Approved by Ada');
  });
});

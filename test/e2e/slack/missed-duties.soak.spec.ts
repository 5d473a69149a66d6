import { MailServer } from '../../fakes/mail-server.js';
import { eventually } from '../../support/eventually.js';
import { makeRequest, review } from '../story.js';
import { SlackWorld } from './slack-world.js';

let mail: MailServer;
let world: SlackWorld;
beforeAll(async () => {
  mail = new MailServer();
  await mail.start();
  world = await (await SlackWorld.start({ smtpUrl: mail.url })).settle();
  // She wants what happens to her requests in Slack alone.
  await world.broker.host.store.personal.write(({ preferences }) =>
    preferences.saveChoices(world.broker.persons.engineer, { own: ['mail'] }, '2026-11-24T15:00:00Z'),
  );
});
afterAll(async () => {
  await world.close();
  await mail.stop();
});

/** What became of the notice of this kind about a request, at its requester. */
async function messagesOf(request: string, kind: string) {
  const { items } = await world.broker.host.store.readAsVendor((unit) =>
    unit.deliveries.list({}, { cursor: null, limit: 200 }),
  );
  const found = items.find(({ notice }) => notice.subject === request && notice.kind === kind);
  const person = world.broker.persons.engineer;
  return (found?.deliveries ?? [])
    .filter(({ recipient }) => recipient === person || recipient === `U:${person}`)
    .map(({ channel, state, lastError }) => [channel, state, lastError]);
}
const mailsTo = (address: string, words: string) =>
  mail.mails.filter(({ to, raw }) => to.includes(address) && raw.includes(words));

/** A request whose card Erin has in her direct messages. */
async function asked(words: string) {
  const request = await makeRequest(world.broker, 'engineer', { justification: words });
  await world.card(world.people.erin, words, world.people.erin);
  await world.told();
  return request;
}
const deny = (request: Awaited<ReturnType<typeof asked>>) =>
  review(world.broker, 'reviewer', request, 'deny');

describe('what must reach a person, and does not reach them in Slack any more', () => {
  test('goes by mail, once, if their account is gone; it was switched off there', async () => {
    const request = await asked('Case: the account is gone');
    const direct = world.people.erin.direct?.id;
    world.slack.troubles.next('chat.postMessage', 'user_disabled', {
      where: ({ channel }) => channel === direct,
    });
    await deny(request);
    await world.later('the mail', async () => (await messagesOf(request.id, 'request.denied')).length === 2);
    await world.told();
    await world.later('its delivery', async () =>
      (await messagesOf(request.id, 'request.denied')).some(([, state]) => state === 'delivered'),
    );
    expect((await messagesOf(request.id, 'request.denied')).sort()).toEqual([
      ['mail', 'delivered', null],
      ['slack', 'dead', 'slack_user_disabled'],
    ]);
    expect(mailsTo('erin@vendor.example', request.id)).toHaveLength(1);
    // The notice before it reached her in Slack.
    expect(await messagesOf(request.id, 'request.awaiting_vendor')).toEqual([['slack', 'delivered', null]]);
  }, 120_000);

  test('goes by mail at once if the app is removed, while Slack is still tried', async () => {
    const request = await asked('Case: the app is gone');
    world.slack.troubles.down();
    await deny(request);
    await eventually('a failed attempt', async () =>
      (await messagesOf(request.id, 'request.denied')).some(([, , error]) => error === 'slack_unreachable'),
    );
    // Slack may come back, so nothing goes out instead.
    expect(await messagesOf(request.id, 'request.denied')).toHaveLength(1);
    world.slack.troubles.up();
    await world.vendor.uninstall();
    await world.later('the mail', async () =>
      (await messagesOf(request.id, 'request.denied')).some(
        ([channel, state]) => channel === 'mail' && state === 'delivered',
      ),
    );
    expect(await messagesOf(request.id, 'request.denied')).toContainEqual([
      'slack',
      'due',
      'slack_not_installed',
    ]);
    expect(mailsTo('erin@vendor.example', request.id)).toHaveLength(1);
  }, 120_000);
});

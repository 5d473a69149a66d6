/** @soak */

import { eventually } from '../../support/eventually.js';
import { onlyInSoak } from '../../support/samples.js';
import { readRequest } from '../story.js';
import { SlackWorld } from './slack-world.js';

let world: SlackWorld;
beforeAll(async () => {
  world = await SlackWorld.start({ socketMode: true, language: 'de' });
  await eventually('a socket', () => world.slack.socket.connections > 0);
  await world.settle();
});
afterAll(() => world.close());

describe('Slack over a socket, where nothing comes in from outside', () => {
  test('ask, review, approve, in German', async () => {
    const { max, ada } = world.people;
    expect(await world.ask('Case of the socket', 'jeden Eintrag von invoices lesen')).toContain(
      'Sie haben angefragt',
    );
    const atVendor = await world.card(world.reviews, 'Case of the socket', max);
    await max.click(atVendor, 'Freigeben');
    const card = await world.card(world.lockbox, 'Case of the socket');
    await ada.click(card, 'Freigeben');
    await world.until(card, 'Der Zugriff ist jetzt offen');
    const { body } = await world.broker.call('engineer', 'GET', '/api/v1/requests');
    const [{ id }] = (body as { items: [{ id: string }] }).items;
    expect((await readRequest(world.broker, id)).state).toBe('approved');
  });

  onlyInSoak(() => {
    test('errors stand beside their fields', async () => {
      expect(await world.ask('Case of payroll', 'payroll auflisten')).toContain('✗');
    });

    test('there is no address that takes requests then', async () => {
      const { deliverer } = world.slack;
      const { headers, body } = deliverer.requestFor(world.people.erin.slashCallback('/access', 'help'));
      const answer = await world.broker.fetch('POST', '/slack/events', { raw: body, headers });
      expect(answer.status).toBe(404);
    });

    test('a socket that Slack wants renewed is, and nothing is missed', async () => {
      world.slack.socket.refresh();
      await eventually('another socket', () => world.slack.socket.connections > 0, 20_000);
      expect((await world.people.erin.slash('/access', 'help')).acked).toBe(true);
      expect(await world.whisper(world.people.erin)).toContain('/access list');
    });
  });
});

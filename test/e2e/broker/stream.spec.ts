/** @soak */

import { applyOrganisation, requestAccess, revokeApiKey } from '@countersign/access';
import type { Ask } from '@countersign/api';
import { accessRequestInput } from '../../../apps/broker/src/requests/request-answers.js';
import { ask } from '../../factories/ask.js';
import { organisation, PEOPLE, type PersonName } from '../../factories/organisation.js';
import { onlyInSoak } from '../../support/samples.js';
import { TestBroker } from '../harness.js';
import { EventStream } from '../sse.js';
import { makeRequest, review } from '../story.js';

let broker: TestBroker;
const open: EventStream[] = [];
beforeEach(async () => {
  broker = await TestBroker.start();
});
afterEach(async () => {
  for (const stream of open.splice(0)) stream.close();
  await broker.close();
});

async function follow(who: PersonName): Promise<EventStream> {
  const headers = { authorization: `Bearer ${broker.keys[who]}` };
  const stream = await EventStream.open(`${broker.url}/api/v1/stream`, headers);
  open.push(stream);
  return stream;
}

describe('the stream of notices', () => {
  test('P7: notifies each side of what it may read when its decision is due, and no one else', async () => {
    const [reviewer, approver, engineer, foreign] = await Promise.all(
      (['reviewer', 'approver', 'engineer', 'foreignApprover'] as const).map(follow),
    );
    const request = await makeRequest(broker);
    const asked = await reviewer!.next();
    expect(asked).toMatchObject({ event: 'request.awaiting_vendor', id: expect.stringMatching(/^ntc_/) });
    expect(JSON.parse(asked.data)).toEqual({
      id: asked.id,
      kind: 'request.awaiting_vendor',
      subject: request.id,
      tenant: 'acme',
      at: expect.any(String),
    });
    await review(broker, 'reviewer', request);
    // The customer's people may read the request from its creation, so their pages follow it from then on.
    expect((await approver!.next()).event).toBe('request.awaiting_vendor');
    expect((await approver!.next()).event).toBe('request.awaiting_customer');
    await review(broker, 'approver', request);
    const kinds = new Set<string | undefined>();
    while (!kinds.has('grant.active') || !kinds.has('request.approved'))
      kinds.add((await engineer!.next()).event);
    await expect(foreign!.next(300)).rejects.toThrow('no event came in time');
  });

  test('ends when its API key is revoked', async () => {
    const stream = await follow('approver');
    const [key] = (await broker.host.store.readAsVendor((unit) => unit.apiKeys.list())).filter(
      ({ person }) => person.id === broker.persons.approver,
    );
    await revokeApiKey(broker.host, key!.key.id);
    await stream.ended();
    expect((await broker.call('approver', 'GET', '/api/v1/whoami')).status).toBe(401);
  });

  onlyInSoak(() => {
    test('ends when its API key expires', async () => {
      const stream = await follow('approver');
      broker.clock.advance(366 * 24 * 3600);
      await stream.ended();
    });

    test('ends when its person is removed', async () => {
      const stream = await follow('secondApprover');
      const without = organisation((file) => {
        file.tenants[0]!.people = file.tenants[0]!.people.filter(({ name }) => name !== 'Bob');
      });
      await applyOrganisation(broker.host, without, { dryRun: false });
      await stream.ended();
    });
  });

  test('P7: notices from a time without a running broker are sent when a broker runs again', async () => {
    await broker.broker.close();
    const [person] = await broker.host.store.readAsVendor((unit) =>
      unit.organisation.persons(PEOPLE.engineer.email),
    );
    await requestAccess(
      broker.host,
      { person: person!, channel: 'api', assurance: 'api-key' },
      accessRequestInput(ask() as Ask),
    );
    const waiting = () =>
      broker.host.store.readAsVendor((unit) => unit.outbox.due('9999-12-31T00:00:00Z', 10));
    expect(await waiting()).toHaveLength(1);
    await broker.run();
    const until = Date.now() + 15_000;
    while ((await waiting()).length > 0 && Date.now() < until) await new Promise(setImmediate);
    expect(await waiting()).toEqual([]);
  });
});

import { randomBytes } from 'node:crypto';
import { recordContact } from '@countersign/access';
import { eventually } from '../../support/eventually.js';
import { gatewayIdentity, RecordChain } from '../../support/record-chain.js';
import { TestBroker } from '../harness.js';
import { EventStream } from '../sse.js';
import { makeGrant } from '../story.js';

let broker: TestBroker;
beforeAll(async () => {
  broker = await TestBroker.start({
    settings: { admin: { host: '127.0.0.1', port: 0, orAnyPort: false } },
  });
});
afterAll(() => broker.close());

/** The value of a gauge with this label; undefined if it is not shown. */
async function gauge(name: string, label: string): Promise<number | undefined> {
  const text = await (await fetch(`${broker.broker.adminUrl}/metrics`)).text();
  const line = text.split('\n').find((each) => each.startsWith(`${name}{`) && each.includes(`="${label}"`));
  return line === undefined ? undefined : Number(line.slice(line.lastIndexOf(' ')));
}

async function enrolled(name: string) {
  const { credential, bearer } = await broker.enrolGateway(name);
  const { gateway } = credential;
  const identity = gatewayIdentity();
  const headers = { authorization: bearer };
  await broker.fetch('POST', '/gateway/v1/identity', { body: { publicKey: identity.publicKey }, headers });
  const { request, grant } = await makeGrant(broker);
  const under = { grant, digest: request.digest, request: request.id, person: broker.persons.engineer };
  const chain = new RecordChain(gateway, identity.privateKey, under, () => broker.clock.now());
  const send = async (body: object) =>
    (await broker.fetch('POST', '/gateway/v1/records', { body, headers })).status;
  return {
    gateway,
    headers,
    chain,
    send,
    delay: () => gauge('countersign_gateway_record_delay_seconds', gateway),
  };
}

test('how late the records of each gateway are, and for how long one is not taken', async () => {
  const [prompt, late] = [await enrolled('prompt'), await enrolled('late')];
  expect([await prompt.delay(), await late.delay()]).toEqual([undefined, undefined]);
  const batch = late.chain.batch([late.chain.add('allowed')]);
  broker.clock.advance(7);
  expect(await prompt.send(prompt.chain.batch([prompt.chain.add('allowed')]))).toBe(200);
  expect(await late.send(batch)).toBe(200);
  expect([await prompt.delay(), await late.delay()].map((seconds) => Math.floor(seconds ?? -1))).toEqual([
    0, 7,
  ]);

  // A gap before a record, although a broker has confirmed all before it: the database is a backup.
  late.chain.add('allowed');
  const refused = { ...late.chain.batch([late.chain.add('allowed')]), complete: true };
  expect(await late.send(refused)).toBe(503);
  broker.clock.advance(20);
  expect(await late.delay()).toBeGreaterThanOrEqual(20);
  expect(Math.floor((await prompt.delay()) ?? -1)).toBe(0);
});

test('a credential alone says nothing about delays', async () => {
  const { gateway, chain, send, delay } = await enrolled('stolen');
  const batch = chain.batch([chain.add('allowed')]);
  broker.clock.advance(7);
  expect(await send({ ...batch, signature: randomBytes(64).toString('base64url') })).toBe(403);
  expect([gateway, await delay()]).toEqual([gateway, undefined]);
});

test('how long ago each gateway followed the feed', async () => {
  const { gateway, headers } = await enrolled('follower');
  const age = () => gauge('countersign_gateway_contact_age_seconds', gateway);
  const stream = await EventStream.open(
    `${broker.url}/gateway/v1/feed?nonce=${randomBytes(32).toString('base64url')}`,
    headers,
  );
  expect((await stream.next()).event).toBe('snapshot');
  expect(await age()).toBeLessThan(1);
  await recordContact(broker.host, [gateway]);
  stream.close();
  await eventually('the broker knows that the feed has ended', async () => {
    broker.clock.advance(60);
    return (await age()) !== 0;
  });
  expect(await age()).toBeGreaterThanOrEqual(60);
});

test('how busy the connections to the database are', async () => {
  const read = (what: string) => gauge(`countersign_store_${what}`, 'write');
  expect([await read('connections'), await read('busy'), await read('waiting')]).toEqual([1, 0, 0]);
});

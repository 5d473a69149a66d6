/** @alone */

import { readdir, readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { decodeGatewayCredential } from '@countersign/gateway-protocol';
import { GatewayWorld, refusal } from '../../../../test/fakes/gateway-world.js';
import { until } from '../../../../test/fakes/until.js';
import { onBusyMachine } from '../../../../test/support/deadline.js';

let world: GatewayWorld;
afterEach(() => world.stop());

/** Makes the upstream hold every call until `release`. */
function holdCalls(): { responses: ServerResponse[]; release(): void } {
  const responses: ServerResponse[] = [];
  world.upstream.answer = (_request, response) => responses.push(response);
  return {
    responses,
    release: () => {
      for (const response of responses.splice(0)) response.end('x');
    },
  };
}

describe('limits', () => {
  test('too many calls at once under one grant: the next one is 429, another grant’s call goes on', async () => {
    world = await GatewayWorld.start({ maxCallsPerGrant: 3 });
    const { broker } = world;
    const upstream = holdCalls();
    const token = broker.token(broker.grant());
    const open = Array.from({ length: 3 }, () => world.send({ token }));
    await until(() => upstream.responses.length === 3);
    const refused = await world.send({ token });
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(await refusal(refused)).toEqual({ status: 429, code: 'rate_limited' });
    const other = world.send({ token: broker.token(broker.grant()) });
    await until(() => upstream.responses.length === 4);
    upstream.release();
    for (const answer of await Promise.all([...open, other])) expect(answer.status).toBe(200);
    const after = world.send({ token });
    await until(() => upstream.responses.length === 1);
    upstream.release();
    expect((await after).status).toBe(200);
  });

  test('too many calls at once at one service, over all grants', async () => {
    world = await GatewayWorld.start({ maxCallsPerService: 2 });
    const { broker } = world;
    const upstream = holdCalls();
    const open = [1, 2].map(() => world.send({ token: broker.token(broker.grant()) }));
    await until(() => upstream.responses.length === 2);
    expect(await refusal(await world.send({ token: broker.token(broker.grant()) }))).toEqual({
      status: 429,
      code: 'rate_limited',
    });
    upstream.release();
    await Promise.all(open);
  });

  test('a budget of calls allows exactly that many, even if they arrive at once', async () => {
    world = await GatewayWorld.start();
    const { broker, upstream } = world;
    const token = broker.token(broker.grant({ budget: { calls: 5 } }));
    const answers = await Promise.all(Array.from({ length: 20 }, () => world.send({ token })));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(5);
    expect(upstream.hits).toHaveLength(5);
    expect(await refusal(answers.find(({ status }) => status !== 200)!)).toEqual({
      status: 403,
      code: 'budget_exhausted',
    });
  });

  test('a clock that steps past the end of the grant and back never grants a part of its budget twice', async () => {
    const clock = { offset: 0, now: () => Date.now() + clock.offset, monotonic: () => performance.now() };
    world = await GatewayWorld.start({ clock });
    const { broker, gateway, upstream } = world;
    const token = broker.token(broker.grant({ budget: { calls: 4 } }));
    for (let count = 0; count < 4; count += 1) expect((await world.send({ token })).status).toBe(200);
    const { responses } = holdCalls();
    const open = world.send({ token: broker.token(broker.grant()) });
    await until(() => responses.length === 1);
    clock.offset = 2 * 3_600_000;
    // The sweep that cuts this call has checked every window and account by that clock.
    expect((await open).status).not.toBe(200);
    clock.offset = 0;
    await until(() => gateway.isInTouch());
    expect(await refusal(await world.send({ token }))).toEqual({ status: 403, code: 'budget_exhausted' });
    expect(upstream.hits).toHaveLength(5);
  });

  test.each([
    ['none', null],
    ['another', { calls: 1_000 }],
  ])('a grant to which the feed gives %s of the signed budget opens nothing', async (_, budget) => {
    world = await GatewayWorld.start();
    const { broker, upstream } = world;
    const grant = broker.grant({ budget: { calls: 2 } }, false);
    broker.announce({ ...grant, budget });
    const refused = await world.send({ token: broker.token(grant) });
    expect(await refusal(refused)).toEqual({ status: 403, code: 'grant_ended' });
    expect(upstream.hits).toHaveLength(0);
  });

  test('a budget of bytes cuts the response at the limit', async () => {
    world = await GatewayWorld.start();
    const { broker, upstream } = world;
    upstream.answer = (_request, response) => response.writeHead(200).end('x'.repeat(1_000));
    const token = broker.token(broker.grant({ budget: { bytes: 1_500 } }));
    expect(await (await world.send({ token })).text()).toHaveLength(1_000);
    const reader = (await world.send({ token })).body!.getReader();
    expect((await reader.read()).value).toHaveLength(500);
    await expect(reader.read()).rejects.toThrow();
    expect(await refusal(await world.send({ token }))).toEqual({ status: 403, code: 'budget_exhausted' });
    await until(() => broker.recordsOf('outcome').length === 2);
    expect(broker.recordsOf('outcome')).toMatchObject([
      { bytes: 1_000, outcome: 'completed' },
      { bytes: 500, outcome: 'cut' },
    ]);
  });
});

describe('tokens', () => {
  test('P3: a token ends at its exp to the second, though its grant goes on', async () => {
    world = await GatewayWorld.start();
    const { broker } = world;
    const grant = broker.grant();
    const token = broker.token(grant, { ttlSeconds: 2 });
    let answer = await world.send({ token });
    expect(answer.status).toBe(200);
    const began = Date.now();
    for (; answer.status === 200; ) answer = await world.send({ token });
    expect(Date.now() - began).toBeLessThan(onBusyMachine(2_500));
    expect(await answer.json()).toMatchObject({ code: 'invalid_token', reason: 'expired' });
    expect((await world.send({ token: broker.token(grant) })).status).toBe(200);
  });

  test('tokens of a key that the feed no longer lists are refused', async () => {
    world = await GatewayWorld.start();
    const { broker } = world;
    const token = broker.token(broker.grant());
    expect((await world.send({ token })).status).toBe(200);
    broker.change({ keys: [] });
    let answer = await world.send({ token });
    for (; answer.status === 200; ) answer = await world.send({ token });
    expect(await answer.json()).toMatchObject({ code: 'invalid_token', reason: 'unknown_key' });
  });
});

test('P6: a token that was accepted before opens nothing once its grant has ended', async () => {
  world = await GatewayWorld.start();
  const { broker, upstream } = world;
  const grant = broker.grant();
  const token = broker.token(grant);
  for (let count = 0; count < 3; count += 1) expect((await world.send({ token })).status).toBe(200);
  broker.end(grant);
  let answer = await world.send({ token });
  for (; answer.status === 200; ) answer = await world.send({ token });
  expect(await refusal(answer)).toEqual({ status: 403, code: 'grant_ended' });
  const before = upstream.hits.length;
  expect((await world.send({ token })).status).toBe(403);
  expect(upstream.hits).toHaveLength(before);
});

describe('secrets', () => {
  test('P11: neither token nor credential appears in a log, a response, a record, or a file other than the identity', async () => {
    world = await GatewayWorld.start();
    const { broker, gateway } = world;
    const grant = broker.grant();
    const token = broker.token(grant);
    const { secret } = decodeGatewayCredential(broker.credential);
    const answers: string[] = [];
    for (const sent of [
      { token },
      { token: `${token}x` },
      { token, path: '/billing/tenants/globex/invoices/7' },
      { token, path: `/billing/tenants/acme/invoices?status=${token}` },
      { path: `/billing/tenants/acme/invoices?access_token=${token}` },
    ]) {
      const answer = await world.send(sent);
      if (answer.status !== 200) answers.push(JSON.stringify([...answer.headers]) + (await answer.text()));
    }
    await world.upstream.stop();
    answers.push(await (await world.send({ token })).text());
    answers.push(await (await fetch(`${gateway.adminUrl}/metrics`)).text());
    broker.knowsGateway = false;
    broker.drop();
    await until(() => !gateway.isInTouch());
    await gateway.close();
    const signature = token.split('.')[2]!;
    const written = [answers.join('\n'), world.logLines.join('')];
    for (const secretText of [token, signature, secret, broker.credential]) {
      for (const text of written) expect(text).not.toContain(secretText);
    }
    for (const name of await readdir(world.spoolDir, { recursive: true })) {
      const text = await readFile(join(world.spoolDir, name), 'utf8').catch(() => '');
      if (name !== 'identity.pem') expect(text).not.toContain(secret);
      expect(text).not.toContain(signature);
    }
  });
});

/** @soak */

import { createHash } from 'node:crypto';
import { SLACK_EXAMPLE } from '../../factories/slack-example.js';
import type { Callback } from '../../fakes/slack/deliver.js';
import { onlyInSoak } from '../../support/samples.js';
import { SlackWorld } from './slack-world.js';

let world: SlackWorld;
beforeAll(async () => {
  world = await (await SlackWorld.start({ signingSecret: SLACK_EXAMPLE.secret })).settle();
});
afterAll(() => world.close());

const access = (): Callback => {
  const { erin } = world.people;
  return erin.slashCallback('/access', 'help');
};
const bodyHash = (body: string) => createHash('sha256').update(body).digest('hex').slice(0, 8);

describe('what comes in from Slack', () => {
  test('what Slack signed is taken, once', async () => {
    const { deliverer } = world.slack;
    const request = deliverer.requestFor(access());
    expect(await deliverer.send(request)).toMatchObject({ status: 200, acked: true });
    expect(await deliverer.send(request)).toMatchObject({ status: 401, acked: false });
    // Bolt's check passes over what stands behind a second `=`: it is the same signature all the same.
    const rewritten = { 'x-slack-signature': `${request.headers['x-slack-signature']}=again` };
    const written = { ...request, headers: { ...request.headers, ...rewritten } };
    expect(await deliverer.send(written)).toMatchObject({ status: 401, acked: false });
  });

  test.each([
    ['forged', { secret: 'not-the-secret' }],
    ['stale', { secondsOff: -301 }],
    ['of the future', { secondsOff: 301 }],
  ])('a request that is %s is refused', async (_, change) => {
    const { deliverer } = world.slack;
    const before = world.slack.calls.length;
    expect((await deliverer.send(deliverer.forged(access(), change))).status).toBe(401);
    expect(world.slack.calls.slice(before)).toEqual([]);
  });

  onlyInSoak(() => {
    test.each([
      ['five minutes late', -295],
      ['five minutes early', 295],
    ])('a clock that is %s is let off', async (_, secondsOff) => {
      const { deliverer } = world.slack;
      expect((await deliverer.send(deliverer.forged(access(), { secondsOff }))).status).toBe(200);
    });
  });

  test('nothing signed, nothing done', async () => {
    const { deliverer } = world.slack;
    const { body, headers } = deliverer.requestFor(access());
    const { 'x-slack-signature': _, ...unsigned } = headers;
    expect((await deliverer.send({ body, headers: unsigned })).status).toBe(401);
    const changed = body.replace('text=help', 'text=list');
    expect(bodyHash(changed)).not.toBe(bodyHash(body));
    expect((await deliverer.send({ body: changed, headers })).status).toBe(401);
  });

  onlyInSoak(() => {
    test('Slack’s published example is far too old, and at another time it is no signature', async () => {
      const { deliverer } = world.slack;
      const { body, timestamp, signature } = SLACK_EXAMPLE;
      const headers = {
        'content-type': 'application/x-www-form-urlencoded',
        'x-slack-request-timestamp': String(timestamp),
        'x-slack-signature': signature,
      };
      const logged = world.broker.logLines.length;
      expect((await deliverer.send({ body, headers })).status).toBe(401);
      expect(world.broker.logLines.slice(logged).join('')).toContain('too old');
      // With its time as ours it is another text, and the signature is not of that.
      const now = { ...headers, 'x-slack-request-timestamp': String(Math.floor(Date.now() / 1000)) };
      expect((await deliverer.send({ body, headers: now })).status).toBe(401);
      expect(world.broker.logLines.slice(logged).join('')).toContain('Signature mismatch');
    });
  });
});

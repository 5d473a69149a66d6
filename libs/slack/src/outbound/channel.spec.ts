import type { ClaimedMessage, Deps } from '@countersign/access';
import { systemHashing } from '@countersign/persistence';
import { WebAPIRateLimitedError } from '@slack/web-api';
import type { SlackIntegration } from '../app.js';
import { SlackChannel } from './channel.js';
import { ChannelThrottle, Poster } from './poster.js';
import type { Target } from './recipients.js';
import { VENDOR_CHANNEL } from './recipients.js';

const START = Date.parse('2026-11-24T15:00:00Z');
const signal = new AbortController().signal;

/** A Slack that rate-limits every call for 30 s. `asked` counts the calls. */
function limited() {
  const site = { now: START, asked: 0 };
  const unit = {
    organisation: {
      tenant: async () => ({ slack: { teamId: 'T2', channelId: 'C2' } }),
      vendorSlack: async () => ({ teamId: 'T1', channelId: 'C1' }),
    },
  };
  const read = (work: (value: unknown) => unknown) => work(unit);
  const deps = {
    store: {
      notices: { read },
      slack: { read },
      readForTenant: (_tenant: string, work: typeof read) => work(unit as never),
    },
    clock: { now: () => new Date(site.now) },
    hashing: systemHashing,
  } as unknown as Deps;
  const installations = {
    current: async () => {
      site.asked += 1;
      throw new WebAPIRateLimitedError(30);
    },
  };
  const side = { installations } as unknown as SlackIntegration;
  return {
    site,
    channel: new SlackChannel(deps, side, { publicUrl: 'https://broker.example', language: 'en' }),
  };
}

const to = (recipient: string, orderKey: string) =>
  ({
    notice: { id: `ntc_${orderKey}`, kind: 'request.approved', tenant: 'acme' },
    recipient,
    orderKey,
    attempts: 0,
    lastError: null,
  }) as unknown as ClaimedMessage;

test('P7: while Slack rate-limits a recipient, other requests do not try it either', async () => {
  const { site, channel } = limited();
  const tried = (recipient: string, orderKey: string) =>
    channel.deliver(to(recipient, orderKey), signal).catch((failure: unknown) => failure);
  expect(await tried(VENDOR_CHANNEL, 'req_1')).toMatchObject({ retryAfterSeconds: 30 });
  site.now += 10_000;
  expect(await tried(VENDOR_CHANNEL, 'req_2')).toMatchObject({
    code: 'slack_rate_limited',
    retryAfterSeconds: 20,
  });
  expect(site.asked).toBe(1);
  await tried('C:acme', 'req_2');
  expect(site.asked).toBe(2);
  site.now += 20_000;
  await tried(VENDOR_CHANNEL, 'req_1');
  expect(site.asked).toBe(3);
});

test('P7: an aborted attempt posts nothing', async () => {
  let posted = 0;
  const postMessage = async () => {
    posted += 1;
    return { ts: '1.0' };
  };
  const target = { client: { chat: { postMessage } }, channel: 'C1' } as unknown as Target;
  const told = { notice: 'ntc_1', recipient: VENDOR_CHANNEL, at: '2026-11-24T15:00:00Z', again: false };
  const message = { text: 'x', blocks: [] };
  const poster = new Poster(target, new ChannelThrottle(), AbortSignal.abort(), (each) => each);
  await expect(poster.post(message, told, null)).rejects.toThrow();
  expect(posted).toBe(0);
});

import {
  type ClaimedMessage,
  type Delivered,
  DeliveryFailure,
  type DeliveryQueues,
  type EndedMessage,
  type NoticeChannel,
} from '@countersign/access';
import { backOffDelay } from '@countersign/runtime';
import type { BrokerDeps } from '../core.module.js';
import { BACK_OFF, ChannelSender, type FindReplacements, MOST_ATTEMPTS } from './channel-sender.js';

test('delays between attempts double up to an hour', () => {
  const longest = [1, 2, 3, 11, 13, 1000].map((attempt) => backOffDelay(attempt, BACK_OFF, () => 1));
  expect(longest).toEqual([1_000, 2_000, 4_000, 1_024_000, 3_600_000, 3_600_000]);
});

test('a random half is taken off', () => {
  expect(backOffDelay(3, BACK_OFF, () => 0)).toBe(2_000);
  expect(backOffDelay(3, BACK_OFF, () => 0.502)).toBe(3_004);
});

test('the last attempt comes about a day after the first', () => {
  let total = 0;
  for (let attempt = 1; attempt < MOST_ATTEMPTS; attempt += 1)
    total += backOffDelay(attempt, BACK_OFF, () => 0.5);
  expect(total / 3_600_000).toBeGreaterThan(22);
  expect(total / 3_600_000).toBeLessThan(25);
});

describe('if the replacements of a message cannot be read', () => {
  const AT = '2026-11-24T15:00:00.000Z';
  const FAULT = new Error('the store is away');
  const MAIL = [{ channel: 'mail' as const, recipient: 'usr_1', orderKey: 'req_1' }];

  /** One attempt at a message that ends for good, as the store and the log get it. */
  async function attempt(
    attempts: number,
    end: DeliveryFailure | Delivered,
    findReplacements: FindReplacements,
  ) {
    const message = {
      ...{ notice: { id: 'ntc_a', tenant: 'acme' }, channel: 'slack', recipient: 'U:usr_1', others: [] },
      ...{ orderKey: 'req_1', attempts, lastError: null },
    } as unknown as ClaimedMessage;
    const waiting = [message];
    const faults: unknown[] = [];
    let settle: (ended: EndedMessage) => void = () => undefined;
    const settled = new Promise<EndedMessage>((resolve) => {
      settle = resolve;
    });
    const deliveryQueues: Pick<DeliveryQueues, 'claim' | 'settle'> = {
      claim: async () => waiting.splice(0),
      settle: async (_channel, ended) => ended.forEach(settle),
    };
    const run = (work: (unit: unknown) => unknown) => work({ deliveryQueues });
    const channel: NoticeChannel = {
      ...{ name: 'slack', mostAtOnce: 1, recipients: async () => [] },
      deliver: () => (end instanceof DeliveryFailure ? Promise.reject(end) : Promise.resolve(end)),
    };
    const deps = {
      clock: { now: () => new Date(AT) },
      random: { bytes: (count: number) => new Uint8Array(count) },
      store: { notices: { read: run, write: run } },
    } as unknown as BrokerDeps;
    const onError = (_job: string, error: unknown) => faults.push(error);
    const sender = new ChannelSender(deps, channel, findReplacements, () => undefined, onError);
    sender.start();
    const { parts, instead } = await settled;
    await sender.stop();
    expect(parts.map(({ recipients }) => recipients)).toEqual([['U:usr_1']]);
    return { outcome: parts[0]?.outcome, added: instead, faults };
  }

  const GONE = new DeliveryFailure('slack_user_disabled', { final: true });
  const fails: FindReplacements = () => Promise.reject(FAULT);

  test.each([
    ['dead', GONE],
    ['skipped', { done: 'skipped', code: 'unlinked' }],
  ] as const)(
    'the end %s is not settled: the delivery is attempted again, and no duty is lost',
    async (_state, end) => {
      const { outcome, added, faults } = await attempt(0, end, fails);
      expect(outcome).toMatchObject({ state: 'due', error: 'internal_error' });
      expect(outcome).not.toHaveProperty('uncounted');
      expect([added, faults]).toEqual([[], [FAULT]]);
    },
  );

  test('what always fails is dead after its last attempt, and keeps later notices no longer', async () => {
    const { outcome } = await attempt(MOST_ATTEMPTS - 1, GONE, fails);
    expect(outcome).toEqual({ state: 'dead', at: AT, error: 'internal_error' });
  });

  test('a failure that is attempted again anyway keeps its own time', async () => {
    const { outcome, faults } = await attempt(0, new DeliveryFailure('slack_500'), fails);
    expect(outcome).toMatchObject({ state: 'due', error: 'slack_500' });
    expect(faults).toEqual([FAULT]);
  });

  test('what was delivered is not delivered again', async () => {
    const { outcome } = await attempt(0, { done: 'delivered' }, fails);
    expect(outcome).toEqual({ state: 'delivered', at: AT });
  });

  test('without a fault the end is settled together with what goes out in its place', async () => {
    const { outcome, added, faults } = await attempt(0, GONE, async () => MAIL);
    expect(outcome).toEqual({ state: 'dead', at: AT, error: 'slack_user_disabled' });
    expect([added, faults]).toEqual([MAIL, []]);
  });
});

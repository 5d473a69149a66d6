import type {
  Delivery,
  DeliveryOutcome,
  DeliveryState,
  Notice,
  NoticeChannel,
  Person,
  PersonalRecipient,
} from '@countersign/access';
import type { BrokerDeps } from '../core.module.js';
import { findReplacements } from './missed-duties.js';

const AT = '2026-11-24T15:00:00.000Z';
const delivery = (
  channel: 'mail' | 'slack' | 'push',
  recipient: string,
  state: DeliveryState = 'due',
): Delivery => ({
  ...{ notice: 'ntc_a', channel, recipient, tenant: 'acme', orderKey: 'req_1', state },
  ...{ attempts: 0, nextAt: AT, deliveredAt: null, deadAt: null, lastError: null },
});
const DIRECT = delivery('slack', 'U:usr_1');

/** A broker whose person has the notice by these deliveries. Mail would go to them too. */
function broker(kind: Notice['kind'], deliveries: Delivery[], slackCanArrive: boolean) {
  const notice = { id: 'ntc_a', tenant: 'acme', kind, subject: 'req_1', audience: ['usr_1'], at: AT };
  const reads = {
    deliveries: { find: async () => ({ notice, deliveries }) },
    grants: { findAll: async () => [] },
    requests: { findAll: async () => [] },
    reviews: { ofRequests: async () => [] },
    organisation: { person: async (id: string) => ({ id, tenant: 'acme', removedAt: null }) as Person },
    noticeAddresses: { list: async () => [] },
  };
  const store = {
    notices: { read: (work: (unit: unknown) => unknown) => work(reads) },
    readForTenant: (_tenant: string, work: (unit: unknown) => unknown) => work(reads),
  };
  const to = (way: PersonalRecipient['way'], surelyArrives: boolean): PersonalRecipient => ({
    ...{ person: 'usr_1', way, isFixed: false, surelyArrives },
  });
  const channel = (
    name: 'mail' | 'slack' | 'push',
    recipients: string[],
    find: (key: string) => PersonalRecipient | undefined,
  ): NoticeChannel => ({
    ...{ name, mostAtOnce: 1, deliver: () => Promise.reject(new Error('not here')) },
    recipients: async () => recipients,
    personal: async (keys) => new Map(keys.flatMap((key) => (find(key) ? [[key, find(key)!]] : []))),
  });
  const channels = [
    channel('mail', ['usr_1', 'nad_1'], (key) => (key === 'usr_1' ? to('mail', true) : undefined)),
    // The account is gone, so the notice would not go there today.
    channel('slack', [], (key) => (key === 'U:usr_1' ? to('slack', slackCanArrive) : undefined)),
    channel('push', ['psh_1'], (key) => (key === 'psh_1' ? to('push', false) : undefined)),
  ];
  return (
    { channel: name, recipient, orderKey, attempts, lastError }: Delivery,
    outcome: DeliveryOutcome,
  ) => {
    const message = { notice, channel: name, recipient, others: [], orderKey, attempts, lastError };
    const part = { recipients: [recipient], outcome };
    return findReplacements({ store } as unknown as BrokerDeps, channels, message, part);
  };
}

const DEAD: DeliveryOutcome = { state: 'dead', at: AT, error: 'slack_user_disabled' };
const AGAIN: DeliveryOutcome = { state: 'due', nextAt: AT, error: 'slack_not_installed' };
const MAIL = [{ channel: 'mail', recipient: 'usr_1', orderKey: 'req_1' }];
const PUSH = delivery('push', 'psh_1', 'delivered');
const DUTY = 'request.awaiting_customer';

describe('a message that does not reach its person any more', () => {
  test('a duty goes by mail, which they had switched off', async () => {
    expect(await broker(DUTY, [DIRECT, PUSH], true)(DIRECT, DEAD)).toEqual(MAIL);
  });

  test('at once if the way is gone, while that may still come back', async () => {
    expect(await broker(DUTY, [DIRECT, PUSH], false)(DIRECT, AGAIN)).toEqual(MAIL);
    expect(
      await broker(DUTY, [DIRECT, PUSH], false)(DIRECT, { state: 'skipped', error: 'unlinked' }),
    ).toEqual(MAIL);
    expect(await broker(DUTY, [DIRECT, PUSH], true)(DIRECT, AGAIN)).toEqual([]);
    expect(
      await broker(DUTY, [DIRECT, PUSH], true)(DIRECT, { state: 'skipped', error: 'superseded' }),
    ).toEqual([]);
    expect(await broker(DUTY, [DIRECT, PUSH], false)(DIRECT, { state: 'delivered', at: AT })).toEqual([]);
  });

  test('what is no duty, or no person’s own, is not sent by another way', async () => {
    expect(await broker('request.approved', [DIRECT, PUSH], true)(DIRECT, DEAD)).toEqual([]);
    const channel = delivery('slack', 'C:acme');
    expect(await broker(DUTY, [channel], true)(channel, DEAD)).toEqual([]);
  });

  test('once: not if another message has gone out, whatever became of it', async () => {
    for (const state of ['due', 'delivered', 'dead', 'skipped'] as const) {
      const sent = [DIRECT, PUSH, delivery('mail', 'usr_1', state)];
      expect(await broker(DUTY, sent, true)(DIRECT, DEAD)).toEqual([]);
    }
  });
});

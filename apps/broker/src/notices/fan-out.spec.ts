import type { MessageDraft, Notice, NoticeChannel, NoticeChoices, Person } from '@countersign/access';
import type { BrokerDeps } from '../core.module.js';
import { fanOutNotices } from './fan-out.js';

const NOW = new Date('2026-11-24T15:00:00.000Z');
const notice = (id: string): Notice => ({
  id,
  tenant: 'acme',
  kind: 'request.approved',
  subject: 'req_1',
  audience: ['usr_1'],
  at: NOW.toISOString(),
});

/** A store whose outbox is a list; the rest of it knows nothing. */
function outbox(
  waiting: Notice[],
  persons: readonly Person[] = [],
  choices: ReadonlyMap<string, NoticeChoices> = new Map(),
) {
  const batches: { notice: string; drafts: readonly MessageDraft[] }[] = [];
  const reads = {
    outbox: { due: async (_now: string, limit: number) => waiting.slice(0, limit) },
    grants: { findAll: async () => [] },
    requests: { findAll: async () => [] },
    reviews: { ofRequests: async () => [] },
    organisation: { person: async (id: string) => persons.find((each) => each.id === id) ?? null },
    noticeAddresses: { list: async () => [] },
    preferences: { choicesOf: async () => choices },
  };
  const fanOut = async (fanned: readonly { notice: Notice; drafts: readonly MessageDraft[] }[]) => {
    for (const { notice, drafts } of fanned) {
      waiting.splice(
        waiting.findIndex((each) => each.id === notice.id),
        1,
      );
      batches.push({ notice: notice.id, drafts });
    }
    return fanned.length;
  };
  const store = {
    notices: {
      read: (work: (unit: unknown) => unknown) => work(reads),
      write: (work: (unit: unknown) => unknown) => work({ deliveryQueues: { fanOut } }),
    },
    readForTenant: (_tenant: string, work: (unit: unknown) => unknown) => work(reads),
  };
  return { deps: { store, clock: { now: () => NOW } } as unknown as BrokerDeps, batches };
}

describe('the fan-out', () => {
  test('P7: each recipient of each channel gets a delivery of its own, and only these channels have messages', async () => {
    const { deps, batches } = outbox([notice('ntc_a')]);
    const channel = (name: 'mail' | 'webhook', recipients: string[]): NoticeChannel => ({
      name,
      mostAtOnce: 1,
      recipients: async () => recipients,
      deliver: () => Promise.reject(new Error('not here')),
    });
    const channels = [channel('mail', ['usr_1', 'usr_2']), channel('webhook', [])];
    expect(await fanOutNotices(deps, channels)).toEqual({ notices: 1, channels: new Set(['mail']) });
    const draft = { orderKey: 'req_1' };
    expect(batches).toEqual([
      {
        notice: 'ntc_a',
        drafts: [
          { ...draft, channel: 'mail', recipient: 'usr_1' },
          { ...draft, channel: 'mail', recipient: 'usr_2' },
        ],
      },
    ]);
  });

  test('P7: a channel that reaches many with one message gets one for a hundred recipients', async () => {
    const { deps, batches } = outbox([notice('ntc_a')]);
    const ids = Array.from({ length: 150 }, (_, index) => `usr_${index}`);
    const mail: NoticeChannel = {
      ...{ name: 'mail', mostAtOnce: 1, reachesMany: true, recipients: async () => ids },
      deliver: () => Promise.reject(new Error('not here')),
    };
    expect(await fanOutNotices(deps, [mail])).toEqual({ notices: 1, channels: new Set(['mail']) });
    const [first, second] = batches[0]?.drafts ?? [];
    expect([first?.recipient, first?.others?.length]).toEqual(['usr_0', 99]);
    expect([second?.recipient, ...(second?.others ?? [])]).toEqual(ids.slice(100));
  });

  test('a person who has switched a topic off gets no message about it; everyone else does', async () => {
    const ids = ['usr_1', 'usr_2'];
    const persons = ids.map(
      (id) => ({ id, tenant: 'acme', roles: [], removedAt: null }) as unknown as Person,
    );
    const off = new Map([['usr_1', { decided: ['mail' as const] }]]);
    const sent = async (kind: Notice['kind']) => {
      const { deps, batches } = outbox([{ ...notice('ntc_a'), kind, audience: ids }], persons, off);
      const mail: NoticeChannel = {
        ...{ name: 'mail', mostAtOnce: 1, deliver: () => Promise.reject(new Error('not here')) },
        recipients: async () => [...ids, 'nad_1'],
        personal: async () =>
          new Map(
            ids.map((person) => [person, { person, way: 'mail', isFixed: false, surelyArrives: true }]),
          ),
      };
      await fanOutNotices(deps, [mail]);
      return batches[0]?.drafts.map(({ recipient }) => recipient);
    };
    expect(await sent('request.approved')).toEqual(['usr_2', 'nad_1']);
    expect(await sent('trust.stopped')).toEqual(['usr_1', 'usr_2', 'nad_1']);
  });

  test('goes on while batches are full', async () => {
    const { deps, batches } = outbox(Array.from({ length: 250 }, (_, index) => notice(String(index))));
    expect(await fanOutNotices(deps, [])).toEqual({ notices: 250, channels: new Set() });
    expect(batches).toHaveLength(250);
  });
});

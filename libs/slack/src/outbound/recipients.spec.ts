import type { AddressedNotice, Deps, NoticesReadUnit, Person, Review } from '@countersign/access';
import type { NoticeKind } from '@countersign/contract';
import { sampleRequest } from '../../../../test/factories/domain.js';
import { SlackChannel } from './channel.js';
import { channelOf, directTo, readRecipient, recipientsOf, VENDOR_CHANNEL } from './recipients.js';

const NOW = new Date('2026-11-24T15:00:00Z');
const PLACE = { teamId: 'T1', channelId: 'C1' };
const person = (id: string, tenant: string | null): Person => ({
  ...{ id, tenant, email: `${id}@x.example`, name: id, roles: [], removedAt: null },
});
const request = sampleRequest({ requester: 'usr_erin' });
const [erin, max, ada, bob] = [
  person('usr_erin', null),
  person('usr_max', null),
  person('usr_ada', 'acme'),
  person('usr_bob', 'acme'),
];

const channelAt = (now: Date) =>
  new SlackChannel(
    { clock: { now: () => now } } as unknown as Deps,
    {} as ConstructorParameters<typeof SlackChannel>[1],
    { publicUrl: 'http://localhost:4000', language: 'en' },
  );

interface Site {
  vendor?: boolean;
  tenant?: boolean;
  linked?: string[];
  lapsed?: string[];
  posts?: string[];
  reviews?: { person: string; digest: string }[];
}

function told(kind: NoticeKind, persons: Person[], site: Site): Promise<string[]> {
  const account = (id: string, expiresAt: string) =>
    (site.linked ?? []).includes(id) || (site.lapsed ?? []).includes(id) ? [{ person: id, expiresAt }] : [];
  const unit = {
    organisation: {
      tenant: async () => ({ slack: site.tenant ? PLACE : null }),
      vendorSlack: async () => (site.vendor ? PLACE : null),
    },
    slackAccounts: {
      ofPersons: async (ids: readonly string[]) =>
        ids.flatMap((id) =>
          account(id, (site.lapsed ?? []).includes(id) ? NOW.toISOString() : '2026-12-24T15:00:00.000Z'),
        ),
    },
    slackPosts: { ofRequest: async () => (site.posts ?? []).map((recipient) => ({ recipient })) },
  } as unknown as NoticesReadUnit;
  const reviews = (site.reviews ?? []) as Review[];
  const notice = {
    id: 'ntc_1',
    tenant: 'acme',
    kind,
    subject: request.id,
    audience: [],
    at: NOW.toISOString(),
  };
  const addressed: AddressedNotice = { notice, request, grant: null, reviews, persons, addresses: [] };
  return recipientsOf(addressed, unit, NOW);
}

test('a side with a channel is notified there, the requester always by direct message', async () => {
  const site = { vendor: true, tenant: true, linked: ['usr_erin', 'usr_ada', 'usr_max'] };
  expect(await told('request.awaiting_vendor', [erin, max], site)).toEqual([
    directTo('usr_erin'),
    VENDOR_CHANNEL,
  ]);
  expect(await told('request.awaiting_customer', [erin, ada, bob], site)).toEqual([
    directTo('usr_erin'),
    channelOf('acme'),
  ]);
});

test('without a channel, each person with a linked account that has not expired is notified', async () => {
  const site = { linked: ['usr_ada', 'usr_max'], lapsed: ['usr_bob'] };
  expect(await told('request.awaiting_vendor', [erin, max], site)).toEqual([directTo('usr_max')]);
  expect(await told('request.awaiting_customer', [erin, ada, bob], site)).toEqual([directTo('usr_ada')]);
});

test('a notice that changes the card updates every copy, not only those of its audience', async () => {
  const site = { tenant: true, posts: [VENDOR_CHANNEL, directTo('usr_max'), channelOf('acme')] };
  expect(await told('request.approved', [erin, ada], site)).toEqual([
    channelOf('acme'),
    VENDOR_CHANNEL,
    directTo('usr_max'),
  ]);
  expect(await told('grant.used', [erin, ada], site)).toEqual([channelOf('acme')]);
});

test('the last reminder goes only to people who have not decided these terms', async () => {
  const site = {
    tenant: true,
    linked: ['usr_ada', 'usr_bob'],
    reviews: [
      { person: 'usr_ada', digest: request.digest },
      { person: 'usr_bob', digest: 'sha256:older' },
    ],
  };
  expect(await told('request.escalated', [ada, bob], site)).toEqual([directTo('usr_bob')]);
});

test('the notice about changed notices goes to its person directly, even if their side has a channel', async () => {
  const site = { tenant: true, linked: ['usr_ada', 'usr_bob'] };
  expect(await told('account.notices-changed', [ada], site)).toEqual([directTo('usr_ada')]);
});

test('a kind that Slack does not deliver has no recipients', async () => {
  expect(await told('trust.adopted', [ada], { tenant: true })).toEqual([]);
});

test('a direct message is its person’s own to switch off, but not the update of a card that they have, and no channel', async () => {
  const channel = channelAt(NOW);
  const unit = {
    slackPosts: { ofRequest: async () => [{ recipient: directTo('usr_bob') }] },
    slackAccounts: { ofPerson: async () => [] },
  } as unknown as NoticesReadUnit;
  const keys = [directTo('usr_ada'), directTo('usr_bob'), channelOf('acme'), VENDOR_CHANNEL];
  const none = { way: 'slack', surelyArrives: false };
  expect(await channel.personal(keys, { request } as AddressedNotice, unit)).toEqual(
    new Map([
      [directTo('usr_ada'), { ...none, person: 'usr_ada', isFixed: false }],
      [directTo('usr_bob'), { ...none, person: 'usr_bob', isFixed: true }],
    ]),
  );
});

test('a direct message can arrive where the app is installed, in the account’s workspace or its Grid’s, and the link is valid', async () => {
  const later = '2026-12-24T15:00:00.000Z';
  const arrives = async (
    account: { workspace: string; team: string | null; expiresAt: string },
    installed: Record<string, { endedAt: string | null }>,
  ) => {
    const unit = {
      slackAccounts: { ofPerson: async () => [account] },
      slackInstallations: { find: async (place: string) => installed[place] ?? null },
    } as unknown as NoticesReadUnit;
    const found = await channelAt(NOW).personal(
      [directTo('usr_ada')],
      { request: null } as AddressedNotice,
      unit,
    );
    return found.get(directTo('usr_ada'))?.surelyArrives;
  };
  const linked = { workspace: 'E1', team: 'T1', expiresAt: later };
  expect(await arrives(linked, { E1: { endedAt: null } })).toBe(true);
  expect(await arrives(linked, { E1: { endedAt: later }, T1: { endedAt: null } })).toBe(true);
  expect(await arrives(linked, { E1: { endedAt: later }, T9: { endedAt: null } })).toBe(false);
  expect(await arrives({ ...linked, team: null }, {})).toBe(false);
  expect(await arrives({ ...linked, expiresAt: NOW.toISOString() }, { E1: { endedAt: null } })).toBe(false);
});

test('recipients are parsed as they were written; anything else throws', () => {
  expect(readRecipient(VENDOR_CHANNEL)).toEqual({ kind: 'vendor' });
  expect(readRecipient(channelOf('acme'))).toEqual({ kind: 'tenant', tenant: 'acme' });
  expect(readRecipient(directTo('usr_1'))).toEqual({ kind: 'person', person: 'usr_1' });
  expect(() => readRecipient('usr_1')).toThrow('no recipient');
});

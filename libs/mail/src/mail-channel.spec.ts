import type { AccessRequest, AddressedNotice, Deps, Person, Review } from '@countersign/access';
import type { NoticeKind } from '@countersign/contract';
import { sampleRequest } from '../../../test/factories/domain.js';
import { MailChannel } from './mail-channel.js';
import { readMailSettings } from './settings.js';

const settings = readMailSettings({
  ...{ smtpUrl: 'smtp://localhost:1025', from: 'countersign@localhost', publicUrl: 'http://localhost:4000' },
  language: 'en',
});
const channel = new MailChannel({} as Deps, settings);

const person = (id: string): Person => ({
  ...{ id, tenant: 'acme', email: `${id}@acme.example`, name: id, roles: ['approver'], removedAt: null },
});
const request = sampleRequest({ requester: 'usr_erin', state: 'awaiting_customer' });
const [erin, ada, bob] = [person('usr_erin'), person('usr_ada'), person('usr_bob')];

function mailed(
  kind: NoticeKind,
  reviews: { person: string; digest: string }[] = [],
  about: AccessRequest | null = request,
): Promise<string[]> {
  const at = '2026-11-24T17:00:00Z';
  const notice = { id: 'ntc_1', tenant: 'acme', kind, subject: request.id, audience: [], at };
  const addressed: AddressedNotice = {
    ...{ notice, request: about, grant: null, persons: [erin, ada, bob], addresses: [] },
    reviews: reviews as Review[],
  };
  return channel.recipients(addressed);
}

test('an overdue stage is mailed to those who have not decided these terms, and to them alone', async () => {
  const earlier = { person: ada.id, digest: 'sha256:earlier' };
  const now = { person: bob.id, digest: request.digest };
  expect(await mailed('request.stage-overdue', [earlier, now])).toEqual([erin.id, ada.id]);
  expect(await mailed('request.awaiting_customer', [earlier, now])).toEqual([ada.id, bob.id]);
});

test('the one whom a question, an answer or a forward is for gets a mail, also if that is the requester', async () => {
  for (const kind of ['request.asked', 'request.answered', 'request.forwarded'] as const)
    expect(await mailed(kind, [])).toEqual([erin.id, ada.id, bob.id]);
});

test('an offer, or a request that is outdated, is mailed to the requester alone; what waits for others, or waits no more, to the others', async () => {
  for (const kind of ['request.countered', 'request.outdated'] as const)
    expect([kind, await mailed(kind)]).toEqual([kind, [erin.id]]);
  for (const kind of ['request.awaiting_vendor', 'request.awaiting_customer', 'request.cancelled'] as const)
    expect([kind, await mailed(kind)]).toEqual([kind, [ada.id, bob.id]]);
});

test('if its request is gone, a notice about a request reaches no one; a notice about something else reaches everyone it is addressed to', async () => {
  for (const kind of ['request.approved', 'request.countered', 'grant.ended', 'demand.opening'] as const)
    expect([kind, await mailed(kind, [], null)]).toEqual([kind, []]);
  for (const kind of ['trust.proposed', 'account.key-created', 'log.statement', 'practice.due'] as const)
    expect([kind, await mailed(kind, [], null)]).toEqual([kind, [erin.id, ada.id, bob.id]]);
});

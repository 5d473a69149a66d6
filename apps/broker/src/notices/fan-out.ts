import type {
  AddressedNotice,
  DeliveryDraft,
  Notice,
  NoticeChannel,
  NoticesReadUnit,
  ReadUnit,
} from '@countersign/access';
import type { BrokerDeps } from '../injection.js';
import { personsOf } from './audience.js';

const BATCH = 100;

/**
 * Takes what the outbox holds, after the commits that put it there (P7), and writes down where each notice
 * goes: once, in one unit, whichever broker is first. From there on each recipient's delivery succeeds, waits
 * and dies alone. Streams are not among them: every broker reads all notices for those who follow it.
 *
 * @returns how many notices went out
 */
export async function fanOutNotices(deps: BrokerDeps, channels: readonly NoticeChannel[]): Promise<number> {
  let sent = 0;
  for (;;) {
    const now = deps.clock.now().toISOString();
    const due = await deps.store.notices.read((unit) => unit.outbox.due(now, BATCH));
    if (due.length === 0) return sent;
    const addressed = await addressAll(deps, due);
    const drafts = await deps.store.notices.read((unit) =>
      Promise.all(addressed.map((each) => draftsOf(unit, channels, each))),
    );
    const at = deps.clock.now().toISOString();
    await deps.store.notices.write(async ({ deliveries }) => {
      for (const [index, { notice }] of addressed.entries())
        await deliveries.fanOut(notice, drafts[index] ?? [], at);
    });
    sent += due.length;
    if (due.length < BATCH) return sent;
  }
}

/** What notices are about is read in their tenants' own units: nothing of another tenant can come into them (P9). */
async function addressAll(deps: BrokerDeps, notices: readonly Notice[]): Promise<AddressedNotice[]> {
  const found: AddressedNotice[] = [];
  for (const tenant of new Set(notices.map((notice) => notice.tenant))) {
    const own = notices.filter((notice) => notice.tenant === tenant);
    const addressed = await deps.store.readForTenant(tenant, (unit) =>
      Promise.all(own.map((notice) => address(unit, notice))),
    );
    found.push(...addressed);
  }
  return found;
}

async function draftsOf(
  unit: NoticesReadUnit,
  channels: readonly NoticeChannel[],
  addressed: AddressedNotice,
): Promise<DeliveryDraft[]> {
  const lane = addressed.request?.id ?? addressed.notice.subject;
  const drafts = await Promise.all(
    channels.map(async (channel) =>
      (await channel.recipients(addressed, unit)).map((recipient) => ({
        channel: channel.name,
        recipient,
        lane,
      })),
    ),
  );
  return drafts.flat();
}

async function address(unit: ReadUnit, notice: Notice): Promise<AddressedNotice> {
  const grant = notice.subject.startsWith('grt_') ? await unit.grants.find(notice.subject) : null;
  const request = await unit.requests.find(grant?.request ?? notice.subject);
  const reviews = request === null ? [] : await unit.reviews.ofRequests([request.id]);
  const persons = await personsOf(notice, {
    person: (id) => unit.organisation.person(id),
    withRole: (tenant, role) => unit.organisation.withRole(tenant, role),
  });
  return { notice, request, grant, reviews, persons };
}

import type {
  AddressedNotice,
  DeliveryDraft,
  Notice,
  NoticeChannel,
  NoticesReadUnit,
  ReadUnit,
} from '@countersign/access';
import type { BrokerDeps } from '../core.module.js';
import { personsOf } from './audience.js';

const BATCH = 100;

/**
 * Takes the committed notices from the outbox (P7) and stores one delivery for each recipient: once, in one transaction,
 * by whichever broker comes first. From then on each delivery succeeds, waits or dies on its own. Streams get no
 * deliveries, because every broker reads all notices for its own streams.
 *
 * @returns how many notices were fanned out
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

/** Reads the subjects of notices in units of their own tenants, so that nothing of another tenant can leak into them (P9). */
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

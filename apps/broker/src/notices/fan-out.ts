import type {
  AddressedNotice,
  DeliveryDraft,
  Notice,
  NoticeChannel,
  VendorReadUnit,
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
    const due = await deps.store.readAsVendor((unit) => unit.outbox.due(now, BATCH));
    if (due.length === 0) return sent;
    const drafts = await deps.store.readAsVendor((unit) =>
      Promise.all(due.map((notice) => draftsOf(unit, channels, notice))),
    );
    const at = deps.clock.now().toISOString();
    await deps.store.asVendor(async ({ deliveries }) => {
      for (const [index, notice] of due.entries()) await deliveries.fanOut(notice, drafts[index] ?? [], at);
    });
    sent += due.length;
    if (due.length < BATCH) return sent;
  }
}

async function draftsOf(
  unit: VendorReadUnit,
  channels: readonly NoticeChannel[],
  notice: Notice,
): Promise<DeliveryDraft[]> {
  const addressed = await address(unit, notice);
  const lane = addressed.request?.id ?? notice.subject;
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

async function address(unit: VendorReadUnit, notice: Notice): Promise<AddressedNotice> {
  const grant = notice.subject.startsWith('grt_') ? await unit.grants.find(notice.subject) : null;
  const request = await unit.requests.find(grant?.request ?? notice.subject);
  const persons = await personsOf(notice, {
    person: (id) => unit.organisation.person(id),
    withRole: (tenant, role) => unit.withRole(tenant, role),
  });
  return { notice, request, grant, persons };
}

import type {
  AddressedNotice,
  DeliveryDraft,
  Notice,
  NoticeChannel,
  VendorReadUnit,
} from '@countersign/access';
import type { BrokerDeps } from '../injection.js';
import { personsOf } from './audience.js';

/** Whoever follows the stream of this process; told at once, without a copy of their own. */
export interface LiveListeners {
  tell(notice: Notice): void;
}

/** The stream is one recipient: it has no outages of its own. */
export const STREAM_RECIPIENT = '*';

const BATCH = 100;

/**
 * Takes what the outbox holds, after the commits that put it there (P7), and writes down where each notice
 * goes: once, in one unit. From there on each recipient's delivery succeeds, waits and dies alone. The stream
 * is told first: a crash before the unit's commit tells it again under the same id, never not at all.
 *
 * @returns how many notices went out
 */
export async function fanOutNotices(
  deps: BrokerDeps,
  channels: readonly NoticeChannel[],
  live: LiveListeners,
): Promise<number> {
  let sent = 0;
  for (;;) {
    const now = deps.clock.now().toISOString();
    const due = await deps.store.readAsVendor((unit) => unit.outbox.due(now, BATCH));
    if (due.length === 0) return sent;
    const drafts = await deps.store.readAsVendor((unit) =>
      Promise.all(due.map((notice) => draftsOf(unit, channels, notice))),
    );
    const at = deps.clock.now().toISOString();
    for (const notice of due) live.tell(notice);
    await deps.store.asVendor(async ({ deliveries }) => {
      for (const [index, notice] of due.entries()) {
        const { lane, elsewhere } = drafts[index] ?? { lane: notice.subject, elsewhere: [] };
        const stream = { channel: 'stream', recipient: STREAM_RECIPIENT, lane, deliveredAt: at } as const;
        await deliveries.fanOut(notice, [stream, ...elsewhere], at);
      }
    });
    sent += due.length;
    if (due.length < BATCH) return sent;
  }
}

async function draftsOf(
  unit: VendorReadUnit,
  channels: readonly NoticeChannel[],
  notice: Notice,
): Promise<{ lane: string; elsewhere: DeliveryDraft[] }> {
  const addressed = await address(unit, notice);
  const lane = addressed.request?.id ?? notice.subject;
  const elsewhere = await Promise.all(
    channels.map(async (channel) =>
      (await channel.recipients(addressed, unit)).map((recipient) => ({
        channel: channel.name,
        recipient,
        lane,
        deliveredAt: null,
      })),
    ),
  );
  return { lane, elsewhere: elsewhere.flat() };
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

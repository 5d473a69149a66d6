import {
  type AddressedNotice,
  chosenMessages,
  getsNotice,
  type MessageDraft,
  type Notice,
  type NoticeChannel,
  type NoticeChoices,
  type NoticesReadUnit,
  type PersonalRecipient,
  personalTopic,
  type ReadUnit,
} from '@countersign/access';
import { type DeliveryChannel, declarationOf } from '@countersign/contract';
import type { BrokerDeps } from '../core.module.js';
import { personsOf } from './audience.js';

const BATCH = 100;
/** Most recipients of one message: mail servers take at least so many (RFC 5321, 4.5.3.1.8). */
const MOST_TOGETHER = 100;

/**
 * Takes the committed notices from the outbox (P7) and stores a message for each recipient, or for all recipients of a channel
 * that reaches many with one: once, in one transaction, by whichever broker comes first. From then on each recipient's delivery
 * succeeds, waits or dies on its own. Streams get no deliveries, because every broker reads all notices for its own streams.
 *
 * @returns how many notices were fanned out, and which channels have messages of them
 */
export async function fanOutNotices(
  deps: BrokerDeps,
  channels: readonly NoticeChannel[],
): Promise<{ notices: number; channels: ReadonlySet<DeliveryChannel> }> {
  const sent = { notices: 0, channels: new Set<DeliveryChannel>() };
  for (;;) {
    const now = deps.clock.now().toISOString();
    const due = await deps.store.notices.read((unit) => unit.outbox.due(now, BATCH));
    if (due.length === 0) return sent;
    const addressed = await addressAll(deps, due);
    const drafts = await deps.store.notices.read(async (unit) => {
      const choices = await choicesOf(unit, addressed);
      return Promise.all(addressed.map((each) => draftsOf(unit, channels, each, choices)));
    });
    const at = deps.clock.now().toISOString();
    const withDrafts = addressed.map(({ notice }, index) => ({ notice, drafts: drafts[index] ?? [] }));
    await deps.store.notices.write(({ deliveryQueues }) => deliveryQueues.fanOut(withDrafts, at));
    sent.notices += due.length;
    for (const { channel } of drafts.flat()) sent.channels.add(channel);
    if (due.length < BATCH) return sent;
  }
}

/** Reads the subjects of notices in units of their own tenants, so that nothing of another tenant can leak into them (P9). */
export async function addressAll(deps: BrokerDeps, notices: readonly Notice[]): Promise<AddressedNotice[]> {
  const found: AddressedNotice[] = [];
  for (const tenant of new Set(notices.map((notice) => notice.tenant))) {
    const own = notices.filter((notice) => notice.tenant === tenant);
    found.push(...(await deps.store.readForTenant(tenant, (unit) => address(unit, own))));
  }
  return found;
}

async function draftsOf(
  unit: NoticesReadUnit,
  channels: readonly NoticeChannel[],
  addressed: AddressedNotice,
  choices: ReadonlyMap<string, NoticeChoices>,
): Promise<MessageDraft[]> {
  const { notice } = addressed;
  // The broker waits until this notice has arrived, so it must not wait behind an earlier one.
  const orderKey = declarationOf(notice.kind).forCustomerAlone
    ? notice.id
    : (addressed.request?.id ?? notice.subject);
  const found = await Promise.all(
    channels.map((channel) => messagesOf(unit, channel, addressed, choices.size > 0)),
  );
  const chosen = applyChoices(found.flat(), addressed, choices);
  return channels.flatMap(({ name, reachesMany }) => {
    const recipients = chosen.flatMap(({ channel, recipient }) => (channel === name ? [recipient] : []));
    return groups(recipients, reachesMany === true ? MOST_TOGETHER : 1).map(
      ([recipient = '', ...others]) => ({
        ...{ channel: name, recipient, orderKey },
        ...(others.length === 0 ? {} : { others }),
      }),
    );
  });
}

const groups = (recipients: readonly string[], size: number): string[][] =>
  Array.from({ length: Math.ceil(recipients.length / size) }, (_, at) =>
    recipients.slice(at * size, (at + 1) * size),
  );

/** A message to one recipient of a channel. `to`: the person, if the recipient is one person's own. */
export interface Message {
  channel: DeliveryChannel;
  recipient: string;
  to: PersonalRecipient | undefined;
}

/** @param sent recipients who have the notice already. Some of them may no longer be recipients of it */
export async function messagesOf(
  unit: NoticesReadUnit,
  channel: NoticeChannel,
  addressed: AddressedNotice,
  hasChoices: boolean,
  sent: readonly string[] = [],
): Promise<Message[]> {
  const recipients = [...new Set([...sent, ...(await channel.recipients(addressed, unit))])];
  const personal = hasChoices ? await channel.personal?.(recipients, addressed, unit) : undefined;
  return recipients.map((recipient) => ({
    channel: channel.name,
    recipient,
    to: personal?.get(recipient),
  }));
}

/** What a person's choices depend on, beside the kind of the notice. */
export const aboutOf = ({ request, grant }: AddressedNotice) => ({
  requester: request?.requester ?? null,
  endReason: grant?.endReason ?? null,
});

/** The messages without those that their persons have switched off. */
function applyChoices(
  messages: readonly Message[],
  addressed: AddressedNotice,
  choices: ReadonlyMap<string, NoticeChoices>,
): Message[] {
  const left = new Set(messages);
  const about = aboutOf(addressed);
  for (const [person, off] of choices) {
    const own = messages.flatMap((message) =>
      message.to?.person === person ? [{ ...message.to, message }] : [],
    );
    const chosen = chosenMessages(own, personalTopic(addressed.notice.kind, person, about), off);
    for (const each of own) if (!chosen.includes(each)) left.delete(each.message);
  }
  return [...left];
}

/** What the persons of these notices have switched off. */
async function choicesOf(
  unit: NoticesReadUnit,
  addressed: readonly AddressedNotice[],
): Promise<ReadonlyMap<string, NoticeChoices>> {
  const persons = new Set(addressed.flatMap((each) => each.persons.map(({ id }) => id)));
  return persons.size === 0 ? new Map() : unit.preferences.choicesOf([...persons]);
}

/** Addresses notices of one tenant. */
async function address(unit: ReadUnit, notices: readonly Notice[]): Promise<AddressedNotice[]> {
  const subjects = [...new Set(notices.map(({ subject }) => subject))];
  const grants = byId(await unit.grants.findAll(subjects.filter((id) => id.startsWith('grt_'))));
  const requestOf = (subject: string) => grants.get(subject)?.request ?? subject;
  const ids = [...new Set(subjects.map(requestOf))];
  const [found, reviews] = await Promise.all([unit.requests.findAll(ids), unit.reviews.ofRequests(ids)]);
  const requests = byId(found);
  const listed = notices.some(({ kind }) => declarationOf(kind).topic !== undefined)
    ? await unit.noticeAddresses.list()
    : [];
  return Promise.all(
    notices.map(async (notice) => {
      const request = requests.get(requestOf(notice.subject)) ?? null;
      const persons = await personsOf(notice, {
        person: (id) => unit.organisation.person(id),
        withRole: (tenant, role) => unit.organisation.withRole(tenant, role),
      });
      return {
        notice,
        request,
        grant: grants.get(notice.subject) ?? null,
        reviews: reviews.filter((review) => review.request === request?.id),
        persons,
        addresses: listed.filter((address) => getsNotice(address, notice.kind)),
      };
    }),
  );
}

const byId = <Row extends { id: string }>(rows: readonly Row[]): Map<string, Row> =>
  new Map(rows.map((row) => [row.id, row]));

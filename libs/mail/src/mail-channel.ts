import {
  type AddressedNotice,
  addressOf,
  type Delivered,
  type Delivery,
  DeliveryFailure,
  type Deps,
  getsNotice,
  type Notice,
  type NoticeChannel,
  notifiedPersons,
  type Person,
  type PersonalRecipient,
  type ReadUnit,
  topicOf,
} from '@countersign/access';
import { logPointText } from '@countersign/wording';
import type { Skip } from './access-facts.js';
import { writeAddressMail } from './address-mail.js';
import { type MailContent, withLastLine } from './layout.js';
import { MailClient } from './mail-client.js';
import { mailAbout, type OwnedKey } from './mail-content.js';
import type { MailSettings } from './settings.js';
import { isAccountMailKind } from './words/words.js';

type MailDeps = Pick<Deps, 'store' | 'hashing' | 'clock'>;

const MAX_CONCURRENT = 8;
const HASH_LENGTH = 16;

/** Notifies people by mail, with one link and nothing to press. */
export class MailChannel implements NoticeChannel {
  readonly name = 'mail';
  readonly mostAtOnce = MAX_CONCURRENT;
  private readonly client: MailClient;

  constructor(
    private readonly deps: MailDeps,
    private readonly settings: MailSettings,
  ) {
    this.client = new MailClient(settings);
  }

  async recipients(addressed: AddressedNotice): Promise<string[]> {
    return [...notifiedPersons(addressed), ...addressed.addresses.map(({ id }) => id)];
  }

  async personal(recipients: readonly string[]): Promise<ReadonlyMap<string, PersonalRecipient>> {
    const persons = recipients.filter((key) => key.startsWith('usr_'));
    return new Map(
      persons.map((person) => [person, { person, way: 'mail', isFixed: false, surelyArrives: true }]),
    );
  }

  /** @throws DeliveryFailure */
  async deliver(delivery: Delivery, signal: AbortSignal): Promise<Delivered> {
    const found = await this.deps.store.notices.read((unit) => unit.deliveries.find(delivery.notice));
    if (found === null) throw new DeliveryFailure('unknown_notice', { final: true });
    // Everything else is read in the tenant's own unit, so that nothing of another tenant can get into the mail (P9).
    if (delivery.recipient.startsWith('nad_')) return this.deliverToAddress(delivery, found.notice, signal);
    const key = isAccountMailKind(found.notice.kind) ? await this.keyOf(found.notice) : null;
    const [read, log] = await this.deps.store.readForTenant(delivery.tenant, async (unit) => [
      await this.read(unit, found.notice, delivery.recipient, key),
      await unit.events.head(),
    ]);
    if ('skip' in read) return { done: 'skipped', code: read.skip };
    await this.client.send(
      {
        ...withLastLine(read.content, logPointText(log, this.settings.language)),
        to: addressOf(read.person),
        messageId: this.messageId(delivery),
      },
      signal,
    );
    return { done: 'delivered' };
  }

  /** To a mailbox that signs no one in. What was removed since the fan-out, or wants this no more, gets nothing. */
  private async deliverToAddress(
    delivery: Delivery,
    { kind, at, tenant: slug }: Notice,
    signal: AbortSignal,
  ): Promise<Delivered> {
    const { publicUrl, language } = this.settings;
    const [address, found, log] = await this.deps.store.readForTenant(delivery.tenant, async (unit) => [
      await unit.noticeAddresses.find(delivery.recipient),
      await unit.organisation.tenant(slug),
      await unit.events.head(),
    ]);
    const tenant = found?.name ?? slug;
    const zone = found?.controls.zone ?? UTC;
    const topic = topicOf(kind);
    if (address === null || topic === null || !getsNotice(address, kind))
      return { done: 'skipped', code: 'recipient_removed' };
    const content = writeAddressMail({ topic, kind, at, tenant, publicUrl }, { language, zone });
    await this.client.send(
      {
        ...withLastLine(content, logPointText(log, language)),
        ...{ to: address.address, messageId: this.messageId(delivery) },
      },
      signal,
    );
    return { done: 'delivered' };
  }

  /** The same for every attempt and different for each recipient: mail programs drop a second mail with the same id. */
  private messageId({ notice, recipient }: Delivery): string {
    const hash = Buffer.from(this.deps.hashing.sha256(Buffer.from(recipient, 'utf8'))).toString('hex');
    return `<${notice}.${hash.slice(0, HASH_LENGTH)}@${new URL(this.settings.publicUrl).hostname}>`;
  }

  private async read(
    unit: ReadUnit,
    notice: Notice,
    recipient: string,
    key: OwnedKey | null,
  ): Promise<Skip | { content: MailContent; person: Person }> {
    const person = await unit.organisation.person(recipient);
    if (person === null || person.removedAt !== null) return { skip: 'recipient_removed' };
    const { publicUrl, language } = this.settings;
    const reader = { language, zone: await zoneOf(unit, person) };
    const reading = { unit, notice, person, reader, publicUrl };
    const content = await mailAbout(reading, { key, now: this.deps.clock.now() });
    return 'skip' in content ? content : { content, person };
  }

  /** The key that the notice is about. It belongs to the deployment, so a tenant's unit does not see it. */
  private keyOf({ subject }: Notice): Promise<OwnedKey | null> {
    return this.deps.store.apiKeys.read((unit) => unit.apiKeys.withPerson(subject));
  }
}

const UTC = 'UTC';

/** The time zone of a person's clocks: that of their browser, else that of their organisation's rules, else UTC. */
async function zoneOf({ organisation }: ReadUnit, { id, tenant }: Person): Promise<string> {
  const own = await organisation.zone(id);
  if (own !== null) return own;
  return (tenant === null ? undefined : (await organisation.tenant(tenant))?.controls.zone) ?? UTC;
}

import {
  type AddressedNotice,
  addressOf,
  type ClaimedMessage,
  type DeliveredPart,
  DeliveryFailure,
  type Deps,
  getsNotice,
  hexDigest,
  type Notice,
  type NoticeChannel,
  notifiedPersons,
  type Person,
  type PersonalRecipient,
  type ReadUnit,
} from '@countersign/access';
import { declarationOf, isMailedAs } from '@countersign/contract';
import { logPointText } from '@countersign/wording';
import type { Skip } from './access-facts.js';
import { writeAddressMail } from './address-mail.js';
import { type MailContent, withLastLine } from './layout.js';
import { MailClient } from './mail-client.js';
import { audienceOf, mailAbout, type OwnedKey } from './mail-content.js';
import type { MailSettings } from './settings.js';

type MailDeps = Pick<Deps, 'store' | 'hashing' | 'clock'>;

const MAX_CONCURRENT = 8;
const HASH_LENGTH = 16;

/** Notifies people by mail, with one link and nothing to press. */
export class MailChannel implements NoticeChannel {
  readonly name = 'mail';
  readonly mostAtOnce = MAX_CONCURRENT;
  readonly reachesMany = true;
  readonly surelyArrives = true;
  private readonly client: MailClient;

  constructor(
    private readonly deps: MailDeps,
    private readonly settings: MailSettings,
  ) {
    this.client = new MailClient(settings, MAX_CONCURRENT);
  }

  async recipients(addressed: AddressedNotice): Promise<string[]> {
    return [...notifiedPersons(addressed), ...addressed.addresses.map(({ id }) => id)];
  }

  async personal(recipients: readonly string[]): Promise<ReadonlyMap<string, PersonalRecipient>> {
    const persons = recipients.filter((key) => key.startsWith('usr_'));
    return new Map(
      persons.map((person) => [
        person,
        { person, way: 'mail', isFixed: false, surelyArrives: this.surelyArrives },
      ]),
    );
  }

  /** @throws DeliveryFailure */
  async deliver(message: ClaimedMessage, signal: AbortSignal): Promise<readonly DeliveredPart[]> {
    const { notice } = message;
    const recipients = [message.recipient, ...message.others];
    const key = isMailedAs(notice.kind, 'key') ? await this.keyOf(notice) : null;
    // Read in the tenant's own unit, so that nothing of another tenant can get into the mail (P9).
    const [mails, log] = await this.deps.store.readForTenant(notice.tenant, async (unit) => [
      [
        ...(await this.toPersons(unit, notice, recipients.filter(isPerson), key)),
        ...(await this.toAddresses(
          unit,
          notice,
          recipients.filter((each) => !isPerson(each)),
        )),
      ],
      await unit.events.head(),
    ]);
    const line = logPointText(log, this.settings.language);
    const sent = await Promise.all(mails.map((mail) => this.send(mail, notice, line, signal)));
    return oneFailure(sent.flat());
  }

  close(): void {
    this.client.close();
  }

  private async send(
    { to, ...mail }: Mail,
    notice: Notice,
    lastLine: string,
    signal: AbortSignal,
  ): Promise<DeliveredPart[]> {
    const recipients = [...to.keys()];
    if ('skip' in mail) return [{ recipients, result: { done: 'skipped', code: mail.skip } }];
    try {
      const refused = await this.client.send(
        {
          ...withLastLine(mail.content, lastLine),
          ...{ to: [...new Set(to.values())], messageId: this.messageId(notice, mail.audience, recipients) },
        },
        signal,
      );
      const failureOf = (recipient: string) => refused.get(to.get(recipient) as string);
      const taken = recipients.filter((each) => failureOf(each) === undefined);
      return [
        ...(taken.length === 0 ? [] : [{ recipients: taken, result: { done: 'delivered' as const } }]),
        ...recipients.flatMap((each) => {
          const result = failureOf(each);
          return result === undefined ? [] : [{ recipients: [each], result }];
        }),
      ];
    } catch (error) {
      if (!(error instanceof DeliveryFailure)) throw error;
      return [{ recipients, result: error }];
    }
  }

  /** One mail for all who read the same on the same clock. */
  private async toPersons(
    unit: ReadUnit,
    notice: Notice,
    ids: readonly string[],
    key: OwnedKey | null,
  ): Promise<Mail[]> {
    const readers = new Map(
      (await unit.organisation.readers(ids)).map((reader) => [reader.person.id, reader]),
    );
    const { publicUrl, language } = this.settings;
    const now = this.deps.clock.now();
    const groups = new Map<string, { person: Person; zone: string; to: Map<string, string> }>();
    const gone = new Map<string, string>();
    for (const id of ids) {
      const { person, zone: own = null } = readers.get(id) ?? {};
      if (person === undefined || person.removedAt !== null) {
        gone.set(id, '');
        continue;
      }
      const zone = own ?? (await zoneOf(unit, person.tenant));
      const audience = `${audienceOf(notice.kind, person)} ${zone}`;
      const group = groups.get(audience) ?? { person, zone, to: new Map() };
      groups.set(audience, group);
      group.to.set(id, addressOf(person));
    }
    const mails: Mail[] = gone.size === 0 ? [] : [{ to: gone, skip: 'recipient_removed' }];
    for (const [audience, { person, zone, to }] of groups) {
      const reading = { unit, notice, person, reader: { language, zone }, publicUrl };
      const content = await mailAbout(reading, { key, now });
      mails.push('skip' in content ? { to, ...content } : { to, content, audience });
    }
    return mails;
  }

  /** To mailboxes that sign no one in. What was removed since the fan-out, or wants this no more, gets nothing. */
  private async toAddresses(unit: ReadUnit, notice: Notice, ids: readonly string[]): Promise<Mail[]> {
    if (ids.length === 0) return [];
    const { kind, at, tenant: slug } = notice;
    const { publicUrl, language } = this.settings;
    const tenant = await unit.organisation.tenant(slug);
    const { topic } = declarationOf(kind);
    const listed = (await unit.noticeAddresses.list()).filter((each) => getsNotice(each, kind));
    const to = new Map(
      listed.flatMap(({ id, address }) => (ids.includes(id) ? [[id, address] as const] : [])),
    );
    const gone = new Map(ids.flatMap((id) => (to.has(id) ? [] : [[id, ''] as const])));
    const mails: Mail[] = gone.size === 0 ? [] : [{ to: gone, skip: 'recipient_removed' }];
    if (topic === undefined || to.size === 0) return mails;
    const zone = tenant?.controls.zone ?? UTC;
    const name = tenant?.name ?? slug;
    const content = writeAddressMail({ topic, kind, at, tenant: name, publicUrl }, { language, zone });
    return [...mails, { to, content, audience: 'addresses' }];
  }

  /**
   * The same for every attempt and different for each recipient, or audience: mail programs drop a second mail with the same id.
   */
  private messageId({ id }: Notice, audience: string, recipients: readonly string[]): string {
    const name = recipients.length === 1 ? (recipients[0] as string) : audience;
    const hash = hexDigest(this.deps.hashing, name);
    return `<${id}.${hash.slice(0, HASH_LENGTH)}@${new URL(this.settings.publicUrl).hostname}>`;
  }

  /** The key that the notice is about. It belongs to the deployment, so a tenant's unit does not see it. */
  private keyOf({ subject }: Notice): Promise<OwnedKey | null> {
    return this.deps.store.apiKeys.read((unit) => unit.apiKeys.withPerson(subject));
  }
}

/** A mail to these recipients, by their addresses; or why there is none for them. */
type Mail = { to: Map<string, string> } & (Skip | { content: MailContent; audience: string });

const isPerson = (recipient: string): boolean => recipient.startsWith('usr_');

/** If the server took nothing, and for one reason, the whole message failed: it stays together. */
function oneFailure(parts: readonly DeliveredPart[]): readonly DeliveredPart[] {
  const failures = parts.flatMap(({ result }) => (result instanceof DeliveryFailure ? [result] : []));
  const [first] = failures;
  const isOne = failures.every(({ code, final }) => code === first?.code && !final);
  if (first !== undefined && parts.length > 1 && failures.length === parts.length && isOne) throw first;
  return parts;
}

const UTC = 'UTC';

/** The time zone of people whose own is not known: that of their organisation's rules, else UTC. */
const zoneOf = async ({ organisation }: ReadUnit, tenant: string | null): Promise<string> =>
  (tenant === null ? undefined : (await organisation.tenant(tenant))?.controls.zone) ?? UTC;

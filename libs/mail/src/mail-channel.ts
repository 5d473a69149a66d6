import {
  type AccessRequest,
  type AddressedNotice,
  type ApiKey,
  addressOf,
  countOutcomes,
  countResults,
  type Delivered,
  type Delivery,
  DeliveryFailure,
  type Deps,
  type Grant,
  getsNotice,
  isConsent,
  type Notice,
  type NoticeChannel,
  noteViews,
  type Person,
  type PersonalRecipient,
  type ReadUnit,
  type RequestNoteKind,
  type Review,
  readCrossing,
  readEndWords,
  readStatuses,
  requestViews,
  topicOf,
} from '@countersign/access';
import { hiddenFields, type Opening, type Terms } from '@countersign/contract';
import { bodyDifference, changedRows, logPointText } from '@countersign/wording';
import { beganWith, type MailFacts, writeMail } from './access-mail.js';
import { writeAccountMail, writeNoticesChangedMail } from './account-mail.js';
import { writeAddressChangeMail, writeAddressMail } from './address-mail.js';
import { type MailContent, withLastLine } from './layout.js';
import { MailClient } from './mail-client.js';
import { isMailOver, mailedPersons } from './mail-recipients.js';
import { writePracticeMail } from './practice-mail.js';
import { writeReviewMail } from './review-mail.js';
import type { MailSettings } from './settings.js';
import { writeStatementMail } from './statement-mail.js';
import { trustFacts, writeTrustMail } from './trust-mail.js';
import {
  isAccountMailKind,
  isAddressChangeKind,
  isMailKind,
  isPracticeMailKind,
  isReviewMailKind,
  isTrustMailKind,
  type MailKind,
} from './words/words.js';

type MailDeps = Pick<Deps, 'store' | 'hashing' | 'clock'>;

/** The notes that mails show. */
const NOTE_KINDS: Readonly<Partial<Record<MailKind, RequestNoteKind>>> = {
  'request.asked': 'question',
  'request.answered': 'answer',
  'request.forwarded': 'forward',
};

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
    return [...mailedPersons(addressed), ...addressed.addresses.map(({ id }) => id)];
  }

  async personal(recipients: readonly string[]): Promise<ReadonlyMap<string, PersonalRecipient>> {
    const persons = recipients.filter((key) => key.startsWith('usr_'));
    return new Map(
      persons.map((person) => [person, { person, way: 'mail', isFixed: false, canArrive: true }]),
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
  ): Promise<{ skip: string } | { content: MailContent; person: Person }> {
    const person = await unit.organisation.person(recipient);
    if (person === null || person.removedAt !== null) return { skip: 'recipient_removed' };
    const { publicUrl, language } = this.settings;
    const reader = { language, zone: await zoneOf(unit, person) };
    if (isTrustMailKind(notice.kind)) {
      const trustMail = await trustFacts(unit, { ...notice, kind: notice.kind }, person, publicUrl);
      return 'skip' in trustMail ? trustMail : { content: writeTrustMail(trustMail, reader), person };
    }
    if (isAccountMailKind(notice.kind)) {
      // A key is shown only to its person's own side (P9).
      if (key === null || key.key.tenant !== person.tenant) return { skip: 'nothing_to_tell' };
      const facts = { notice: { ...notice, kind: notice.kind }, key: key.key, owner: key.person };
      return { content: writeAccountMail({ ...facts, recipient: person, publicUrl }, reader), person };
    }
    if (notice.kind === 'account.notices-changed')
      return { content: writeNoticesChangedMail({ at: notice.at, publicUrl }, reader), person };
    if (notice.kind === 'log.statement') {
      const statement = await unit.statements.find(notice.subject);
      if (statement === null) return { skip: 'nothing_to_tell' };
      const name = (await unit.organisation.tenant(notice.tenant))?.name ?? notice.tenant;
      const link = `${publicUrl}/api/v1/tenants/${notice.tenant}/statements/${statement.day}`;
      return { content: writeStatementMail({ statement, tenant: name, link }, language), person };
    }
    if (isReviewMailKind(notice.kind)) {
      const review = await unit.accessReviews.find(notice.subject);
      if (review === null) return { skip: 'nothing_to_tell' };
      if (review.state === 'closed' && notice.kind !== 'access-review.closed') return { skip: 'superseded' };
      const counts = countOutcomes(await unit.accessReviews.items([review.id]));
      const tenant = (await unit.organisation.tenant(notice.tenant))?.name ?? notice.tenant;
      const facts = { kind: notice.kind, review, counts, tenant, link: `${publicUrl}/access-review` };
      return { content: writeReviewMail(facts, reader), person };
    }
    if (isAddressChangeKind(notice.kind)) {
      const address = await unit.noticeAddresses.find(notice.subject);
      const tenant = (await unit.organisation.tenant(notice.tenant))?.name ?? notice.tenant;
      const facts = { kind: notice.kind, address: address?.address ?? '', tenant, publicUrl };
      return { content: writeAddressChangeMail(facts, language), person };
    }
    if (isPracticeMailKind(notice.kind)) {
      const practice = await unit.practices.find(notice.subject);
      if (practice === null) return { skip: 'nothing_to_tell' };
      const requests = await unit.practices.requests([practice.id]);
      const own = requests.find((each) => each.person === person.id);
      if (notice.kind !== 'practice.failed' && own?.result !== null) return { skip: 'superseded' };
      const tenant = (await unit.organisation.tenant(notice.tenant))?.name ?? notice.tenant;
      const facts = { kind: notice.kind, practice, counts: countResults(requests), tenant };
      return { content: writePracticeMail({ ...facts, link: `${publicUrl}/practice` }, reader), person };
    }
    const named = notice.subject.startsWith('grt_') ? await unit.grants.find(notice.subject) : null;
    const request = await unit.requests.find(named?.request ?? notice.subject);
    if (request === null || !isMailKind(notice.kind)) return { skip: 'nothing_to_tell' };
    const grant = named ?? (request.grant === null ? null : await unit.grants.find(request.grant));
    if (isMailOver(notice.kind, request, grant)) return { skip: 'superseded' };
    const [view] = await requestViews(unit, [request]);
    const reviews = view?.reviews ?? [];
    if (isInApproval(notice, request, grant, reviews)) return { skip: 'merged' };
    const terms = view?.offer?.terms ?? request.terms;
    const service = await unit.organisation.service(request.service);
    const disclosure = grant === null ? null : await unit.disclosures.find(grant.id);
    const said = NOTE_KINDS[notice.kind];
    const notes = said === undefined ? [] : await noteViews(unit, [request.id]);
    const isAboutRule = notice.kind.startsWith('supervision.');
    const openings = await unit.openings.find([terms.justification, terms.ticket ?? '']);
    const requester = await unit.organisation.person(request.requester);
    const tenant = await unit.organisation.tenant(request.tenant);
    const facts: MailFacts = {
      kind: notice.kind,
      at: notice.at,
      change: changeFacts(terms, await unit.openings.find(changeTexts(terms))),
      requester: requester?.name ?? request.requester,
      requesterFacts: terms.requesterFacts,
      hidden: {
        fields: hiddenFields(service?.definition.routes ?? [], terms.scope),
        unmasked: terms.unmasked,
      },
      tenant: tenant?.name ?? request.tenant,
      service: request.service,
      scope: terms.scope,
      seconds: terms.seconds,
      requestedSeconds: request.terms.seconds,
      justification: openings.get(terms.justification)?.value ?? null,
      ticket: openings.get(terms.ticket ?? '')?.value ?? null,
      lapsesAt: request.lapsesAt,
      requested: { startsAt: terms.startsAt ?? null, useBy: terms.useBy ?? null },
      grant,
      dueAt: disclosure?.dueAt ?? null,
      crossing: isAboutRule && grant !== null ? await readCrossing(unit, grant.id) : null,
      endedBy: await enderOf(unit, notice.kind, grant, reviews),
      blocked: grant === null ? null : await blockOf(unit, person, { grant, request }, this.deps.clock.now()),
      said: notes.findLast(({ note }) => note.kind === said)?.text ?? null,
      link: notice.kind.startsWith('disclosure.')
        ? `${publicUrl}/emergencies#${notice.subject}`
        : isAboutRule
          ? `${publicUrl}/grants/${notice.subject}`
          : `${publicUrl}/requests/${request.id}`,
    };
    return { content: writeMail(facts, reader), person };
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

/**
 * True for a grant that began, or was scheduled, with its approval in the same second: the mail about the approval says so too.
 * Both go to the same people if the customer decides. A request that no one had to review has no mail about an approval. A grant that
 * waited for its first use has a mail about its start, also if both came in one second: the mail about the approval may be out by then.
 */
const isInApproval = (
  { kind, at }: Notice,
  request: AccessRequest,
  grant: Grant | null,
  reviews: readonly Review[],
): boolean =>
  (kind === 'grant.active' || kind === 'grant.scheduled') &&
  grant !== null &&
  request.state === 'approved' &&
  isConsent(request.terms.basis) &&
  reviews.some(({ decision }) => decision === 'approve') &&
  !(kind === 'grant.active' && grant.useBy !== null) &&
  beganWith(grant.createdAt, at);

/** Who denied the request or ended the grant that the mail is about, and the words given; null if no person did. */
async function enderOf(
  unit: ReadUnit,
  kind: MailKind,
  grant: Grant | null,
  reviews: readonly Review[],
): Promise<MailFacts['endedBy']> {
  if (kind === 'request.denied') {
    const denial = reviews.findLast(({ decision }) => decision === 'deny');
    if (denial === undefined) return null;
    const person = await unit.organisation.person(denial.person);
    return { name: person?.name ?? denial.person, side: denial.side, reason: denial.reason };
  }
  if (kind !== 'grant.ended' || grant === null || grant.endedBy === null) return null;
  const person = await unit.organisation.person(grant.endedBy);
  const side = person?.tenant === grant.tenant ? 'customer' : 'vendor';
  return { name: person?.name ?? grant.endedBy, side, reason: await readEndWords(unit, grant.id) };
}

/** What keeps calls from passing under the grant, as the recipient may know it; null if nothing does. */
async function blockOf(
  unit: ReadUnit,
  person: Person,
  { grant, request }: { grant: Grant; request: AccessRequest },
  now: Date,
): Promise<MailFacts['blocked']> {
  const { statuses } = await readStatuses(unit, person, [grant], [request], now);
  const { access, reason } = statuses.get(grant.id) ?? { access: 'open', reason: null };
  if (reason === null || (access !== 'stopped' && access !== 'locked')) return null;
  const by = reason.by === null ? null : await unit.organisation.person(reason.by);
  return { reason, by: by?.name ?? reason.by };
}

const changeTexts = ({ change }: Terms): string[] =>
  change?.body === undefined
    ? []
    : [change.body, ...(change.before === undefined ? [] : [change.before.body])];

/** The call of an exact change, and which of its values change. A mail never has the values themselves. */
function changeFacts({ change }: Terms, opened: ReadonlyMap<string, Opening>): MailFacts['change'] {
  if (change === undefined) return null;
  const body = opened.get(change.body ?? '')?.value;
  const before = opened.get(change.before?.body ?? '')?.value ?? null;
  const rows = body === undefined ? null : bodyDifference(before, body, change.contentType).rows;
  const values = changedRows(rows ?? [], change.method).map(({ pointer }) => pointer);
  return { call: `${change.method} ${change.path}`, values };
}

type OwnedKey = { key: ApiKey; person: Person };

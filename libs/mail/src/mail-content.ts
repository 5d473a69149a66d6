import {
  type AccessReview,
  type ApiKey,
  countOutcomes,
  countResults,
  type DailyStatementRow,
  type Notice,
  type Person,
  type Practice,
  type PracticeRequest,
  type ReadUnit,
} from '@countersign/access';
import { isMailedAs, isPersonalNotice, type MailedKind } from '@countersign/contract';
import { accessFacts, findAccess, type Skip } from './access-facts.js';
import { writeMail } from './access-mail.js';
import { writeAccountMail, writeNoticesChangedMail } from './account-mail.js';
import { writeAddressChangeMail } from './address-mail.js';
import type { MailContent } from './layout.js';
import { writePracticeMail } from './practice-mail.js';
import { writeReviewMail } from './review-mail.js';
import { writeStatementMail } from './statement-mail.js';
import type { Reader } from './text.js';
import { findTrustNews, trustFacts, writeTrustMail } from './trust-mail.js';

export type OwnedKey = { key: ApiKey; person: Person };

const NOTHING_TO_TELL: Skip = { skip: 'nothing_to_tell' };
const SUPERSEDED: Skip = { skip: 'superseded' };

/** A notice of one kind, for one person, and the tenant's unit that has what it is about. */
interface Sending<Kind extends string = string> {
  unit: ReadUnit;
  notice: Notice & { kind: Kind };
  person: Person;
}

interface Reading<Kind extends string = string> extends Sending<Kind> {
  reader: Reader;
  publicUrl: string;
}

/** Those who get the same mail, on the same clock: all of one side, unless the mail is about the very person. */
export const audienceOf = (kind: string, { id, tenant }: Person): string =>
  isMailedAs(kind, 'key', 'practice') ? id : (tenant ?? 'vendor ');

/**
 * Writes the mail about a notice to one person, from what the tenant's unit has; or says why there is none. For the whole of
 * that person's audience it is the same.
 *
 * @param key the key that the notice is about, for a notice about a key
 * @param now decides which locks and stops are in force
 */
export async function mailAbout(
  reading: Reading,
  { key, now }: { key: OwnedKey | null; now: Date },
): Promise<MailContent | Skip> {
  const { unit, notice, person, reader, publicUrl } = reading;
  const { kind } = notice;
  if (!isPersonalNotice(kind)) return NOTHING_TO_TELL;
  if (isMailedAs(kind, 'trust')) {
    const facts = await trustFacts(unit, { ...notice, kind }, person, publicUrl);
    return 'skip' in facts ? facts : writeTrustMail(facts, reader);
  }
  if (isMailedAs(kind, 'key')) return aboutKey({ ...reading, notice: { ...notice, kind } }, key);
  if (isMailedAs(kind, 'choices')) return writeNoticesChangedMail({ at: notice.at, publicUrl }, reader);
  if (isMailedAs(kind, 'statement')) return aboutStatement(reading);
  if (isMailedAs(kind, 'review')) return aboutAccessReview({ ...reading, notice: { ...notice, kind } });
  if (isMailedAs(kind, 'address')) return aboutAddress({ ...reading, notice: { ...notice, kind } });
  if (isMailedAs(kind, 'practice')) return aboutPractice({ ...reading, notice: { ...notice, kind } });
  const facts = await accessFacts(unit, { ...notice, kind }, person, { publicUrl, now });
  return 'skip' in facts ? facts : writeMail(facts, reader);
}

/**
 * Why a notice is not sent to this person any more, by mail or by push: what it would say is over, or there is nothing to say.
 * Null if it is sent.
 *
 * @param key the key that the notice is about, for a notice about a key
 */
export async function skipOf(sending: Sending, key: OwnedKey | null): Promise<string | null> {
  const found = await newsOf(sending, key);
  return found !== null && 'skip' in found ? found.skip : null;
}

/** What the notice is about; null if nothing has to be read for it. */
async function newsOf(sending: Sending, key: OwnedKey | null): Promise<object | Skip | null> {
  const { unit, notice, person } = sending;
  const { kind } = notice;
  if (isMailedAs(kind, 'trust')) return findTrustNews(unit, { ...notice, kind });
  if (isMailedAs(kind, 'key')) return keyFor(person, key);
  if (isMailedAs(kind, 'statement')) return findStatement(sending);
  if (isMailedAs(kind, 'review')) return findAccessReview({ ...sending, notice: { ...notice, kind } });
  if (isMailedAs(kind, 'practice')) return findPractice({ ...sending, notice: { ...notice, kind } });
  if (isMailedAs(kind, 'access')) return findAccess(unit, { ...notice, kind });
  return null;
}

/** A key is shown only to its person's own side (P9). */
const keyFor = (person: Person, owned: OwnedKey | null): OwnedKey | Skip =>
  owned === null || owned.key.tenant !== person.tenant ? NOTHING_TO_TELL : owned;

function aboutKey(
  { notice, person, publicUrl, reader }: Reading<MailedKind<'key'>>,
  owned: OwnedKey | null,
): MailContent | Skip {
  const found = keyFor(person, owned);
  if ('skip' in found) return found;
  const { key, person: owner } = found;
  return writeAccountMail({ notice, key, owner, recipient: person, publicUrl }, reader);
}

const findStatement = async ({ unit, notice }: Sending): Promise<DailyStatementRow | Skip> =>
  (await unit.statements.find(notice.subject)) ?? NOTHING_TO_TELL;

async function aboutStatement(reading: Reading): Promise<MailContent | Skip> {
  const { notice, reader, publicUrl } = reading;
  const statement = await findStatement(reading);
  if ('skip' in statement) return statement;
  const link = `${publicUrl}/api/v1/tenants/${notice.tenant}/statements/${statement.day}`;
  return writeStatementMail({ statement, tenant: await tenantOf(reading), link }, reader.language);
}

async function findAccessReview({
  unit,
  notice,
}: Sending<MailedKind<'review'>>): Promise<AccessReview | Skip> {
  const review = await unit.accessReviews.find(notice.subject);
  if (review === null) return NOTHING_TO_TELL;
  return review.state === 'closed' && notice.kind !== 'access-review.closed' ? SUPERSEDED : review;
}

async function aboutAccessReview(reading: Reading<MailedKind<'review'>>): Promise<MailContent | Skip> {
  const { unit, notice, reader, publicUrl } = reading;
  const { kind } = notice;
  const review = await findAccessReview(reading);
  if ('skip' in review) return review;
  const counts = countOutcomes(await unit.accessReviews.items([review.id]));
  const tenant = await tenantOf(reading);
  return writeReviewMail({ kind, review, counts, tenant, link: `${publicUrl}/access-review` }, reader);
}

async function aboutAddress(reading: Reading<MailedKind<'address'>>): Promise<MailContent> {
  const { unit, notice, reader, publicUrl } = reading;
  const address = (await unit.noticeAddresses.find(notice.subject))?.address ?? '';
  const facts = { kind: notice.kind, address, tenant: await tenantOf(reading), publicUrl };
  return writeAddressChangeMail(facts, reader.language);
}

/** One that this person has answered is over for them. */
async function findPractice({
  unit,
  notice,
  person,
}: Sending<MailedKind<'practice'>>): Promise<{ practice: Practice; requests: PracticeRequest[] } | Skip> {
  const practice = await unit.practices.find(notice.subject);
  if (practice === null) return NOTHING_TO_TELL;
  const requests = await unit.practices.requests([practice.id]);
  const own = requests.find((each) => each.person === person.id);
  return notice.kind !== 'practice.failed' && own?.result !== null ? SUPERSEDED : { practice, requests };
}

async function aboutPractice(reading: Reading<MailedKind<'practice'>>): Promise<MailContent | Skip> {
  const { notice, reader, publicUrl } = reading;
  const { kind } = notice;
  const found = await findPractice(reading);
  if ('skip' in found) return found;
  const { practice, requests } = found;
  const counts = countResults(requests);
  const tenant = await tenantOf(reading);
  return writePracticeMail({ kind, practice, counts, tenant, link: `${publicUrl}/practice` }, reader);
}

/** The name of the tenant that the notice is about. */
const tenantOf = async ({ unit, notice: { tenant } }: Reading): Promise<string> =>
  (await unit.organisation.tenant(tenant))?.name ?? tenant;

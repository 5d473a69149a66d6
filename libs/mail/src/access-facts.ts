import {
  type AccessRequest,
  type Grant,
  isConsent,
  isOpen,
  isOverdue,
  type NoteView,
  type Notice,
  noteViews,
  type Person,
  type ReadUnit,
  type Review,
  readCrossing,
  readEndWords,
  readStatuses,
  requestViews,
} from '@countersign/access';
import {
  declarationOf,
  hiddenFields,
  type MailedKind,
  noticePath,
  type Opening,
  type RequestNoteKind,
  type Terms,
} from '@countersign/contract';
import { bodyDifference, changedRows, openedTexts, requestInWords } from '@countersign/wording';
import { beganWith, type MailFacts } from './access-mail.js';

/** The people of a tenant, or the vendor's staff. All of a side get the same mail. */
export type Side = Pick<Person, 'tenant'>;

/** No mail is sent, and this code says why. */
export type Skip = { skip: string };

/** The notes that mails show. */
const NOTE_KINDS: Readonly<Partial<Record<MailedKind<'access'>, RequestNoteKind>>> = {
  'request.asked': 'question',
  'request.answered': 'answer',
  'request.forwarded': 'forward',
};

/** The request that a notice is about, and its grant; or why the notice is not sent any more. */
export async function findAccess(
  unit: ReadUnit,
  { kind, subject }: Pick<Notice, 'subject'> & { kind: MailedKind<'access'> },
): Promise<{ request: AccessRequest; grant: Grant | null } | Skip> {
  const named = subject.startsWith('grt_') ? await unit.grants.find(subject) : null;
  const request = await unit.requests.find(named?.request ?? subject);
  if (request === null) return { skip: 'nothing_to_tell' };
  const grant = named ?? (request.grant === null ? null : await unit.grants.find(request.grant));
  return isMailOver(kind, request, grant) ? { skip: 'superseded' } : { request, grant };
}

/** True if the message waited until its subject was over: it would only send people to a page that says so. */
function isMailOver(kind: MailedKind<'access'>, request: AccessRequest, grant: Grant | null): boolean {
  if (kind === 'request.stage-overdue') return !isOverdue(request);
  if (kind === 'request.outdated') return !isOpen(request);
  if (declarationOf(kind).asks) return `request.${request.state}` !== kind;
  return kind.startsWith('grant.') && kind !== 'grant.ended' && grant?.state === 'ended';
}

/**
 * What a mail about a request or its grant says, read in the tenant's unit; or why there is no such mail.
 *
 * @param side whose people get it
 * @param now decides which locks and stops are in force
 */
export async function accessFacts(
  unit: ReadUnit,
  notice: Notice & { kind: MailedKind<'access'> },
  side: Side,
  { publicUrl, now }: { publicUrl: string; now: Date },
): Promise<MailFacts | Skip> {
  const { kind, subject } = notice;
  const found = await findAccess(unit, notice);
  if ('skip' in found) return found;
  const { request, grant } = found;
  const [view] = await requestViews(unit, [request]);
  const reviews = view?.reviews ?? [];
  if (isInApproval(notice, request, grant, reviews)) return { skip: 'merged' };
  const terms = view?.offer?.terms ?? request.terms;
  const requester = await unit.organisation.person(request.requester);
  const tenant = await unit.organisation.tenant(request.tenant);
  const note = await findNote(unit, kind, request);
  return {
    ...{ kind, at: notice.at },
    requester: requester?.name ?? request.requester,
    tenant: tenant?.name ?? request.tenant,
    ...(await termsFacts(unit, request, terms, view?.openings ?? {})),
    ...(await grantFacts(unit, kind, grant)),
    by: note === undefined ? await deciderOf(unit, kind, grant, reviews) : await writerOf(unit, note),
    blocked: grant === null ? null : await blockOf(unit, side, { grant, request }, now),
    said: note?.text ?? null,
    link: `${publicUrl}${pageAbout(kind, subject, request)}`,
  };
}

/** What is requested. @param terms those of the offer, if there is one: it cannot change the texts */
async function termsFacts(
  unit: ReadUnit,
  request: AccessRequest,
  terms: Terms,
  openings: Readonly<Record<string, Opening>>,
) {
  const service = await unit.organisation.service(request.service);
  return {
    service: request.service,
    requestedSeconds: request.terms.seconds,
    ...requestInWords(
      terms,
      hiddenFields(service?.definition.routes ?? [], terms.scope),
      openedTexts(terms, openings),
    ),
    change: changeFacts(terms, await unit.openings.find(changeTexts(terms))),
    justification: openings['justification']?.value ?? null,
    lapsesAt: request.lapsesAt,
    requested: {
      startsAt: terms.startsAt ?? null,
      useBy: terms.useBy ?? null,
      isExtension: terms.extends !== undefined,
    },
  };
}

/** The grant, until when the vendor owes an explanation of it, and which rule of supervision it crossed. */
async function grantFacts(unit: ReadUnit, kind: MailedKind<'access'>, grant: Grant | null) {
  if (grant === null) return { grant, dueAt: null, crossing: null };
  const disclosure = await unit.disclosures.find(grant.id);
  const crossing = isAboutRule(kind) ? await readCrossing(unit, grant.id) : null;
  return { grant, dueAt: disclosure?.dueAt ?? null, crossing };
}

/** The note that the mail is about; undefined if it is about none. Its text is null if it was erased. */
async function findNote(
  unit: ReadUnit,
  kind: MailedKind<'access'>,
  { id }: AccessRequest,
): Promise<NoteView | undefined> {
  const said = NOTE_KINDS[kind];
  if (said === undefined) return undefined;
  const notes = await noteViews(unit, [id]);
  return notes.findLast(({ note }) => note.kind === said);
}

const isAboutRule = (kind: MailedKind<'access'>): boolean => kind.startsWith('supervision.');

/** The path of the page about the notice. */
function pageAbout(kind: MailedKind<'access'>, subject: string, { id }: AccessRequest): string {
  const path = noticePath({ kind, subject }, { request: id, side: null });
  return kind.startsWith('disclosure.') ? `${path}#${subject}` : path;
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

/** Who wrote the note that the mail is about. */
async function writerOf(unit: ReadUnit, { note }: NoteView): Promise<MailFacts['by']> {
  const person = await unit.organisation.person(note.person);
  const side = person?.tenant == null ? 'vendor' : 'customer';
  return { name: person?.name ?? note.person, side, reason: null };
}

/** The decision that each of these mails is about. */
const DECISIONS: Readonly<Partial<Record<MailedKind<'access'>, Review['decision']>>> = {
  'request.denied': 'deny',
  'request.countered': 'counter',
};

/** Who denied the request, offered less or ended the grant that the mail is about, with the words given; null if no person did. */
async function deciderOf(
  unit: ReadUnit,
  kind: MailedKind<'access'>,
  grant: Grant | null,
  reviews: readonly Review[],
): Promise<MailFacts['by']> {
  const decided = DECISIONS[kind];
  if (decided !== undefined) {
    const review = reviews.findLast(({ decision }) => decision === decided);
    if (review === undefined) return null;
    const person = await unit.organisation.person(review.person);
    return { name: person?.name ?? review.person, side: review.side, reason: review.reason };
  }
  if (kind !== 'grant.ended' || grant === null || grant.endedBy === null) return null;
  const person = await unit.organisation.person(grant.endedBy);
  const side = person?.tenant === grant.tenant ? 'customer' : 'vendor';
  return { name: person?.name ?? grant.endedBy, side, reason: await readEndWords(unit, grant.id) };
}

/** What keeps calls from passing under the grant, as the recipients may know it; null if nothing does. */
async function blockOf(
  unit: ReadUnit,
  side: Side,
  { grant, request }: { grant: Grant; request: AccessRequest },
  now: Date,
): Promise<MailFacts['blocked']> {
  const { statuses } = await readStatuses(unit, side, [grant], [request], now);
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

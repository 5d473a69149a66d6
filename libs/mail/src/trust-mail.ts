import { type Notice, type ReadUnit, takesEffectAt } from '@countersign/access';
import { declarationOf, type MailedKind, noticePath } from '@countersign/contract';
import { NOTICE_TEXTS } from '@countersign/wording';
import type { Side } from './access-facts.js';
import { layOut, type MailContent, type Row } from './layout.js';
import { lines, oneLine, type Reader, writeInstant } from './text.js';
import { WORDS } from './words/index.js';
import type { TrustWords } from './words/words.js';

/** The content of a mail about what protects a tenant, such as its trust document or a stop. A member is null if the notice has no such fact. */
export interface TrustMailFacts {
  kind: MailedKind<'trust'>;
  /** When it happened. */
  at: string;
  tenant: string;
  /** The person who did it, or whose passkey was removed; null if it was the vendor's host or no one. */
  by: string | null;
  /** Of a widening: whom it lets decide more; null if it is about the privacy controls. */
  person: string | null;
  /** The document's hash. People compare it with their anchor file. */
  fingerprint: string | null;
  seq: number | null;
  validUntil: string | null;
  /** For a stop: whether it stops everything or one grant. */
  scope: 'everything' | 'oneGrant' | null;
  /** From when a new passkey counts, or a widening may take effect; null if it waits for a confirmation. */
  countsFrom: string | null;
  /** The reason that the host gave. */
  reason: string | null;
  /** The only link: a page that requires a sign-in. */
  link: string;
}

const DAY_MS = 86_400_000;

/** Writes the mail. Nothing can be signed or stopped from a mail; it carries one link. */
export function writeTrustMail(facts: TrustMailFacts, reader: Reader): MailContent {
  const { language } = reader;
  const words = WORDS[language].trust;
  const { kind, validUntil, at } = facts;
  const { subject, sentence } = NOTICE_TEXTS[language].kinds[kind].mail;
  const names = {
    tenant: oneLine(facts.tenant),
    by: facts.by === null ? null : oneLine(facts.by),
    person: facts.person === null ? null : oneLine(facts.person),
    countsFrom: facts.countsFrom === null ? null : writeInstant(facts.countsFrom, reader),
    days: validUntil === null ? 0 : Math.ceil((Date.parse(validUntil) - Date.parse(at)) / DAY_MS),
  };
  return layOut({
    language,
    subject: subject(names),
    sentence: sentence(names),
    rows: rowsOf(facts, names.by, words, reader),
    notes: [],
    link: facts.link,
    open: words.open,
    footer: words.footer,
    tone: declarationOf(kind).tone ?? 'accent',
  });
}

function rowsOf(
  facts: TrustMailFacts,
  by: string | null,
  { labels, ...words }: TrustWords,
  reader: Reader,
): Row[] {
  const { kind, at, fingerprint, seq, validUntil, scope, reason } = facts;
  const isHosts = kind === 'trust.proposed' || kind === 'trust.reset' || kind === 'widening.proposed';
  const row = (label: string, value: string | null): Row[] => (value === null ? [] : [[label, [value]]]);
  return [
    ...row(labels.at, writeInstant(at, reader)),
    // Of a removed passkey only the owner is known here, not who removed it.
    ...row(labels.by, kind === 'passkey.removed' ? null : (by ?? (isHosts ? words.host : null))),
    ...row(labels.what, scope === null ? null : words[scope]),
    ...row(labels.seq, seq === null ? null : String(seq)),
    ...row(labels.validUntil, validUntil === null ? null : writeInstant(validUntil, reader)),
    ...row(labels.fingerprint, fingerprint),
    ...(reason === null ? [] : [[labels.reason, lines(reason)] satisfies Row]),
  ];
}

type NoticeFacts = Partial<
  Pick<TrustMailFacts, 'fingerprint' | 'seq' | 'validUntil' | 'scope' | 'countsFrom' | 'reason' | 'person'>
> & {
  /** A person's id, `host`, or `job` for the tenant's SCIM client. */
  actor?: string | null;
};
/** Why no mail is sent: it would report something that is no longer true. */
type Skip = { skip: 'superseded' | 'nothing_to_tell' };
type FactsReader = (unit: ReadUnit, tenant: string, subject: string) => Promise<NoticeFacts | Skip>;

const SUPERSEDED: Skip = { skip: 'superseded' };

/**
 * Reads the facts of a kind's mail. They are read when the mail is sent, not when the notice was made. A kind without a line has no
 * facts but its tenant: its text may name nothing else, and its mail is never superseded.
 */
const READERS: Readonly<Partial<Record<MailedKind<'trust'>, FactsReader>>> = {
  'trust.proposed': async ({ trust }, _tenant, id) => {
    const proposal = await trust.proposal(id);
    if (proposal?.state !== 'open') return SUPERSEDED;
    const { by, hash, document } = proposal;
    return { actor: by, fingerprint: hash, seq: document.seq, validUntil: document.validUntil };
  },
  'trust.adopted': version,
  'trust.expiring': version,
  'trust.stopped': async ({ stops }, _tenant, hash) => {
    const stop = await stops.find(hash);
    if (stop === null || stop.liftedAt !== null) return SUPERSEDED;
    return { actor: stop.person, scope: scopeOf(stop.digest) };
  },
  'trust.lifted': async ({ stops }, _tenant, hash) => {
    const stop = await stops.find(hash);
    return stop === null ? SUPERSEDED : { actor: stop.liftedBy, scope: scopeOf(stop.digest) };
  },
  'trust.reset': async ({ trust }, tenant, id) => {
    const reset = await trust.openReset(tenant);
    return reset?.id === id ? { actor: 'host', reason: reset.reason } : SUPERSEDED;
  },
  'passkey.enrolled': async ({ authenticators }, _tenant, id) => {
    const passkey = await authenticators.passkey(id);
    if (passkey === null || passkey.removedAt !== null) return SUPERSEDED;
    return { actor: passkey.person, countsFrom: passkey.activeFrom };
  },
  'passkey.removed': async ({ authenticators }, _tenant, id) => {
    const passkey = await authenticators.passkey(id);
    return passkey === null ? SUPERSEDED : { actor: passkey.person };
  },
  'widening.proposed': waitingWidening,
  'widening.confirmed': waitingWidening,
  'widening.applied': endedWidening,
  'widening.withdrawn': endedWidening,
  'widening.lapsed': endedWidening,
};

const scopeOf = (digest: string | null) => (digest === null ? 'everything' : 'oneGrant');

/** What still waits. One that is over is not worth a mail. */
async function waitingWidening(
  { widenings, organisation }: ReadUnit,
  tenant: string,
  id: string,
): Promise<NoticeFacts | Skip> {
  const widening = await widenings.find(id);
  const record = await organisation.tenant(tenant);
  if (widening?.state !== 'waiting' || record === null) return SUPERSEDED;
  return {
    ...(await endedWidening({ widenings, organisation }, tenant, id)),
    actor: widening.confirmation?.person ?? widening.by,
    countsFrom: takesEffectAt(widening, record.controls),
  };
}

/** Whom it lets decide more. */
async function endedWidening(
  { widenings, organisation }: Pick<ReadUnit, 'widenings' | 'organisation'>,
  _tenant: string,
  id: string,
): Promise<NoticeFacts> {
  const person = (await widenings.find(id))?.person ?? null;
  return { person: person === null ? null : ((await organisation.person(person))?.name ?? person) };
}

/** The version in force. A version that has a successor is not worth a mail. */
async function version({ trust }: ReadUnit, tenant: string, hash: string): Promise<NoticeFacts | Skip> {
  const current = await trust.current(tenant);
  if (current?.hash !== hash) return SUPERSEDED;
  const { seq, validUntil } = current.document;
  return { fingerprint: hash, seq, validUntil };
}

/** What a notice of a tenant's trust is about; or why it is not sent any more. */
export const findTrustNews = async (
  unit: ReadUnit,
  { kind, tenant, subject }: Pick<Notice, 'tenant' | 'subject'> & { kind: MailedKind<'trust'> },
): Promise<NoticeFacts | Skip> => (await READERS[kind]?.(unit, tenant, subject)) ?? {};

/** Reads what a mail to this side says about a notice of a tenant's trust. */
export async function trustFacts(
  unit: ReadUnit,
  notice: Pick<Notice, 'tenant' | 'subject' | 'at'> & { kind: MailedKind<'trust'> },
  side: Side,
  publicUrl: string,
): Promise<TrustMailFacts | Skip> {
  const { kind, tenant, at } = notice;
  const read = await findTrustNews(unit, notice);
  if ('skip' in read) return read;
  const { actor = null, ...facts } = read;
  const by = actor?.startsWith('usr_') === true ? await unit.organisation.person(actor) : null;
  return {
    ...{ kind, at, fingerprint: null, seq: null, validUntil: null, scope: null },
    ...{ countsFrom: null, reason: null, person: null, ...facts },
    by: by?.name ?? (actor === 'job' ? 'SCIM' : null),
    tenant: (await unit.organisation.tenant(tenant))?.name ?? tenant,
    link: `${publicUrl}${noticePath(notice, { request: null, side: side.tenant })}`,
  };
}

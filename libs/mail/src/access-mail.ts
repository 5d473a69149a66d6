import type { AccessReason, Grant } from '@countersign/access';
import { declarationOf, type Language, type MailedKind } from '@countersign/contract';
import {
  type AccessNames,
  accessReasonText,
  FACES,
  MEMBER_LABELS,
  memberLines,
  NOTICE_TEXTS,
  type RequestInWords,
  type SupervisedLimit,
  shortDurationText,
  supervisedText,
} from '@countersign/wording';
import { layOut, type MailContent, type Row } from './layout.js';
import { lines, oneLine, type Reader, writeInstant } from './text.js';
import { WORDS } from './words/index.js';
import type { Words } from './words/words.js';

/**
 * The content of a mail about a request or a grant: what was requested, or offered instead, because the mail about an offer shows what
 * the engineer would accept. Texts are as people wrote them; instants are RFC 3339 UTC.
 */
export interface MailFacts extends RequestInWords {
  kind: MailedKind<'access'>;
  /** When it happened. */
  at: string;
  requester: string;
  tenant: string;
  service: string;
  requestedSeconds: number;
  /** Null if it was erased. */
  justification: string | null;
  /** The one call that is requested, and the pointers of the values that it changes; null if it is about none. */
  change: { call: string; values: readonly string[] } | null;
  lapsesAt: string;
  /** As requested: a fixed start, or a start on first use no later than `useBy`; and whether it is more time for earlier access. */
  requested: { startsAt: string | null; useBy: string | null; isExtension: boolean };
  grant: {
    state: Grant['state'];
    createdAt: string;
    startsAt: string | null;
    endsAt: string | null;
    endedAt: string | null;
    endReason: string | null;
  } | null;
  /** Who denied the request, offered less, ended the access or wrote what was said, with the reason given; null if no person did. */
  by: { name: string; side: 'vendor' | 'customer'; reason: string | null } | null;
  /** What keeps calls from passing now, and the name of who did it; null if nothing does. */
  blocked: { reason: AccessReason; by: string | null } | null;
  /** The question, answer or words of a forward; null if there are none. */
  said: string | null;
  /** The rule of supervision that was crossed; null if it is about none. */
  crossing: (SupervisedLimit & { rule: string; side: 'vendor' | 'customer' }) | null;
  /** When the vendor has to explain an emergency; null if it has not to. */
  dueAt: string | null;
  /** The only link: the request's or the emergency's page, which requires a sign-in. */
  link: string;
}

/** Writes a mail. It carries a link to a signed-in page, never a decision and never a secret. */
export function writeMail(facts: MailFacts, reader: Reader): MailContent {
  const { language } = reader;
  const words = WORDS[language].access;
  const names: AccessNames = {
    requester: oneLine(facts.requester),
    tenant: oneLine(facts.tenant),
    service: oneLine(facts.service),
    duration: shortDurationText(facts.requestedSeconds, language, 4),
  };
  const { subject, sentence } = openingOf(facts, language);
  const rows = [
    ...blockedRows(facts, words, reader),
    ...byRows(facts, words),
    ...(facts.said === null ? [] : [[words.labels.said, lines(facts.said)] satisfies Row]),
    ...ruleRows(facts, words, language),
    ...requestRows(facts, words, language),
    ...clockRows(facts, words, { ...reader, duration: shortDurationText(facts.seconds, language, 4) }),
  ];
  const silence = isOpen(facts.kind) ? [words.silence] : isOpening(facts.kind) ? [words.stopAtOnce] : [];
  const { open, footer } = words;
  const tone = declarationOf(facts.kind).tone ?? 'accent';
  return layOut({
    ...{ language, subject: subject(names), sentence: sentence(names) },
    ...{ rows, notes: silence, link: facts.link, open, footer, tone },
  });
}

/** The texts of the kind, or what they say instead because more has happened since. */
function openingOf(facts: MailFacts, language: Language) {
  const { kinds } = NOTICE_TEXTS[language];
  const { mail } = kinds[facts.kind];
  // A notice waits in its queue: what was open then may be stopped now.
  if (facts.blocked !== null && facts.kind === 'grant.active') return kinds[facts.kind].mail.blocked;
  if (!isApprovedAndBegun(facts)) return mail;
  return { subject: mail.subject, sentence: kinds['request.approved'].mail.begun[begunAs(facts)] };
}

/** True for the one mail about an approval and a grant that began, or was scheduled, in the same second. */
const isApprovedAndBegun = ({ kind, at, grant }: MailFacts): boolean =>
  kind === 'request.approved' && grant !== null && grant.state !== 'ended' && beganWith(grant.createdAt, at);

/** The state to report of a grant that began with its approval. If it is stopped or locked by now, the mail must not call it open. */
const begunAs = ({ grant, blocked }: MailFacts): 'active' | 'scheduled' | 'blocked' =>
  blocked !== null ? 'blocked' : grant?.state === 'active' ? 'active' : 'scheduled';

/** Whether two instants are in the same second. */
export const beganWith = (one: string, other: string): boolean => one.slice(0, 19) === other.slice(0, 19);

/** Who did what the mail is about, and the reason. What time, a budget or a rule has ended says so elsewhere. */
function byRows({ by }: MailFacts, { labels, sides }: Words): Row[] {
  if (by === null) return [];
  const { name, side, reason } = by;
  return [
    [labels.by, [`${oneLine(name)} (${sides[side]})`]],
    ...(reason === null ? [] : [[labels.reason, lines(reason)] satisfies Row]),
  ];
}

/** Why no call passes now, by whom and since when. */
function blockedRows({ blocked }: MailFacts, { labels }: Words, reader: Reader): Row[] {
  if (blocked === null) return [];
  const { reason, by } = blocked;
  const who = by === null ? '' : `${oneLine(by)}, `;
  return [
    [
      labels.blocked,
      [oneLine(accessReasonText(reason, reader.language)), `${who}${writeInstant(reason.at, reader)}`],
    ],
  ];
}

function ruleRows({ crossing }: MailFacts, words: Words, language: Language): Row[] {
  if (crossing === null) return [];
  const { rule, side } = crossing;
  return [[words.labels.rule, [words.crossed(oneLine(rule), side, supervisedText(crossing, language))]]];
}

/** Access that begins once this mail has reached the customer. */
const isOpening = (kind: MailedKind<'access'>): boolean => declarationOf(kind).forCustomerAlone === true;

const isOpen = (kind: MailedKind<'access'>): boolean => declarationOf(kind).tone === 'wait';

const requestRows = (facts: MailFacts, words: Words, language: Language): Row[] =>
  FACES.mail.flatMap((member): Row[] => {
    const isOffer = member === 'scope' && facts.kind === 'request.countered';
    const said = memberRow(member, facts, words, language);
    return said.length === 0
      ? []
      : [[isOffer ? words.labels.offered : MEMBER_LABELS[language][member], said]];
  });

function memberRow(
  member: (typeof FACES.mail)[number],
  { justification, change, ...request }: MailFacts,
  { erased }: Words,
  language: Language,
): string[] {
  if (member === 'justification') return justification === null ? [erased] : lines(justification);
  if (member === 'change') return change === null ? [] : changeLines(change);
  return memberLines(member, request, language).map(oneLine);
}

const MAX_CHANGED_VALUES = 10;

const changeLines = ({ call, values }: NonNullable<MailFacts['change']>): string[] => [
  oneLine(call),
  ...values.slice(0, MAX_CHANGED_VALUES).map((pointer) => oneLine(pointer).slice(0, 200)),
  ...(values.length > MAX_CHANGED_VALUES ? [`+ ${values.length - MAX_CHANGED_VALUES}`] : []),
];

/** Who reads the clocks, and the access's duration in words. */
type ClockReader = Reader & { duration: string };

/** When the request lapses, and when the access would begin and end. */
function clockRows(facts: MailFacts, words: Words, reader: ClockReader): Row[] {
  const { labels } = words;
  const { kind, grant } = facts;
  if (isOpen(kind))
    return [
      [labels.lapses, [writeInstant(facts.lapsesAt, reader)]],
      ...wouldBeginRows(facts, words, reader),
      [labels.wouldEnd, [wouldEnd(facts, words, reader)]],
    ];
  if (isOpening(kind))
    return [
      [labels.starts, [words.onceNotified]],
      [labels.ends, [reader.duration]],
    ];
  if (kind.startsWith('disclosure.')) return disclosureRows(facts, words, reader);
  const decided: Row = [labels.decided, [writeInstant(facts.at, reader)]];
  if (grant === null) return [decided, [labels.end, [words.nothingOpened]]];
  const begin = grant.startsAt === null ? words.withFirstUse : writeInstant(grant.startsAt, reader);
  const starts: Row = [labels.starts, [begin]];
  if (kind === 'grant.ended')
    return [
      [labels.began, [hasBegun(grant) ? begin : words.never]],
      [labels.ended, [writeInstant(grant.endedAt ?? facts.at, reader)]],
      [labels.because, [words.endReason[grant.endReason ?? ''] ?? oneLine(grant.endReason ?? '')]],
    ];
  const ends: Row = [
    labels.ends,
    [grant.endsAt === null ? wouldEnd(facts, words, reader) : writeInstant(grant.endsAt, reader)],
  ];
  return kind === 'request.approved' ? [decided, starts, ends] : [starts, ends];
}

/** False for access that ended before its planned beginning, or without a first use. */
const hasBegun = ({ startsAt, endedAt }: NonNullable<MailFacts['grant']>): boolean =>
  startsAt !== null && (endedAt === null || Date.parse(startsAt) <= Date.parse(endedAt));

/** When the access of an emergency was open, and when it has to be explained. */
const disclosureRows = ({ grant, dueAt }: MailFacts, { labels }: Words, reader: Reader): Row[] =>
  (
    [
      [labels.began, grant?.startsAt ?? null],
      [labels.ended, grant?.endedAt ?? null],
      [labels.due, dueAt],
    ] as const
  ).flatMap(([label, at]): Row[] => (at === null ? [] : [[label, [writeInstant(at, reader)]]]));

/** When the access would begin; no row if it begins with the approval. */
function wouldBeginRows(
  { requested: { startsAt, useBy, isExtension } }: MailFacts,
  words: Words,
  reader: Reader,
): Row[] {
  const begin =
    startsAt !== null ? writeInstant(startsAt, reader) : useBy !== null ? words.withFirstUse : undefined;
  if (begin === undefined) return [];
  return [[words.labels.wouldBegin, isExtension ? [begin, words.isExtension] : [begin]]];
}

function wouldEnd(
  { requested, seconds, lapsesAt }: MailFacts,
  words: Words,
  { duration, ...reader }: ClockReader,
): string {
  if (requested.startsAt !== null) return writeInstant(requested.startsAt, reader, seconds);
  if (requested.useBy !== null)
    return words.afterFirstUse(duration, writeInstant(requested.useBy, reader, seconds));
  return words.afterApproval(duration, writeInstant(lapsesAt, reader, seconds));
}

import type { Channel, Language } from '@countersign/contract';
import { LOCALES, quoted } from './languages.js';
import { joinWithAnd } from './scope-words.js';

/** The side of the reader. The customer's people read “your controls”, the vendor's people “the customer’s controls”. */
export type ReaderSide = 'customer' | 'vendor';

/** Why a request is as risky as it is. */
export const IMPACT_CODES = [
  'no_consent',
  'unmasked',
  'sensitive',
  'changes_many',
  'changes',
  'not_listed',
  'listed',
] as const;
export type ImpactCode = (typeof IMPACT_CODES)[number];

/** Why the customer approves it as it does. */
export const APPROVAL_CODES = [
  'notified_first',
  'unmasked_signed',
  'controls_sign',
  'trust_signs',
  'unmasked_not_slack',
  'not_slack',
  'any_channel',
] as const;
export type ApprovalCode = (typeof APPROVAL_CODES)[number];

export interface CodedReason {
  code: ImpactCode | ApprovalCode;
  actions: readonly string[];
}

type Says = (actions: string, reader: ReaderSide) => string;

const by = (own: string, theirs: string) => (reader: ReaderSide) => (reader === 'customer' ? own : theirs);
const yourControls = by('Your controls', 'The customer’s controls');
const yourTrust = by('Your trust document', 'The customer’s trust document');
const ihreRegeln = by('Ihre Regeln', 'Die Regeln des Kunden');
const nachRegeln = by('nach Ihren Regeln', 'nach den Regeln des Kunden');
const ihrDokument = by('Ihr Vertrauensdokument', 'Das Vertrauensdokument des Kunden');

const TEXTS: Readonly<Record<Language, Readonly<Record<CodedReason['code'], Says>>>> = {
  en: {
    no_consent: (_, reader) => `It begins without ${by('your', 'the customer’s')(reader)} approval.`,
    unmasked: () => 'Fields that are usually hidden are shown in full.',
    sensitive: (actions, reader) => `${yourControls(reader)} treat ${actions} as sensitive.`,
    changes_many: (actions) => `It may change more than one object: ${actions}.`,
    changes: (actions) => `It may change data: ${actions}.`,
    not_listed: (actions, reader) => `${yourControls(reader)} do not list ${actions} as low risk.`,
    listed: (_, reader) =>
      `It only reads, and ${by('your controls', 'the customer’s controls')(reader)} list all of it as low risk.`,
    notified_first: (_, reader) =>
      reader === 'customer'
        ? 'The vendor decides alone. You are notified before it begins.'
        : 'The vendor decides alone. The customer is notified before it begins.',
    unmasked_signed: () => 'Showing hidden fields takes a passkey.',
    controls_sign: (actions, reader) => `${yourControls(reader)} require a passkey for ${actions}.`,
    trust_signs: (actions, reader) => `${yourTrust(reader)} requires a passkey for ${actions}.`,
    unmasked_not_slack: () => 'Hidden fields cannot be opened from Slack.',
    not_slack: (actions, reader) => `${yourControls(reader)} do not let Slack approve ${actions}.`,
    any_channel: (_, reader) => `${yourControls(reader)} let it be approved in Slack too.`,
  },
  de: {
    no_consent: (_, reader) => `Es beginnt ohne ${by('Ihre Freigabe', 'Freigabe des Kunden')(reader)}.`,
    unmasked: () => 'Felder, die sonst verborgen sind, werden im Klartext gezeigt.',
    sensitive: (actions, reader) => `${ihreRegeln(reader)} behandeln ${actions} als heikel.`,
    changes_many: (actions) => `Es kann mehr als ein Objekt ändern: ${actions}.`,
    changes: (actions) => `Es kann Daten ändern: ${actions}.`,
    not_listed: (actions, reader) => `${ihreRegeln(reader)} nennen ${actions} nicht als geringes Risiko.`,
    listed: (_, reader) => `Es liest nur, und ${nachRegeln(reader)} hat alles davon ein geringes Risiko.`,
    notified_first: (_, reader) =>
      reader === 'customer'
        ? 'Der Anbieter entscheidet allein. Sie werden benachrichtigt, bevor es beginnt.'
        : 'Der Anbieter entscheidet allein. Der Kunde wird benachrichtigt, bevor es beginnt.',
    unmasked_signed: () => 'Verborgene Felder zu zeigen verlangt einen Passkey.',
    controls_sign: (actions, reader) => `${ihreRegeln(reader)} verlangen einen Passkey für ${actions}.`,
    trust_signs: (actions, reader) => `${ihrDokument(reader)} verlangt einen Passkey für ${actions}.`,
    unmasked_not_slack: () => 'Verborgene Felder lassen sich nicht aus Slack öffnen.',
    not_slack: (actions, reader) => `${ihreRegeln(reader)} lassen ${actions} nicht in Slack freigeben.`,
    any_channel: (_, reader) => `${ihreRegeln(reader)} erlauben auch eine Freigabe in Slack.`,
  },
};

/** One sentence for one reason, in the reader's language and from their side. */
export function needReasonText(
  { code, actions }: CodedReason,
  reader: ReaderSide,
  language: Language,
): string {
  const named = joinWithAnd(
    actions.map((action) => quoted(action, language)),
    language,
  );
  return TEXTS[language][code](named, reader);
}

export interface HowApproved {
  countersignature: boolean;
  channels: readonly Channel[];
}

const CHANNEL_WORDS: Readonly<Record<Language, Record<Channel, string>>> = {
  en: { web: 'on the web', api: 'by the API', slack: 'in Slack' },
  de: { web: 'im Web', api: 'über die API', slack: 'in Slack' },
};

const WITH_PASSKEY: Readonly<Record<Language, string>> = { en: 'with a passkey', de: 'mit einem Passkey' };

/** How the customer approves: “With a passkey, on the web” or “On the web, by the API or in Slack”. */
export function howApprovedText({ countersignature, channels }: HowApproved, language: Language): string {
  const words = channels.map((each) => CHANNEL_WORDS[language][each]);
  const list = new Intl.ListFormat(LOCALES[language], { type: 'disjunction' }).format(words);
  const text = countersignature ? `${WITH_PASSKEY[language]}, ${list}` : list;
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export const NEED_CHANGE_CODES = [
  'vendor_reviews',
  'customer_approvals',
  'stages',
  'passkey',
  'channels',
  'locked',
] as const;

/** What a request needs now and did not need when it was sent. `locked`: nothing is approved until a stop or a lock is lifted. */
export interface NeedChangeCodes {
  code: (typeof NEED_CHANGE_CODES)[number];
  from: number | null;
  to: number | null;
  channels: readonly Channel[];
}

/** Whether only stops and locks keep a request from being approved. It can be approved once they are lifted. */
export const waitsForLock = (changes: readonly Pick<NeedChangeCodes, 'code'>[] = []): boolean =>
  changes.some(({ code }) => code === 'locked');

/**
 * One sentence for each change. If a passkey is required now, the lost channels go without saying.
 *
 * @returns empty if nothing is known
 */
export function needChangeTexts(
  changes: readonly NeedChangeCodes[],
  reader: ReaderSide,
  language: Language,
): string[] {
  const hasPasskey = changes.some(({ code }) => code === 'passkey');
  return changes
    .filter(({ code }) => code !== 'channels' || !hasPasskey)
    .map((change) => CHANGES[language][change.code](change, reader));
}

type SaysChange = (change: NeedChangeCodes, reader: ReaderSide) => string;

const lostChannels = ({ channels }: NeedChangeCodes, language: Language): string =>
  joinWithAnd(
    channels.map((each) => CHANNEL_WORDS[language][each]),
    language,
  );

const CHANGES: Readonly<Record<Language, Readonly<Record<NeedChangeCodes['code'], SaysChange>>>> = {
  en: {
    vendor_reviews: ({ from, to }) =>
      `The vendor now requires ${to} ${to === 1 ? 'review' : 'reviews'} instead of ${from}.`,
    customer_approvals: ({ from, to }, reader) =>
      `${by('Your organisation', 'The customer')(reader)} now requires ${to} ${to === 1 ? 'approval' : 'approvals'} instead of ${from}.`,
    stages: (_, reader) =>
      `${by('Your organisation', 'The customer')(reader)} now requires approvals in other stages.`,
    passkey: () => 'This request was sent before a passkey was required.',
    channels: (change) => `It can no longer be approved ${lostChannels(change, 'en')}.`,
    locked: () => 'Access is stopped or locked. Once that is lifted, the request can be approved.',
  },
  de: {
    vendor_reviews: ({ from, to }) =>
      `Der Anbieter verlangt jetzt ${to} ${to === 1 ? 'Prüfung' : 'Prüfungen'} statt ${from}.`,
    customer_approvals: ({ from, to }, reader) =>
      `${by('Ihre Organisation', 'Der Kunde')(reader)} verlangt jetzt ${to} ${to === 1 ? 'Freigabe' : 'Freigaben'} statt ${from}.`,
    stages: (_, reader) =>
      `${by('Ihre Organisation', 'Der Kunde')(reader)} verlangt jetzt Freigaben in anderen Stufen.`,
    passkey: () => 'Diese Anfrage wurde gesendet, bevor ein Passkey nötig war.',
    channels: (change) => `Die Anfrage kann nicht mehr ${lostChannels(change, 'de')} freigegeben werden.`,
    locked: () =>
      'Der Zugriff ist gestoppt oder gesperrt. Sobald das aufgehoben ist, kann die Anfrage freigegeben werden.',
  },
};

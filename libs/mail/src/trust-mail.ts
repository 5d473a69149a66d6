import { writeInstant } from './clocks.js';
import { layOut, type MailContent, type Row } from './layout.js';
import { lines, oneLine } from './text.js';
import { trustDe } from './words/trust-de.js';
import { trustEn } from './words/trust-en.js';
import type { TrustMailKind, TrustWords } from './words/trust-words.js';
import type { Language } from './words/words.js';

/** What a mail about a tenant's trust tells; null where there is nothing to tell. */
export interface TrustMailFacts {
  kind: TrustMailKind;
  /** When it happened. */
  at: string;
  tenant: string;
  /** Who did it; null: the vendor's host, or nobody. */
  by: string | null;
  /** The document's hash: what people compare with their anchor file. */
  fingerprint: string | null;
  seq: number | null;
  validUntil: string | null;
  /** Of a stop: of everything, or of one grant. */
  scope: 'everything' | 'oneGrant' | null;
  /** As the host wrote it. */
  reason: string | null;
  /** The one link: a page that asks for a sign-in. */
  link: string;
}

const WORDS: Readonly<Record<Language, TrustWords>> = { en: trustEn, de: trustDe };
const DAY_MS = 86_400_000;

/** Writes it. Nothing can be signed or stopped from a mail; it carries one link. */
export function writeTrustMail(facts: TrustMailFacts, language: Language): MailContent {
  const words = WORDS[language];
  const { kind, validUntil, at } = facts;
  const names = {
    tenant: oneLine(facts.tenant),
    by: facts.by === null ? null : oneLine(facts.by),
    days: validUntil === null ? 0 : Math.ceil((Date.parse(validUntil) - Date.parse(at)) / DAY_MS),
  };
  return layOut({
    language,
    subject: words.subject[kind](names),
    sentence: words.sentence[kind](names),
    rows: rowsOf(facts, names.by, words),
    notes: [],
    link: facts.link,
    open: words.open,
    footer: words.footer,
  });
}

function rowsOf(facts: TrustMailFacts, by: string | null, { labels, ...words }: TrustWords): Row[] {
  const { kind, at, fingerprint, seq, validUntil, scope, reason } = facts;
  const isHosts = kind === 'trust.proposed' || kind === 'trust.reset';
  const row = (label: string, value: string | null): Row[] => (value === null ? [] : [[label, [value]]]);
  return [
    ...row(labels.at, writeInstant(at)),
    ...row(labels.by, by ?? (isHosts ? words.host : null)),
    ...row(labels.what, scope === null ? null : words[scope]),
    ...row(labels.seq, seq === null ? null : String(seq)),
    ...row(labels.validUntil, validUntil === null ? null : writeInstant(validUntil)),
    ...row(labels.fingerprint, fingerprint),
    ...(reason === null ? [] : [[labels.reason, lines(reason)] satisfies Row]),
  ];
}

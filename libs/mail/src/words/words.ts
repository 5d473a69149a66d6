import type { MailedKind, NoticeTopic } from '@countersign/contract';

/** Kinds about a request or its access. */
export type AccessMailKind = MailedKind<'access'>;

/** Values that sentences name. People's texts have passed through `oneLine`. */
export interface Names {
  requester: string;
  tenant: string;
  service: string;
  duration: string;
}

/** One language's catalogue. */
export interface Words {
  subject: Readonly<Record<AccessMailKind, (names: Names) => string>>;
  /** One sentence: who wants what for how long, and what has happened. */
  sentence: Readonly<Record<AccessMailKind, (names: Names) => string>>;
  labels: Readonly<
    Record<
      | 'lapses'
      | 'decided'
      | 'wouldBegin'
      | 'wouldEnd'
      | 'offered'
      | 'starts'
      | 'began'
      | 'ends'
      | 'ended'
      | 'end'
      | 'because'
      | 'due'
      | 'said'
      | 'rule'
      | 'by'
      | 'reason'
      | 'blocked',
      string
    >
  >;
  endReason: Readonly<Record<string, string>>;
  /** The side of the person who denied or ended it. */
  sides: Readonly<Record<'vendor' | 'customer', string>>;
  /** One mail for an approval and the grant that it opened, or will open, at once. */
  approvedAndBegun: Readonly<Record<'active' | 'scheduled' | 'blocked', (names: Names) => string>>;
  /** Instead of the words of `grant.active` if no call passes. */
  blocked: { subject(names: Names): string; sentence(names: Names): string };
  erased: string;
  nothingOpened: string;
  withFirstUse: string;
  never: string;
  isExtension: string;
  /** When an emergency begins. */
  onceNotified: string;
  stopAtOnce: string;
  /** `limit` is what the rule allows, in words. */
  crossed(rule: string, side: 'vendor' | 'customer', limit: string): string;
  /** `latest` is a text with its zone. */
  afterApproval(duration: string, latest: string): string;
  afterFirstUse(duration: string, latest: string): string;
  silence: string;
  open: string;
  footer: string;
  /** The mail with a sign-in code. */
  code: { subject: string; sentence(tenant: string, minutes: number): string; footer: string };
}

/** Kinds about a person's key. */
export type AccountMailKind = MailedKind<'key'>;

export interface AccountWords {
  /** `person` is whose account it is, passed through `oneLine`. */
  subject: Readonly<Record<AccountMailKind, (person: string) => string>>;
  sentence: Readonly<Record<AccountMailKind, (person: string) => string>>;
  labels: Readonly<Record<'at' | 'key' | 'until', string>>;
  /** The mail to a person whom fewer notices reach now, or in another browser, or whose clocks have changed. */
  notices: Readonly<Record<'subject' | 'sentence' | 'own' | 'footer', string>>;
  /** What to do if no one knows of it: for the person, and for others. */
  own: string;
  others: string;
  open: string;
  footer: string;
}

/** Kinds about what protects a tenant. */
export type TrustMailKind = MailedKind<'trust' | 'tenant'>;

/** Values that sentences name. People's texts have passed through `oneLine`. */
export interface TrustNames {
  tenant: string;
  /** The person who did it, or whose passkey it is; null for the vendor's host. */
  by: string | null;
  /** From when a new passkey counts, or a widening may take effect, with its zone; null if it waits for a confirmation. */
  countsFrom: string | null;
  /** Of a widening: whom it lets decide more; null if it is about the privacy controls. */
  person: string | null;
  /** Whole days until the document in force ends. */
  days: number;
}

export interface TrustWords {
  subject: Readonly<Record<TrustMailKind, (names: TrustNames) => string>>;
  sentence: Readonly<Record<TrustMailKind, (names: TrustNames) => string>>;
  labels: Readonly<Record<'at' | 'by' | 'fingerprint' | 'seq' | 'validUntil' | 'reason' | 'what', string>>;
  host: string;
  /** What a stop covers. */
  everything: string;
  oneGrant: string;
  open: string;
  footer: string;
}

/** The mail about the statement of one day. */
export interface StatementWords {
  subject(tenant: string, day: string, accesses: number): string;
  sentence(accesses: number, day: string): string;
  labels: Readonly<Record<'complete' | 'log', string>>;
  complete: string;
  incomplete: string;
  /** Newest size and root of the log. */
  log(size: number, root: string): string;
  sealed: string;
  open: string;
  footer: string;
}

export type AddressChangeKind = MailedKind<'address'>;

/** Mails to and about notice addresses. */
export interface AddressWords {
  headline: Readonly<Record<NoticeTopic, string>>;
  sentence(headline: string, tenant: string): string;
  changed: Readonly<Record<AddressChangeKind, (tenant: string) => string>>;
  labels: Readonly<Record<'kind' | 'at' | 'address', string>>;
  open: string;
  footer: string;
  /** The mail with the code that confirms an address. */
  code: { subject(tenant: string): string; sentence(tenant: string, hours: number): string; footer: string };
}

export type PracticeMailKind = MailedKind<'practice'>;

/** The mail about a practice. It says in its subject and first sentence that nothing opens. */
export interface PracticeWords {
  subject: Readonly<Record<PracticeMailKind, (tenant: string) => string>>;
  sentence: Readonly<Record<PracticeMailKind, (tenant: string) => string>>;
  note: Readonly<Record<PracticeMailKind, string>>;
  labels: Readonly<Record<'due' | 'passed' | 'wrong' | 'passkey' | 'unanswered', string>>;
  open: string;
  footer: string;
}

export type ReviewMailKind = MailedKind<'review'>;

/** The mail about a quarterly access review. */
export interface ReviewWords {
  subject: Readonly<Record<ReviewMailKind, (tenant: string) => string>>;
  sentence: Readonly<Record<ReviewMailKind, (tenant: string) => string>>;
  note: Readonly<Record<ReviewMailKind, string>>;
  labels: Readonly<Record<'quarter' | 'open' | 'due' | 'answered' | 'lapsed' | 'kept', string>>;
  open: string;
  footer: string;
}

/** Every text of the mails in one language. */
export interface MailWords {
  access: Words;
  account: AccountWords;
  address: AddressWords;
  practice: PracticeWords;
  review: ReviewWords;
  statement: StatementWords;
  trust: TrustWords;
}

import type { NoticeTopic } from '@countersign/contract';

/** Mails about a request and its access. */
export interface Words {
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

/** The mails about a person's key and what they chose. */
export interface AccountWords {
  labels: Readonly<Record<'at' | 'key' | 'until', string>>;
  /** What to do if no one knows of it: for the person, and for others. */
  own: string;
  others: string;
  open: string;
  footer: string;
  /** Of the mail to a person whom fewer notices reach now, or in another browser, or whose clocks have changed. */
  choicesFooter: string;
}

/** The mail about what protects a tenant. */
export interface TrustWords {
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
  labels: Readonly<Record<'complete' | 'log', string>>;
  complete: string;
  incomplete: string;
  /** Newest size and root of the log. */
  log(size: number, root: string): string;
  sealed: string;
  open: string;
  footer: string;
}

/** Mails to and about notice addresses. */
export interface AddressWords {
  headline: Readonly<Record<NoticeTopic, string>>;
  sentence(headline: string, tenant: string): string;
  labels: Readonly<Record<'kind' | 'at' | 'address', string>>;
  open: string;
  footer: string;
  /** The mail with the code that confirms an address. */
  code: { subject(tenant: string): string; sentence(tenant: string, hours: number): string; footer: string };
}

/** The mail about a practice. */
export interface PracticeWords {
  labels: Readonly<Record<'due' | 'passed' | 'wrong' | 'passkey' | 'unanswered', string>>;
  open: string;
  footer: string;
}

/** The mail about a quarterly access review. */
export interface ReviewWords {
  labels: Readonly<Record<'quarter' | 'open' | 'due' | 'answered' | 'lapsed' | 'kept', string>>;
  open: string;
  footer: string;
}

/** The labels, footers and other texts of the mails of each form, in one language. What each kind says: `NOTICE_TEXTS`. */
export interface MailWords {
  access: Words;
  account: AccountWords;
  address: AddressWords;
  practice: PracticeWords;
  review: ReviewWords;
  statement: StatementWords;
  trust: TrustWords;
}

import type { NoticeKind } from '@countersign/access';
import type { NoticeTopic } from '@countersign/contract';

/** Kinds of notices that are sent by mail. */
export const MAIL_KINDS = [
  'request.awaiting_vendor',
  'request.awaiting_customer',
  'request.countered',
  'request.approved',
  'request.denied',
  'request.expired',
  'request.cancelled',
  'grant.scheduled',
  'grant.active',
  'grant.ending',
  'grant.ended',
  'request.asked',
  'request.answered',
  'request.forwarded',
  'request.stage-overdue',
  'request.outdated',
  'emergency.opening',
  'demand.opening',
  'disclosure.late',
  'disclosure.given',
  'disclosure.acknowledged',
  'disclosure.disputed',
  'supervision.notified',
  'supervision.paused',
  'supervision.resumed',
  'supervision.stopped',
] as const satisfies readonly NoticeKind[];
export type MailKind = (typeof MAIL_KINDS)[number];

export const isMailKind = (kind: string): kind is MailKind =>
  (MAIL_KINDS as readonly string[]).includes(kind);

/** Values that sentences name. People's texts have passed through `oneLine`. */
export interface Names {
  requester: string;
  tenant: string;
  service: string;
  duration: string;
}

/** One language's catalogue. */
export interface Words {
  subject: Readonly<Record<MailKind, (names: Names) => string>>;
  /** One sentence: who wants what for how long, and what has happened. */
  sentence: Readonly<Record<MailKind, (names: Names) => string>>;
  labels: Readonly<
    Record<
      | 'hiddenFields'
      | 'placeAndEmployer'
      | 'what'
      | 'why'
      | 'ticket'
      | 'change'
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

/** Kinds of notices about a person's own account that are sent by mail. */
export const ACCOUNT_MAIL_KINDS = [
  'account.key-created',
  'account.host-key-created',
] as const satisfies readonly NoticeKind[];
export type AccountMailKind = (typeof ACCOUNT_MAIL_KINDS)[number];

export const isAccountMailKind = (kind: string): kind is AccountMailKind =>
  (ACCOUNT_MAIL_KINDS as readonly string[]).includes(kind);

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

/** Kinds of notices about a tenant's trust that are sent by mail. */
export const TRUST_MAIL_KINDS = [
  'trust.proposed',
  'trust.adopted',
  'trust.expiring',
  'trust.stopped',
  'trust.lifted',
  'trust.reset',
  'trust.reset-cancelled',
  'passkey.enrolled',
  'passkey.removed',
  'log.stopped',
  'log.unwitnessed',
  'demand.changed',
  'widening.proposed',
  'widening.confirmed',
  'widening.applied',
  'widening.withdrawn',
  'widening.lapsed',
] as const satisfies readonly NoticeKind[];
export type TrustMailKind = (typeof TRUST_MAIL_KINDS)[number];

export const isTrustMailKind = (kind: string): kind is TrustMailKind =>
  (TRUST_MAIL_KINDS as readonly string[]).includes(kind);

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

/** Kinds of notices about notice addresses, which go to the admins. */
export const ADDRESS_CHANGE_KINDS = [
  'notice-address.confirmed',
  'notice-address.removed',
] as const satisfies readonly NoticeKind[];
export type AddressChangeKind = (typeof ADDRESS_CHANGE_KINDS)[number];

export const isAddressChangeKind = (kind: string): kind is AddressChangeKind =>
  (ADDRESS_CHANGE_KINDS as readonly string[]).includes(kind);

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

/** Kinds of notices about a practice of the approvers. */
export const PRACTICE_MAIL_KINDS = [
  'practice.opened',
  'practice.due',
  'practice.failed',
] as const satisfies readonly NoticeKind[];
export type PracticeMailKind = (typeof PRACTICE_MAIL_KINDS)[number];

export const isPracticeMailKind = (kind: string): kind is PracticeMailKind =>
  (PRACTICE_MAIL_KINDS as readonly string[]).includes(kind);

/** The mail about a practice. It says in its subject and first sentence that nothing opens. */
export interface PracticeWords {
  subject: Readonly<Record<PracticeMailKind, (tenant: string) => string>>;
  sentence: Readonly<Record<PracticeMailKind, (tenant: string) => string>>;
  note: Readonly<Record<PracticeMailKind, string>>;
  labels: Readonly<Record<'due' | 'passed' | 'wrong' | 'passkey' | 'unanswered', string>>;
  open: string;
  footer: string;
}

/** Kinds of notices about a quarterly access review. */
export const REVIEW_MAIL_KINDS = [
  'access-review.opened',
  'access-review.due',
  'access-review.closed',
] as const satisfies readonly NoticeKind[];
export type ReviewMailKind = (typeof REVIEW_MAIL_KINDS)[number];

export const isReviewMailKind = (kind: string): kind is ReviewMailKind =>
  (REVIEW_MAIL_KINDS as readonly string[]).includes(kind);

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

/** The languages that there are catalogues for. */
export const LANGUAGES = ['en', 'de'] as const;
export type Language = (typeof LANGUAGES)[number];

/** Notices of which people are told by mail. */
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
] as const;
export type MailKind = (typeof MAIL_KINDS)[number];

export const isMailKind = (kind: string): kind is MailKind =>
  (MAIL_KINDS as readonly string[]).includes(kind);

/** What sentences are made of. Texts are as people wrote them, made visible (see `oneLine`). */
export interface Names {
  requester: string;
  tenant: string;
  service: string;
  duration: string;
}

/** One language's catalogue. */
export interface Words {
  subject: Readonly<Record<MailKind, (names: Names) => string>>;
  /** One sentence: who wants what for how long, and what has happened to it. */
  sentence: Readonly<Record<MailKind, (names: Names) => string>>;
  labels: Readonly<
    Record<
      | 'what'
      | 'why'
      | 'ticket'
      | 'lapses'
      | 'decided'
      | 'wouldEnd'
      | 'starts'
      | 'ends'
      | 'ended'
      | 'end'
      | 'because',
      string
    >
  >;
  endReason: Readonly<Record<string, string>>;
  erased: string;
  nothingOpened: string;
  unknownYet: string;
  /** `latest` is written out, with its zone. */
  afterApproval(duration: string, latest: string): string;
  afterFirstUse(duration: string, latest: string): string;
  silence: string;
  open: string;
  footer: string;
  /** The mail that brings a sign-in code. */
  code: { subject: string; sentence(tenant: string, minutes: number): string; footer: string };
}

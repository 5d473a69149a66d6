/** Notices of a tenant's trust of which its people are told by mail. */
export const TRUST_MAIL_KINDS = [
  'trust.proposed',
  'trust.adopted',
  'trust.expiring',
  'trust.stopped',
  'trust.lifted',
  'trust.reset',
  'trust.reset-cancelled',
] as const;
export type TrustMailKind = (typeof TRUST_MAIL_KINDS)[number];

export const isTrustMailKind = (kind: string): kind is TrustMailKind =>
  (TRUST_MAIL_KINDS as readonly string[]).includes(kind);

/** What sentences are made of; texts with everything in them seen. */
export interface TrustNames {
  tenant: string;
  /** Who did it; null: the vendor's host. */
  by: string | null;
  /** Whole days until the document in force ends. */
  days: number;
}

export interface TrustWords {
  subject: Readonly<Record<TrustMailKind, (names: TrustNames) => string>>;
  sentence: Readonly<Record<TrustMailKind, (names: TrustNames) => string>>;
  labels: Readonly<Record<'at' | 'by' | 'fingerprint' | 'seq' | 'validUntil' | 'reason' | 'what', string>>;
  host: string;
  /** What a stop is of. */
  everything: string;
  oneGrant: string;
  open: string;
  footer: string;
}

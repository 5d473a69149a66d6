import type { CallDecision } from '@countersign/authorization';

/** The decision about a call that may be made. */
export type AllowedDecision = Extract<CallDecision, { allowed: true }>;

import type { AccessRecord, Grant } from '../../api/client.js';

export interface Proof {
  /** The newest call that was let through. */
  lastAllowed: AccessRecord | null;
  /** The oldest call that was refused after the end. */
  nextRefused: AccessRecord | null;
}

/** What the records say about the end of a grant. `records` are the newest, newest first. */
export function proofOf(grant: Pick<Grant, 'endedAt'>, records: readonly AccessRecord[]): Proof {
  const { endedAt } = grant;
  const ended = endedAt === null ? Number.POSITIVE_INFINITY : Date.parse(endedAt);
  const after = records.filter(
    // The end is noted in whole seconds; a refusal in the same second came after it.
    ({ decision, code, at }) => decision === 'refused' && ENDED.has(code ?? '') && Date.parse(at) >= ended,
  );
  return {
    lastAllowed: records.find(({ decision }) => decision === 'allowed') ?? null,
    nextRefused: after[after.length - 1] ?? null,
  };
}

/** Refusals that say that the access itself was over, and not that the call was wrong. */
const ENDED: ReadonlySet<string> = new Set(['grant_ended', 'locked', 'invalid_token']);

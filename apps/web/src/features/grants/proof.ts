import type { AccessRecord, Grant } from '@countersign/api';

/** What the records prove about the end of a grant. No unread record can contradict it. */
export interface Proof {
  /** The newest allowed call. */
  lastAllowed: AccessRecord | null;
  /** The first call that was refused after the end. */
  nextRefused: AccessRecord | null;
}

/**
 * Reads back until it has found an allowed call and has passed the end of the grant, or has read every record.
 *
 * @param pages the grant's records, newest first
 */
export async function findEndProof(
  { endedAt }: Pick<Grant, 'endedAt'>,
  pages: AsyncIterable<readonly AccessRecord[]>,
): Promise<Proof> {
  const ended = endedAt === null ? Number.POSITIVE_INFINITY : Date.parse(endedAt);
  const proof: Proof = { lastAllowed: null, nextRefused: null };
  for await (const page of pages) {
    for (const record of page) {
      if (record.decision === 'allowed') proof.lastAllowed ??= record;
      // The end is stored in whole seconds. A refusal in the same second came after it.
      else if (ENDED.has(record.code ?? '') && Date.parse(record.at) >= ended) proof.nextRefused = record;
    }
    const oldest = page[page.length - 1];
    if (proof.lastAllowed !== null && oldest !== undefined && Date.parse(oldest.at) < ended) break;
  }
  return proof;
}

/** Codes of refusals that mean that the access had ended, not that the call was invalid. */
const ENDED: ReadonlySet<string> = new Set(['grant_ended', 'locked', 'invalid_token']);

import type { AccessRecord, Grant } from '../../api/client.js';

/** What the records say about the end of a grant: all of them were looked at that could say otherwise. */
export interface Proof {
  /** The newest call that was let through. */
  lastAllowed: AccessRecord | null;
  /** The oldest call that was refused after the end. */
  nextRefused: AccessRecord | null;
}

/**
 * Reads back until a call that was let through and past the end of the grant, or to the first call of all.
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
      // The end is noted in whole seconds; a refusal in the same second came after it.
      else if (ENDED.has(record.code ?? '') && Date.parse(record.at) >= ended) proof.nextRefused = record;
    }
    const oldest = page[page.length - 1];
    if (proof.lastAllowed !== null && oldest !== undefined && Date.parse(oldest.at) < ended) break;
  }
  return proof;
}

/** Refusals that say that the access itself was over, and not that the call was wrong. */
const ENDED: ReadonlySet<string> = new Set(['grant_ended', 'locked', 'invalid_token']);

import type { GrantTokenClaims } from '@countersign/authorization';
import { latestEndOfTerms } from '@countersign/contract';

/**
 * The last moment at which this digest could be opened, in milliseconds since the epoch: as its terms say, and as long as
 * anybody has signed that it may be. A broker's own word of that is not asked.
 */
export function lifeOfDigest({ terms, grant_exp, countersignatures = [] }: GrantTokenClaims): number {
  const ends = countersignatures.map(
    (each) => (each as { statement?: { notAfter?: string } } | null)?.statement?.notAfter ?? '',
  );
  const signed = ends.map((end) => Date.parse(end)).filter((end) => !Number.isNaN(end));
  return Math.max(latestEndOfTerms(terms), grant_exp * 1_000, ...signed);
}

import {
  type CountersignRefusal,
  checkTrustSuccession,
  nodeCountersignPorts,
  type PinnedTrust,
} from '@countersign/authorization';
import { type SignedTrustDocument, statementHash } from '@countersign/contract';

/** The chain's deployment and tenant, and the pinned hash of its first version. */
export type ChainPlace = { deployment: string; tenant: string; pinned: string };

/**
 * A tenant's trust documents, as this gateway has followed them from its pin: it never goes back, and never to another
 * history. Immutable. A chain without a version belongs to a pin for which the feed has brought nothing yet.
 */
export class TrustChain {
  private constructor(
    readonly place: ChainPlace,
    readonly versions: readonly SignedTrustDocument[],
    private readonly hashes: readonly string[],
    /** The version in force; undefined while there is none. */
    readonly inForce: PinnedTrust | undefined,
  ) {}

  static begin(place: ChainPlace): TrustChain {
    return new TrustChain(place, [], [], undefined);
  }

  /** Whether it contains all of these versions. A chain that lacks one is older, or another history. */
  contains(versions: readonly string[]): boolean {
    return versions.every((hash) => this.inForce?.versions.has(hash) === true);
  }

  /**
   * Appends the new versions of a received chain, oldest first. A received chain that is shorter than this one changes
   * nothing. One with another history is refused. From the first version that is not a valid successor, the rest is
   * refused; the versions before it count. `now` in milliseconds.
   */
  follow(
    received: readonly SignedTrustDocument[],
    now: number,
  ): { chain: TrustChain; refusal?: CountersignRefusal } {
    const { hashing } = nodeCountersignPorts;
    const hasOtherHistory = received.some(
      ({ document }, at) => at < this.hashes.length && statementHash(hashing, document) !== this.hashes[at],
    );
    if (hasOtherHistory)
      return { chain: this, refusal: { reason: 'wrong_place', detail: 'another history was offered' } };
    const versions = [...this.versions];
    const hashes = [...this.hashes];
    let refusal: CountersignRefusal | undefined;
    for (const next of received.slice(versions.length)) {
      refusal = this.refusalOf(versions.at(-1), next, now);
      if (refusal !== undefined) break;
      versions.push(next);
      hashes.push(statementHash(hashing, next.document));
    }
    const last = versions.at(-1);
    const hash = hashes.at(-1);
    const chain =
      last === undefined || hash === undefined || versions.length === this.versions.length
        ? this
        : new TrustChain(this.place, versions, hashes, {
            document: last.document,
            hash,
            versions: new Set(hashes),
          });
    return refusal === undefined ? { chain } : { chain, refusal };
  }

  private refusalOf(
    last: SignedTrustDocument | undefined,
    next: SignedTrustDocument,
    now: number,
  ): CountersignRefusal | undefined {
    const { deployment, tenant, pinned } = this.place;
    if (next.document.deployment !== deployment || next.document.tenant !== tenant)
      return { reason: 'wrong_place', detail: 'the version is of another tenant or deployment' };
    return checkTrustSuccession(
      { current: last?.document ?? null, pin: pinned, now },
      next,
      nodeCountersignPorts,
    );
  }
}

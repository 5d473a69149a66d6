import {
  type CountersignRefusal,
  checkTrustSuccession,
  nodeCountersigning,
  type PinnedTrust,
} from '@countersign/authorization';
import { type SignedTrustDocument, statementHash } from '@countersign/contract';

/** Whose chain it has to be, and the hash that its first version must have. */
export type ChainPlace = { deployment: string; tenant: string; pinned: string };

/**
 * A tenant's trust documents as this gateway has followed them from its pin: never back, never aside. Immutable; a chain
 * without a version stands for a pin of which the feed has brought nothing yet.
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

  /** Whether it contains all of these; a chain that lacks one is older than they are, or another history. */
  contains(versions: readonly string[]): boolean {
    return versions.every((hash) => this.inForce?.versions.has(hash) === true);
  }

  /**
   * What follows of an offered chain, oldest first. One that is shorter than what is held changes nothing; one that parts
   * from it, or a version that does not follow, is refused, and all before it stays. `now` in milliseconds.
   */
  follow(
    offered: readonly SignedTrustDocument[],
    now: number,
  ): { chain: TrustChain; refusal?: CountersignRefusal } {
    const { hashing } = nodeCountersigning;
    const parts = offered.some(
      ({ document }, at) => at < this.hashes.length && statementHash(hashing, document) !== this.hashes[at],
    );
    if (parts)
      return { chain: this, refusal: { reason: 'wrong_place', detail: 'another history was offered' } };
    const versions = [...this.versions];
    const hashes = [...this.hashes];
    let refusal: CountersignRefusal | undefined;
    for (const next of offered.slice(versions.length)) {
      refusal = this.refuse(versions.at(-1), next, now);
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

  private refuse(
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
      nodeCountersigning,
    );
  }
}

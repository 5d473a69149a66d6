import type { Hashing } from '@countersign/contract';
import { AuditLogError } from './errors.js';
import { completeSubtrees, consistencySteps, type ProofStep, verifyConsistency } from './proofs.js';
import { appendLeaf, type CompactRange, rangeRoot } from './tree.js';

/**
 * Proves that some leaves, in this order and without a gap, stand at the places `from` up to but not including `to` of a log.
 * `left` is the compact range of the leaves before, `proof` the consistency proof (RFC 6962 §2.1.2) from `to` leaves to the
 * checkpoint's size. So it has about as many hashes as an inclusion proof, however many leaves there are.
 */
export type LeafRangeProof = {
  from: number;
  to: number;
  left: readonly Uint8Array[];
  proof: readonly Uint8Array[];
};

/** Which hashes a proof of the leaves from `from` up to `to` in a tree of `size` leaves consists of. */
export const leafRangeSteps = (
  from: number,
  to: number,
  size: number,
): { left: ProofStep[]; proof: ProofStep[] } => ({
  left: completeSubtrees(0, from).map((node) => [node]),
  proof: consistencySteps(to, size),
});

/** Verifies a range of leaves one by one, so that they need not be in memory at once. */
export class LeafRangeVerifier {
  #range: CompactRange;

  /** @throws AuditLogError `not_included` if the proof has not the form that its numbers require */
  constructor(
    private readonly hashing: Hashing,
    private readonly claim: LeafRangeProof,
  ) {
    const { from, to, left } = claim;
    const isWellFormed = Number.isSafeInteger(from) && Number.isSafeInteger(to) && from >= 0 && from <= to;
    if (!isWellFormed || completeSubtrees(0, from).length !== left.length)
      throw new AuditLogError('not_included', 'The proof of the leaves does not fit their places.');
    this.#range = { size: from, nodes: left };
  }

  /** Takes the next leaf's hash. */
  take(leaf: Uint8Array): void {
    this.#range = appendLeaf(this.hashing, this.#range, leaf);
  }

  /**
   * After the last leaf.
   *
   * @throws AuditLogError `not_included` if there were more or fewer leaves, `inconsistent` if they do not lead to the root
   */
  finish({ size, root }: { size: number; root: Uint8Array }): void {
    const { to, proof } = this.claim;
    if (this.#range.size !== to)
      throw new AuditLogError(
        'not_included',
        `There are leaves up to ${this.#range.size}, and not up to ${to}.`,
      );
    const oldRoot = rangeRoot(this.hashing, this.#range);
    verifyConsistency(this.hashing, { oldSize: to, oldRoot, size, root, proof });
  }
}

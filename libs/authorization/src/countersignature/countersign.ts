import type {
  ApprovalStatement,
  InvitationStatement,
  Signature,
  Terms,
  TrustDocument,
} from '@countersign/contract';
import type { CountersignPorts } from './ports.js';
import type { CountersignRefusal } from './refusal.js';

/** A tenant's trust as a checker holds it: the version in force, its hash, and the hashes of all that led to it. */
export type PinnedTrust = { document: TrustDocument; hash: string; versions: ReadonlySet<string> };

/** What countersignatures are held against. `digest` is computed from the terms, never taken from a claim. */
export type Countersigned = { terms: Terms; digest: string; trust: PinnedTrust };

/** A statement that says yes to terms: to exactly these, or to all that fit an invitation. */
export type Consent = ApprovalStatement | InvitationStatement;

/** Whose signature it is, and between which instants it opens; milliseconds since the epoch. */
export type Approver = { person: string; notBefore: number; notAfter: number };

/** What one step works on. */
export type ConsentContext = Countersigned & {
  signature: Signature;
  consent: Consent;
  ports: CountersignPorts;
};

export type ConsentStep = (context: ConsentContext) => CountersignRefusal | undefined;

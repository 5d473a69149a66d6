import {
  canonicalJson,
  type ProposalState,
  RECOVERY_CREDENTIAL,
  type Signature,
  type TrustDocument,
} from '@countersign/contract';
import type { PrivacyControls } from '../privacy-controls.js';
import { type TransitionTable, transition } from '../transition-table.js';

export const PROPOSAL_TRANSITIONS: TransitionTable<ProposalState> = {
  open: ['adopted', 'withdrawn'],
  adopted: [],
  withdrawn: [],
};

/** A trust document that waits for signatures. A tenant has at most one open proposal. */
export interface TrustProposal {
  /** `prp_…` */
  id: string;
  tenant: string;
  state: ProposalState;
  /** Counts changes. A change names the version that it was decided on (compare-and-swap). */
  version: number;
  document: TrustDocument;
  hash: string;
  /** Who proposed it: a person's id, or `host`. */
  by: string;
  /** Privacy controls that come into force with it, and the controls that they replace; null: no change. */
  controls: { before: PrivacyControls; after: PrivacyControls } | null;
  createdAt: string;
  endedAt: string | null;
}

/** One person's signature under a proposal. */
export interface ProposalSignature {
  proposal: string;
  tenant: string;
  person: string;
  signature: Signature<TrustDocument>;
  at: string;
}

/** Ends a proposal. @throws Error if it is not open */
export function endProposal(proposal: TrustProposal, to: ProposalState, at: string): TrustProposal {
  const state = transition(PROPOSAL_TRANSITIONS, proposal.state, to);
  return { ...proposal, state, version: proposal.version + 1, endedAt: at };
}

/** The signatures that a proposal still lacks. */
export interface ProposalNeeds {
  /** How many more persons of the version in force have to sign. */
  persons: number;
  /** Added credentials that have not signed. */
  keys: string[];
  /** Persons whose recovery key is added and who have not signed with a passkey. */
  recovery: string[];
}

export const NOTHING_NEEDED: ProposalNeeds = { persons: 0, keys: [], recovery: [] };

const entries = ({ people }: TrustDocument): Map<string, string> =>
  new Map(
    people.flatMap(({ person, passkeys }) =>
      passkeys.map(({ id, jwk }) => [id, canonicalJson({ person, jwk })] as const),
    ),
  );

/** Persons whose recovery key is added. A recovery key does not sign the version that adds it; its person does. */
const addedRecovery = (current: TrustDocument | null, { recovery = [] }: TrustDocument): string[] =>
  recovery
    .filter(
      (key) =>
        !(current?.recovery ?? []).some(({ person, jwk }) => person === key.person && jwk.x === key.jwk.x),
    )
    .map(({ person }) => person);

/** What people are shown as missing. Whether the signatures are enough, the succession rules alone decide. */
export function proposalNeeds(
  current: TrustDocument | null,
  document: TrustDocument,
  signatures: readonly ProposalSignature[],
): ProposalNeeds {
  const before = current === null ? new Map<string, string>() : entries(current);
  const signed = new Set(signatures.map(({ signature }) => signature.credential));
  const persons = new Set(
    signatures
      .filter(({ signature: { credential } }) => credential === RECOVERY_CREDENTIAL || before.has(credential))
      .map(({ person }) => person),
  );
  const added = [...entries(document)].filter(([id, entry]) => before.get(id) !== entry).map(([id]) => id);
  return {
    persons: Math.max(0, (current?.threshold ?? 0) - persons.size),
    keys: added.filter((id) => !signed.has(id)),
    recovery: addedRecovery(current, document).filter(
      (person) =>
        !persons.has(person) &&
        !document.people.some(
          (each) =>
            each.person === person && each.passkeys.some(({ id }) => added.includes(id) && signed.has(id)),
        ),
    ),
  };
}

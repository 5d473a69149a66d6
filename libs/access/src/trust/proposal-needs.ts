import { canonicalJson, RECOVERY_CREDENTIAL, type TrustDocument } from '@countersign/scope';
import type { ProposalSignature } from './trust-version.js';

/** Who has to sign a proposal yet. */
export interface ProposalNeeds {
  /** How many more persons of the version in force. */
  persons: number;
  /** Credentials that it adds and that have not signed. */
  keys: string[];
}

const entries = ({ people }: TrustDocument): Map<string, string> =>
  new Map(
    people.flatMap(({ person, passkeys }) =>
      passkeys.map(({ id, jwk }) => [id, canonicalJson({ person, jwk })] as const),
    ),
  );

/** What is missing yet, for people to read; whether it suffices is judged by the succession itself. */
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
  return {
    persons: Math.max(0, (current?.threshold ?? 0) - persons.size),
    keys: [...entries(document)]
      .filter(([id, entry]) => before.get(id) !== entry && !signed.has(id))
      .map(([id]) => id),
  };
}

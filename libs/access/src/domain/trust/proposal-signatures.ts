import { canonicalJson, RECOVERY_CREDENTIAL, type TrustDocument } from '@countersign/contract';
import type { ProposalSignature } from './trust-version.js';

/** Who has to sign a proposal yet. */
export interface ProposalNeeds {
  /** How many more persons of the version in force. */
  persons: number;
  /** Credentials that it adds and that have not signed. */
  keys: string[];
  /** Persons whose recovery key it adds, and who have not signed with a passkey. */
  recovery: string[];
}

/** With nothing left to do. */
export const NOTHING_NEEDED: ProposalNeeds = { persons: 0, keys: [], recovery: [] };

const entries = ({ people }: TrustDocument): Map<string, string> =>
  new Map(
    people.flatMap(({ person, passkeys }) =>
      passkeys.map(({ id, jwk }) => [id, canonicalJson({ person, jwk })] as const),
    ),
  );

/** A recovery key does not sign the version that brings it in: its person does. */
const addedRecovery = (current: TrustDocument | null, { recovery = [] }: TrustDocument): string[] =>
  recovery
    .filter(
      (key) =>
        !(current?.recovery ?? []).some(({ person, jwk }) => person === key.person && jwk.x === key.jwk.x),
    )
    .map(({ person }) => person);

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

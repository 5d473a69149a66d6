import {
  APPROVAL_TYPE,
  type ApprovalStatement,
  type SignedTrustDocument,
  statementHash,
  TRUST_TYPE,
  type TrustDocument,
} from '@countersign/contract';
import { type Authenticator, type Ceremony } from '../support/authenticator.js';
import { hashing, sampleTerms } from './grant-token.js';

export const LOG_POINT = { epoch: 1, size: 0, root: '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=' };

/** The relying party and origin at which the passkeys of the sample trust documents sign. */
export const AT: Ceremony = { rpId: 'localhost', origin: 'http://localhost:4000' };

/** A first version with these people and their passkeys. Any member can be replaced. */
export function sampleTrust(
  people: Record<string, readonly Authenticator[]>,
  change: Partial<TrustDocument> = {},
): TrustDocument {
  return {
    type: TRUST_TYPE,
    deployment: sampleTerms.deployment,
    tenant: sampleTerms.tenant,
    seq: 1,
    validUntil: '2027-05-01T00:00:00Z',
    rpId: AT.rpId,
    origins: [AT.origin],
    people: Object.entries(people).map(([person, keys]) => ({
      person,
      passkeys: keys.map(({ passkey }) => passkey),
    })),
    threshold: 1,
    approvals: 1,
    countersign: { exceptActions: [] },
    forbid: [],
    bases: [],
    ...change,
  };
}

/** The version after this one, with these changes. */
export function nextTrust(current: TrustDocument, change: Partial<TrustDocument> = {}): TrustDocument {
  return { ...current, seq: current.seq + 1, prev: statementHash(hashing, current), ...change };
}

/** The document, signed by these passkeys. */
export function signedTrust(document: TrustDocument, keys: readonly Authenticator[]): SignedTrustDocument {
  return { document, signatures: keys.map((key) => key.sign(document, AT)) };
}

/** An approval of the sample terms' digest. Any member can be replaced. */
export function sampleApproval(
  change: Partial<ApprovalStatement> & Pick<ApprovalStatement, 'digest' | 'person'>,
): ApprovalStatement {
  return {
    type: APPROVAL_TYPE,
    deployment: sampleTerms.deployment,
    tenant: sampleTerms.tenant,
    decision: 'approve',
    notBefore: '2026-11-24T14:00:00Z',
    notAfter: '2026-11-25T04:00:00Z',
    log: LOG_POINT,
    ...change,
  };
}

import {
  APPROVAL_TYPE,
  INVITATION_TYPE,
  invitationMismatches,
  invitedSpan,
  type Signature,
  statementHash,
  type Terms,
} from '@countersign/contract';
import { checkPersonSignature } from './assertion.js';
import {
  type Approver,
  type Consent,
  type ConsentContext,
  type ConsentStep,
  type Countersigned,
  type CountersignPorts,
  type CountersignRefusal,
  refuse,
} from './countersignature.js';

const isOfThisDeployment: ConsentStep = ({ consent, terms, trust }) =>
  consent.deployment === trust.document.deployment && terms.deployment === trust.document.deployment
    ? undefined
    : refuse('wrong_deployment', 'the statement is of another deployment');

const isOfThisTenant: ConsentStep = ({ consent, terms, trust }) =>
  consent.tenant === trust.document.tenant && terms.tenant === trust.document.tenant
    ? undefined
    : refuse('wrong_tenant', 'the statement is of another tenant');

/** An approval is for exactly one digest. */
const approvesThisDigest: ConsentStep = ({ consent, digest }) =>
  consent.type !== APPROVAL_TYPE || consent.digest === digest
    ? undefined
    : refuse('wrong_digest', 'the approval is for other terms');

const approves: ConsentStep = ({ consent }) =>
  consent.type !== APPROVAL_TYPE || consent.decision === 'approve'
    ? undefined
    : refuse('wrong_decision', 'the statement is a denial');

/** An invitation counts as its author's approval of terms that name it and fit it. */
const invitesToTheseTerms: ConsentStep = ({ consent, terms, ports }) =>
  consent.type !== INVITATION_TYPE ||
  (terms.invitation === statementHash(ports.hashing, consent) &&
    invitationMismatches(terms, consent).length === 0)
    ? undefined
    : refuse('invitation_misfits', 'the terms do not name this invitation, or do not fit it');

/** The statement names any version of this chain. The version's hash binds the signer to this history. */
const namesThisTrust: ConsentStep = ({ consent, trust }) =>
  trust.versions.has(consent.trust ?? '')
    ? undefined
    : refuse('wrong_trust', 'the statement names no version of the pinned trust document');

/** By a passkey of the person in the statement, with user verification, on a listed origin. */
const isSignedByItsPerson: ConsentStep = ({ consent, signature, trust, ports }) =>
  checkPersonSignature(signature, consent.person, trust.document, ports);

/** Every check of one countersignature, in order. */
const consentSteps: readonly ConsentStep[] = [
  isOfThisDeployment,
  isOfThisTenant,
  approvesThisDigest,
  approves,
  invitesToTheseTerms,
  namesThisTrust,
  isSignedByItsPerson,
];

/**
 * Checks one countersignature. Returns who approved and for which window, or why it is refused. `signature` comes from
 * `parseSignature`. Pure. The broker checks a review's countersignature with it, and the gateway those of a token.
 */
export function checkConsent(
  signature: Signature,
  countersigned: Countersigned,
  ports: CountersignPorts,
): Approver | CountersignRefusal {
  const { statement } = signature;
  if (statement.type !== APPROVAL_TYPE && statement.type !== INVITATION_TYPE)
    return refuse('wrong_type', 'the statement is neither an approval nor an invitation');
  const context: ConsentContext = { ...countersigned, signature, consent: statement, ports };
  for (const step of consentSteps) {
    const refusal = step(context);
    if (refusal !== undefined) return refusal;
  }
  return { person: statement.person, ...signedWindow(statement, countersigned.terms) };
}

/** The window that the statement allows these terms: of an invitation that recurs, one of its weekly times. */
function signedWindow(statement: Consent, terms: Terms): Pick<Approver, 'notBefore' | 'notAfter'> {
  if (statement.type === INVITATION_TYPE) {
    const span = invitedSpan(terms, statement);
    // Null was refused as a mismatch. If it were not, NaN would fail every comparison.
    return { notBefore: span?.from ?? Number.NaN, notAfter: span?.until ?? Number.NaN };
  }
  // Only a denial has no window, and it was refused. NaN again.
  const { notBefore, notAfter } = statement;
  return { notBefore: Date.parse(notBefore ?? ''), notAfter: Date.parse(notAfter ?? '') };
}

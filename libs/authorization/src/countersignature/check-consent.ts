import { APPROVAL_TYPE, INVITATION_TYPE, type Signature } from '@countersign/contract';
import {
  approves,
  approvesThisDigest,
  invitesToTheseTerms,
  isOfThisDeployment,
  isOfThisTenant,
  isSignedByItsPerson,
  namesThisTrust,
} from './consent-steps.js';
import type { Approver, ConsentContext, ConsentStep, Countersigned } from './countersign.js';
import type { CountersignPorts } from './ports.js';
import { type CountersignRefusal, refuse } from './refusal.js';

/** Every check of one countersignature, in order. */
export const consentSteps: readonly ConsentStep[] = [
  isOfThisDeployment,
  isOfThisTenant,
  approvesThisDigest,
  approves,
  invitesToTheseTerms,
  namesThisTrust,
  isSignedByItsPerson,
];

/**
 * Whose yes this signature is and when it opens, or why it does not count. `signature` is as `parseSignature` answers
 * it. Pure; the broker judges a review's countersignature by it, and the gateway those of a token.
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
  // A denial alone has no window, and was refused; were it not, nothing would lie inside of what is no number.
  const [notBefore, notAfter] = [Date.parse(statement.notBefore ?? ''), Date.parse(statement.notAfter ?? '')];
  return { person: statement.person, notBefore, notAfter };
}

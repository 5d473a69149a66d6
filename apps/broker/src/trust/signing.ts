import { brokerRelyingParty, type SignatureRules, type SigningDeps } from '@countersign/access';
import {
  checkAssertion,
  checkCountersigned,
  checkTrustSuccession,
  isSignedByRecoveryKey,
  nodeCountersigning,
} from '@countersign/authorization';
import { statementChallenge } from '@countersign/contract';

/** The gateways' own steps, over Node's crypto: what they would refuse is refused here first. */
const signatureRules: SignatureRules = {
  assertion: (signature, key) =>
    checkAssertion(
      { signature, challenge: statementChallenge(nodeCountersigning.hashing, signature.statement), ...key },
      nodeCountersigning,
    ),
  succession: (place, next) => checkTrustSuccession({ ...place, pin: null }, next, nodeCountersigning),
  recovery: (signature, document, jwk) => isSignedByRecoveryKey(document, jwk, signature, nodeCountersigning),
  countersigned: (claims, trust) => checkCountersigned(claims, trust, nodeCountersigning),
};

/**
 * What the domain is handed to judge what customers sign.
 *
 * @param publicUrl where people reach this broker
 */
export const signing = ({
  publicUrl,
}: {
  publicUrl: string;
}): Pick<SigningDeps, 'signatures' | 'relyingParty'> => ({
  signatures: signatureRules,
  relyingParty: brokerRelyingParty(publicUrl),
});

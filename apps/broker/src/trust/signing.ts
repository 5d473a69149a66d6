import { brokerRelyingParty, type SignatureRules, type SigningDeps } from '@countersign/access';
import {
  checkAssertion,
  checkCountersigned,
  checkTrustSuccession,
  isSignedByRecoveryKey,
  nodeCountersignPorts,
} from '@countersign/authorization';
import { statementChallenge } from '@countersign/contract';

/** The gateways' own steps, over Node's crypto: what they would refuse is refused here first. */
const signatureRules: SignatureRules = {
  assertion: (signature, key) =>
    checkAssertion(
      { signature, challenge: statementChallenge(nodeCountersignPorts.hashing, signature.statement), ...key },
      nodeCountersignPorts,
    ),
  succession: (place, next) => checkTrustSuccession({ ...place, pin: null }, next, nodeCountersignPorts),
  recovery: (signature, document, jwk) =>
    isSignedByRecoveryKey(document, jwk, signature, nodeCountersignPorts),
  countersigned: (claims, trust) => checkCountersigned(claims, trust, nodeCountersignPorts),
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

import { brokerRelyingParty, type SignatureRules, type SigningDeps } from '@countersign/access';
import {
  checkAssertion,
  checkCountersigned,
  checkTrustSuccession,
  isSignedByRecoveryKey,
  nodeCountersignPorts,
} from '@countersign/authorization';
import { statementChallenge } from '@countersign/contract';

/** The gateways' own checks, with Node's crypto, so that the broker refuses whatever gateways would refuse. */
const signatureRules: SignatureRules = {
  checkAssertion: (signature, key) =>
    checkAssertion(
      { signature, challenge: statementChallenge(nodeCountersignPorts.hashing, signature.statement), ...key },
      nodeCountersignPorts,
    ),
  checkSuccession: (place, next) => checkTrustSuccession({ ...place, pin: null }, next, nodeCountersignPorts),
  isSignedByRecoveryKey: (signature, document, jwk) =>
    isSignedByRecoveryKey(document, jwk, signature, nodeCountersignPorts),
  checkCountersigned: (claims, trust) => checkCountersigned(claims, trust, nodeCountersignPorts),
};

/**
 * The ports with which the domain validates signatures of customers.
 *
 * @param publicUrl the address at which people reach this broker
 */
export const createSigningPorts = ({
  publicUrl,
}: {
  publicUrl: string;
}): Pick<SigningDeps, 'signatures' | 'relyingParty'> => ({
  signatures: signatureRules,
  relyingParty: brokerRelyingParty(publicUrl),
});

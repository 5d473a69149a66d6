import { checkCountersigned, nodeCountersignPorts } from '@countersign/authorization';
import { statementHash, termsDigest } from '@countersign/contract';
import { verifyRegistrationResponse } from '@simplewebauthn/server';
import { hashing, NOW, sampleTerms } from '../../../../../test/factories/grant-token.js';
import { AT, sampleApproval, sampleTrust } from '../../../../../test/factories/trust.js';
import type { Authenticator } from '../../../../../test/support/authenticator.js';
import { SoftwarePasskey } from './passkey.js';

const ADA = 'usr_0199f0a0-7b2c-7003-8000-0000000000a1';

describe('the tour’s passkeys in software', () => {
  test('are enrolled like any other', async () => {
    const passkey = SoftwarePasskey.make();
    const challenge = Buffer.alloc(32, 7).toString('base64url');
    const response = passkey.register(challenge, AT) as Parameters<
      typeof verifyRegistrationResponse
    >[0]['response'];
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      response,
      expectedChallenge: challenge,
      expectedOrigin: AT.origin,
      expectedRPID: AT.rpId,
    });
    expect([verified, registrationInfo?.credential.id, registrationInfo?.userVerified]).toEqual([
      true,
      passkey.id,
      true,
    ]);
  });

  test('sign what a gateway accepts, also after being stored, and not at another origin', () => {
    const passkey = SoftwarePasskey.restore(SoftwarePasskey.make().stored);
    const document = sampleTrust({ [ADA]: [{ passkey: passkey.passkey } as Authenticator] });
    const hash = statementHash(hashing, document);
    const statement = sampleApproval({ digest: termsDigest(hashing, sampleTerms), person: ADA, trust: hash });
    const refusal = (origin: string) =>
      checkCountersigned(
        {
          tenant: 'acme',
          terms: sampleTerms,
          grant_nbf: NOW / 1_000,
          grant_exp: NOW / 1_000 + 60,
          countersignatures: [passkey.sign(statement, { ...AT, origin })],
        },
        { document, hash, versions: new Set([hash]) },
        nodeCountersignPorts,
      )?.reason;
    expect([refusal(AT.origin), refusal('http://elsewhere.test')]).toEqual([undefined, 'wrong_origin']);
  });
});

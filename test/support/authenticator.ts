import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import {
  type Passkey,
  type PasskeyJwk,
  RECOVERY_CREDENTIAL,
  type RecoveryJwk,
  recoverySignedBytes,
  type Signature,
  type Statement,
  statementChallenge,
  type TrustDocument,
} from '@countersign/contract';
import { hashing } from '../factories/grant-token.js';

/** Where an assertion is made, and which parts a test wants to be wrong. */
export type Ceremony = {
  rpId: string;
  origin: string;
  /** Bits of authenticator data (WebAuthn Level 3 §6.1): user present 1, user verified 4. */
  flags?: number;
  /** Replaces or adds members of the client data. Undefined omits a member. */
  clientData?: Record<string, unknown>;
  /** The client data as arbitrary text. */
  clientText?: (text: string) => string;
  challenge?: Uint8Array;
};

const USER_PRESENT = 0x01;
const USER_VERIFIED = 0x04;
const ATTESTED = 0x40;

const sha256 = (data: string | Uint8Array) => createHash('sha256').update(data).digest();
const encode = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url');

/** A software passkey for tests: one key pair, and what an authenticator and a browser produce with it. */
export class Authenticator {
  readonly id = encode(randomBytes(32));
  readonly jwk: PasskeyJwk;
  private readonly privateKey: KeyObject;
  private uses = 0;

  constructor(alg: 'ES256' | 'RS256' = 'ES256') {
    const pair =
      alg === 'ES256'
        ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
        : generateKeyPairSync('rsa', { modulusLength: 2_048 });
    this.privateKey = pair.privateKey;
    this.jwk = pair.publicKey.export({ format: 'jwk' }) as PasskeyJwk;
  }

  /** The entry in a trust document. */
  get passkey(): Passkey {
    return { id: this.id, jwk: this.jwk };
  }

  /** Countersigns this statement with this passkey. */
  sign<S extends Statement>(statement: S, ceremony: Ceremony): Signature<S> {
    const challenge = ceremony.challenge ?? statementChallenge(hashing, statement);
    return { statement, ...this.assert(challenge, ceremony) };
  }

  /** An assertion over the challenge (`navigator.credentials.get`), as a countersignature carries it. */
  assert(challenge: Uint8Array, ceremony: Ceremony): Omit<Signature, 'statement'> {
    this.uses += 1;
    const authenticatorData = this.authenticatorData(
      ceremony.rpId,
      ceremony.flags ?? USER_PRESENT | USER_VERIFIED,
    );
    const clientData = clientText('webauthn.get', challenge, ceremony);
    const signature = sign('sha256', Buffer.concat([authenticatorData, sha256(clientData)]), this.privateKey);
    return {
      credential: this.id,
      authenticatorData: encode(authenticatorData),
      clientDataJSON: encode(Buffer.from(clientData)),
      signature: encode(signature),
    };
  }

  /** The result of `navigator.credentials.create` (RegistrationResponseJSON), ES256 and without attestation. */
  register(challenge: Uint8Array, ceremony: Ceremony) {
    const { jwk } = this;
    if (jwk.kty !== 'EC') throw new Error('only ES256 keys register here');
    const id = Buffer.from(this.id, 'base64url');
    const length = Buffer.alloc(2);
    length.writeUInt16BE(id.length);
    // COSE_Key (RFC 9053 §7.1.1): {1: 2, 3: -7, -1: 1, -2: x, -3: y}
    const coseKey = Buffer.concat([
      Buffer.from('a5010203262001215820', 'hex'),
      Buffer.from(jwk.x, 'base64url'),
      Buffer.from('225820', 'hex'),
      Buffer.from(jwk.y, 'base64url'),
    ]);
    const flags = (ceremony.flags ?? USER_PRESENT | USER_VERIFIED) | ATTESTED;
    const attested = Buffer.concat([Buffer.alloc(16), length, id, coseKey]);
    const authenticatorData = Buffer.concat([this.authenticatorData(ceremony.rpId, flags), attested]);
    const size = Buffer.alloc(2);
    size.writeUInt16BE(authenticatorData.length);
    // {"fmt": "none", "attStmt": {}, "authData": bytes}
    const attestationObject = Buffer.concat([
      Buffer.from('a363666d74646e6f6e656761747453746d74a068617574684461746159', 'hex'),
      size,
      authenticatorData,
    ]);
    return {
      id: this.id,
      rawId: this.id,
      type: 'public-key' as const,
      clientExtensionResults: {},
      response: {
        clientDataJSON: encode(Buffer.from(clientText('webauthn.create', challenge, ceremony))),
        attestationObject: encode(attestationObject),
        transports: ['internal' as const],
      },
    };
  }

  private authenticatorData(rpId: string, flags: number): Buffer {
    const tail = Buffer.alloc(5);
    tail.writeUInt8(flags);
    tail.writeUInt32BE(this.uses, 1);
    return Buffer.concat([sha256(rpId), tail]);
  }
}

/** A printed recovery key: its entry in a trust document, and its signature over such a document. */
export class RecoveryKey {
  private readonly pair = generateKeyPairSync('ed25519');

  get jwk(): RecoveryJwk {
    return this.pair.publicKey.export({ format: 'jwk' }) as RecoveryJwk;
  }

  sign(statement: TrustDocument): Signature<TrustDocument> {
    const signature = sign(null, recoverySignedBytes(hashing, statement), this.pair.privateKey);
    return {
      statement,
      credential: RECOVERY_CREDENTIAL,
      authenticatorData: '',
      clientDataJSON: '',
      signature: encode(signature),
    };
  }
}

/** Client data as browsers write it (WebAuthn Level 3 §5.8.1.1), with the test's changes. */
function clientText(type: string, challenge: Uint8Array, ceremony: Ceremony): string {
  const usual = { type, challenge: encode(challenge), origin: ceremony.origin, crossOrigin: false };
  const text = JSON.stringify({ ...usual, ...ceremony.clientData });
  return ceremony.clientText === undefined ? text : ceremony.clientText(text);
}

import {
  createHash,
  createPrivateKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
} from 'node:crypto';
import { nodeHashing } from '@countersign/authorization';
import {
  type Passkey,
  type PasskeyJwk,
  type Signature,
  type Statement,
  statementChallenge,
} from '@countersign/contract';

/** Where a passkey is made or used: WebAuthn's relying party, and the origin of the page. */
export type Place = { rpId: string; origin: string };

/** A passkey as it is stored between tours. */
export type StoredPasskey = { id: string; privatePem: string };

const PRESENT_AND_VERIFIED = 0x05;
const ATTESTED = 0x40;

const sha256 = (data: string | Uint8Array) => createHash('sha256').update(data).digest();
const encode = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url');

/**
 * A passkey in software: what an authenticator and a browser make together with one key pair (WebAuthn Level 3 §6–7; ES256,
 * without attestation). No person confirms: the tour plays people who have agreed.
 */
export class SoftwarePasskey {
  private constructor(
    readonly id: string,
    private readonly privateKey: KeyObject,
    private readonly jwk: Extract<PasskeyJwk, { kty: 'EC' }>,
  ) {}

  static make(): SoftwarePasskey {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    return SoftwarePasskey.of(encode(randomBytes(32)), privateKey);
  }

  static restore({ id, privatePem }: StoredPasskey): SoftwarePasskey {
    return SoftwarePasskey.of(id, createPrivateKey(privatePem));
  }

  private static of(id: string, privateKey: KeyObject): SoftwarePasskey {
    const { x = '', y = '' } = privateKey.export({ format: 'jwk' });
    return new SoftwarePasskey(id, privateKey, { kty: 'EC', crv: 'P-256', x, y });
  }

  get stored(): StoredPasskey {
    return { id: this.id, privatePem: this.privateKey.export({ format: 'pem', type: 'pkcs8' }) as string };
  }

  /** The passkey as a trust document lists it. */
  get passkey(): Passkey {
    return { id: this.id, jwk: this.jwk };
  }

  /** Signs a statement, as a page does with `navigator.credentials.get`. */
  sign<S extends Statement>(statement: S, place: Place): Signature<S> {
    const authenticatorData = this.authenticatorData(place, PRESENT_AND_VERIFIED);
    const clientData = clientDataOf('webauthn.get', statementChallenge(nodeHashing, statement), place);
    const signed = Buffer.concat([authenticatorData, sha256(clientData)]);
    return {
      statement,
      credential: this.id,
      authenticatorData: encode(authenticatorData),
      clientDataJSON: encode(clientData),
      signature: encode(sign('sha256', signed, this.privateKey)),
    };
  }

  /** The RegistrationResponseJSON that `navigator.credentials.create` returns for this challenge. */
  register(challenge: string, place: Place) {
    const id = Buffer.from(this.id, 'base64url');
    // The attested credential data: an empty AAGUID, the length of the id, the id, and the key as
    // COSE_Key {1: 2, 3: -7, -1: 1, -2: x, -3: y} (RFC 9053 §7.1.1).
    const key = [
      Buffer.from('a5010203262001215820', 'hex'),
      this.coordinate('x'),
      Buffer.from('225820', 'hex'),
    ];
    const attested = Buffer.concat([Buffer.alloc(16), uint16(id.length), id, ...key, this.coordinate('y')]);
    const data = Buffer.concat([this.authenticatorData(place, PRESENT_AND_VERIFIED | ATTESTED), attested]);
    // CBOR of {"fmt": "none", "attStmt": {}, "authData": bytes}, up to the length of the bytes.
    const head = Buffer.from('a363666d74646e6f6e656761747453746d74a068617574684461746159', 'hex');
    const clientData = clientDataOf('webauthn.create', Buffer.from(challenge, 'base64url'), place);
    return {
      id: this.id,
      rawId: this.id,
      type: 'public-key',
      clientExtensionResults: {},
      response: {
        clientDataJSON: encode(clientData),
        attestationObject: encode(Buffer.concat([head, uint16(data.length), data])),
        transports: ['internal'],
      },
    };
  }

  private coordinate(name: 'x' | 'y'): Buffer {
    return Buffer.from(this.jwk[name], 'base64url');
  }

  /** Hash of the relying party, flags, and the signature counter. The counter stays at 0, as with synchronised passkeys. */
  private authenticatorData({ rpId }: Place, flags: number): Buffer {
    return Buffer.concat([sha256(rpId), Buffer.from([flags]), Buffer.alloc(4)]);
  }
}

function clientDataOf(type: string, challenge: Uint8Array, { origin }: Place): Buffer {
  return Buffer.from(JSON.stringify({ type, challenge: encode(challenge), origin, crossOrigin: false }));
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

import type { CountersignPorts } from '@countersign/authorization/signatures';
import { decodeBase64url, encodeBase64url, type PasskeyJwk, type RecoveryJwk } from '@countersign/contract';
import { verifyEd25519, webHashing } from './web-crypto.js';

type Jwk = PasskeyJwk | RecoveryJwk;

/** Thrown by a computation that needs a signature check whose answer is not known yet. */
class MissingCheck {
  constructor(
    readonly name: string,
    readonly check: () => Promise<boolean>,
  ) {}
}

/**
 * Runs a pure check of customers' signatures, which expects answers at once, on the browser's signature checks, which
 * answer later. When it needs an answer, this function finds it, and runs the check again from the start.
 */
export async function withWebSignatures<T>(compute: (ports: CountersignPorts) => T): Promise<T> {
  const known = new Map<string, boolean>();
  const verify = (jwk: Jwk, data: Uint8Array, signature: Uint8Array): boolean => {
    const name = [JSON.stringify(jwk), encodeBase64url(data), encodeBase64url(signature)].join();
    const answer = known.get(name);
    if (answer === undefined) throw new MissingCheck(name, () => verifySignature(jwk, data, signature));
    return answer;
  };
  for (;;) {
    try {
      return compute({ hashing: webHashing, signatures: { verify } });
    } catch (thrown) {
      if (!(thrown instanceof MissingCheck)) throw thrown;
      known.set(thrown.name, await thrown.check());
    }
  }
}

/** False for a key that is none, such as a point off the curve. */
async function verifySignature(jwk: Jwk, data: Uint8Array, signature: Uint8Array): Promise<boolean> {
  try {
    if (jwk.kty === 'OKP')
      return await verifyEd25519(decodeBase64url(jwk.x) ?? new Uint8Array(), data, signature);
    const algorithm =
      jwk.kty === 'EC'
        ? { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
        : { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
    const key = await crypto.subtle.importKey('jwk', { ...jwk }, algorithm, false, ['verify']);
    return await crypto.subtle.verify(algorithm, key, Uint8Array.from(signature), Uint8Array.from(data));
  } catch {
    return false;
  }
}

import {
  encodeBase64url,
  type RecoveryJwk,
  recoverySignedBytes,
  type Signature,
  type TrustDocument,
} from '@countersign/contract';
import { PasskeyProblem } from './passkey-problem.js';
import { printKey, readPrintedKey } from './printed-key.js';
import { withHashing } from './web-hashing.js';

/** The public half goes to the broker. The secret half, as `printKey` writes it, goes on paper and nowhere else. */
export interface PrintedRecoveryKey {
  jwk: RecoveryJwk;
  printed: string;
}

/** @throws PasskeyProblem `unsupported` if the browser cannot create Ed25519 keys */
export async function createRecoveryKey(): Promise<PrintedRecoveryKey> {
  try {
    const pair = (await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify'])) as CryptoKeyPair;
    const { x = '', d = '' } = await crypto.subtle.exportKey('jwk', pair.privateKey);
    return { jwk: { kty: 'OKP', crv: 'Ed25519', x }, printed: await printKey(d) };
  } catch (cause) {
    throw new PasskeyProblem('unsupported', { cause });
  }
}

/**
 * Signs a trust document with a printed key that a person has typed.
 *
 * @throws PasskeyProblem `mistyped_key` if it cannot be a key, `wrong_key` if it is not the secret half of this public key
 */
export async function signWithRecoveryKey(
  document: TrustDocument,
  { kty, crv, x }: RecoveryJwk,
  typed: string,
): Promise<Signature<TrustDocument>> {
  const d = await readPrintedKey(typed);
  if (d === null) throw new PasskeyProblem('mistyped_key');
  const message = Uint8Array.from(await withHashing((hashing) => recoverySignedBytes(hashing, document)));
  try {
    const usages = { ext: false, key_ops: ['sign'] };
    const key = await crypto.subtle.importKey('jwk', { kty, crv, x, d, ...usages }, 'Ed25519', false, [
      'sign',
    ]);
    const signature = new Uint8Array(await crypto.subtle.sign('Ed25519', key, message));
    return {
      statement: document,
      credential: 'recovery',
      authenticatorData: '',
      clientDataJSON: '',
      signature: encodeBase64url(signature),
    };
  } catch (cause) {
    throw new PasskeyProblem('wrong_key', { cause });
  }
}

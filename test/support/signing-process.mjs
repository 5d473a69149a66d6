/**
 * A program that holds private keys and signs, in place of a KMS or an HSM. One JSON object a line: `{id, make: alg}` answers
 * `{id, jwk}`, `{id, sign: x, bytes}` answers `{id, signature}`, where `x` is that member of the key's JWK. Each answer takes a random time.
 */
import { generateKeyPairSync, randomInt, sign } from 'node:crypto';
import { createInterface } from 'node:readline';

const LONGEST_MS = 40;
const keys = new Map();

function answer({ make, sign: x, bytes }) {
  if (make !== undefined) {
    const pair =
      make === 'ES256' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync('ed25519');
    const jwk = pair.publicKey.export({ format: 'jwk' });
    keys.set(jwk.x, pair.privateKey);
    return { jwk };
  }
  const key = keys.get(x);
  const hash = key.asymmetricKeyType === 'ec' ? 'sha256' : null;
  const signature = sign(hash, Buffer.from(bytes, 'base64'), { key, dsaEncoding: 'ieee-p1363' });
  return { signature: signature.toString('base64') };
}

for await (const line of createInterface({ input: process.stdin })) {
  const { id, ...asked } = JSON.parse(line);
  setTimeout(() => console.log(JSON.stringify({ id, ...answer(asked) })), randomInt(LONGEST_MS));
}

import type { Signers, StoredKey } from '@countersign/access';
import { pino } from 'pino';
import { boundedSigners } from './bounded-signers.js';

const KEY = { kid: 'k1', use: 'log', publicJwk: {} } as StoredKey;
const silent = pino({ level: 'silent' });
const SIGNATURE = new Uint8Array(64).fill(7);

/** Signers whose keys sign like this, at most so long. */
function signing(sign: () => Promise<Uint8Array>, limitMs = 5_000) {
  const opened: string[] = [];
  class Elsewhere implements Signers {
    readonly alg = 'EdDSA';
    make = () => Promise.reject(new Error('not here'));
    open({ kid, publicJwk }: StoredKey) {
      opened.push(kid);
      return { kid, alg: this.alg, publicKey: publicJwk, sign } as const;
    }
  }
  return { signers: boundedSigners(new Elsewhere(), silent, limitMs), opened };
}
const never = () => new Promise<never>(() => {});

describe('signers with a limit of time', () => {
  test('hand on what the signer says, and open each key once', async () => {
    const { signers, opened } = signing(() => Promise.resolve(SIGNATURE));
    for (let times = 0; times < 3; times += 1)
      expect(await signers.open(KEY).sign(new Uint8Array(1))).toEqual(SIGNATURE);
    expect(signers.open(KEY)).toMatchObject({ kid: 'k1', alg: 'EdDSA', publicKey: {} });
    expect(opened).toEqual(['k1']);
  });

  test.each<[string, () => Promise<Uint8Array>]>([
    ['fails', () => Promise.reject(new Error('the key is at 10.0.0.7'))],
    ['answers something else', () => Promise.resolve(SIGNATURE.subarray(1))],
    ['is late', never],
  ])('P13: a signer that %s: not_ready, and no word of why', async (_what, sign) => {
    const { signers } = signing(sign, 20);
    const failed = signers.open(KEY).sign(new Uint8Array(1));
    await expect(failed).rejects.toMatchObject({
      code: 'not_ready',
      message: 'The signing key cannot be reached. Try again in a moment.',
    });
  });
});

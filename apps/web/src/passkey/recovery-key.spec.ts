import { createPublicKey, verify } from 'node:crypto';
import { recoverySignedBytes } from '@countersign/contract';
import { hashing } from '../../../../test/factories/grant-token.js';
import { sampleTrust } from '../../../../test/factories/trust.js';
import { createRecoveryKey, signWithRecoveryKey } from './recovery-key.js';

describe('P12: a printed recovery key', () => {
  const document = sampleTrust({});

  test('signs a trust document, and ignores spaces in the typed key', async () => {
    const { jwk, printed } = await createRecoveryKey();
    const typed = ` ${printed.match(/.{1,4}/g)?.join(' ')}\n`;
    const { credential, signature } = await signWithRecoveryKey(document, jwk, typed);
    const key = createPublicKey({ key: jwk, format: 'jwk' });
    const message = recoverySignedBytes(hashing, document);
    expect(credential).toBe('recovery');
    expect(verify(null, message, key, Buffer.from(signature, 'base64url'))).toBe(true);
  });

  test.each([
    ['too short', (printed: string) => printed.slice(1)],
    ['something else', () => 'my recovery key'],
    ['nothing', () => ''],
  ])('is rejected if it is %s', async (_what, change) => {
    const { jwk, printed } = await createRecoveryKey();
    await expect(signWithRecoveryKey(document, jwk, change(printed))).rejects.toMatchObject({
      reason: 'mistyped_key',
    });
  });

  test('of another person signs nothing', async () => {
    const [own, other] = [await createRecoveryKey(), await createRecoveryKey()];
    await expect(signWithRecoveryKey(document, own.jwk, other.printed)).rejects.toMatchObject({
      reason: 'wrong_key',
    });
  });
});

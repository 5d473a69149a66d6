import { createECDH } from 'node:crypto';
import { decryptPush } from '../../../../test/support/push-service.js';
import { encryptPush, isBrowserKey } from './push-encryption.js';

/** RFC 8291, appendix A. */
const EXAMPLE = {
  message: 'When I grow up, I want to be a watermelon',
  auth: 'BTBZMqHH6r4Tts7J_aSIgg',
  receiver: 'q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94',
  p256dh: 'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4',
  sender: 'yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw',
  salt: 'DGv6ra1nlYgDCS1FRnbzlw',
  body: 'DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN',
};

const keyOf = (secret: string) => {
  const ecdh = createECDH('prime256v1');
  ecdh.setPrivateKey(Buffer.from(secret, 'base64url'));
  return ecdh;
};
const receiver = keyOf(EXAMPLE.receiver);
const decrypt = (body: Buffer) => decryptPush(body, receiver, Buffer.from(EXAMPLE.auth, 'base64url'));

test('the published example of RFC 8291 is encrypted to the same bytes', () => {
  const message = Buffer.from(EXAMPLE.message, 'latin1');
  const salt = Buffer.from(EXAMPLE.salt, 'base64url');
  // The example has no padding.
  const chosen = { salt, sender: keyOf(EXAMPLE.sender), padTo: message.length + 1 };
  expect(encryptPush(message, EXAMPLE, chosen).toString('base64url')).toBe(EXAMPLE.body);
  expect(decrypt(Buffer.from(EXAMPLE.body, 'base64url')).toString('latin1')).toBe(EXAMPLE.message);
});

test('each message has a key and a salt of its own, and a length that says nothing', () => {
  const [short, long] = [
    encryptPush(Buffer.from('a'), EXAMPLE),
    encryptPush(Buffer.alloc(511, 'b'), EXAMPLE),
  ];
  expect(short.length).toBe(long.length);
  expect(short.subarray(0, 86)).not.toEqual(long.subarray(0, 86));
  expect([decrypt(short).toString(), decrypt(long).length]).toEqual(['a', 511]);
  expect(encryptPush(Buffer.alloc(512), EXAMPLE).length).toBe(short.length + 512);
});

test('a message for which a push service has no room is not encrypted', () => {
  expect(encryptPush(Buffer.alloc(3_583), EXAMPLE).length).toBeLessThanOrEqual(4_096);
  expect(() => encryptPush(Buffer.alloc(4_096), EXAMPLE)).toThrow(RangeError);
});

test('a key that is no point of the curve is recognised', () => {
  expect(isBrowserKey(EXAMPLE.p256dh)).toBe(true);
  expect(isBrowserKey(`B${'A'.repeat(86)}`)).toBe(false);
  expect(isBrowserKey('')).toBe(false);
});

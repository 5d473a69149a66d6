import { createCipheriv, createECDH, type ECDH, hkdfSync, randomBytes } from 'node:crypto';

/** The keys of a browser's subscription, base64url. */
export interface BrowserKeys {
  /** A public key on P-256, uncompressed. */
  p256dh: string;
  /** 16 secret bytes. */
  auth: string;
}

const CURVE = 'prime256v1';
const SALT_BYTES = 16;
const TAG_BYTES = 16;
/** The size of records. A message is one record, because push services accept no more than 4,096 bytes. */
const RECORD_BYTES = 4_096;
/** Ends the last record (RFC 8188, section 2). Zeros after it are padding. */
const LAST_RECORD = 2;
/** Messages are as long as the next multiple of this, so that their length does not say what they are about. */
const PAD_TO = 512;

/** What only the published example of RFC 8291 chooses. */
interface Chosen {
  salt: Uint8Array;
  sender: ECDH;
  padTo: number;
}

const fresh = (): Chosen => {
  const sender = createECDH(CURVE);
  sender.generateKeys();
  return { salt: randomBytes(SALT_BYTES), sender, padTo: PAD_TO };
};

/** Whether the browser's key is a point of the curve, so that a shared secret can be made with it. */
export function isBrowserKey(p256dh: string): boolean {
  try {
    fresh().sender.computeSecret(Buffer.from(p256dh, 'base64url'));
    return true;
  } catch {
    return false;
  }
}

/**
 * Encrypts a message for one browser (RFC 8291), as the body of a request with `Content-Encoding: aes128gcm` (RFC 8188):
 * salt (16) ‖ record size (4) ‖ key length (1) ‖ our public key (65) ‖ AES-128-GCM(message ‖ 0x02 ‖ zeros) ‖ tag (16).
 *
 * @throws RangeError if the message does not fit into a record; Error if `p256dh` is no point of the curve
 */
export function encryptPush(
  message: Uint8Array,
  { p256dh, auth }: BrowserKeys,
  { salt, sender, padTo }: Chosen = fresh(),
): Buffer {
  const [theirs, ours] = [Buffer.from(p256dh, 'base64url'), sender.getPublicKey()];
  const length = Math.ceil((message.length + 1) / padTo) * padTo;
  if (length + TAG_BYTES > RECORD_BYTES) throw new RangeError('the message is too long for a push');
  const shared = sender.computeSecret(theirs);
  const info = Buffer.concat([Buffer.from('WebPush: info\0', 'latin1'), theirs, ours]);
  const secret = Buffer.from(hkdfSync('sha256', shared, Buffer.from(auth, 'base64url'), info, 32));
  const key = Buffer.from(hkdfSync('sha256', secret, salt, 'Content-Encoding: aes128gcm\0', 16));
  const nonce = Buffer.from(hkdfSync('sha256', secret, salt, 'Content-Encoding: nonce\0', 12));
  const record = Buffer.alloc(length);
  record.set(message);
  record[message.length] = LAST_RECORD;
  const cipher = createCipheriv('aes-128-gcm', key, nonce);
  const size = Buffer.alloc(4);
  size.writeUInt32BE(RECORD_BYTES);
  return Buffer.concat([
    ...[salt, size, Buffer.of(ours.length), ours],
    ...[cipher.update(record), cipher.final(), cipher.getAuthTag()],
  ]);
}

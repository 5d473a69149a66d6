import { createCipheriv, createDecipheriv, createHash } from 'node:crypto';
import type { Randomness } from '@countersign/access';
import { StoreError } from '../../errors.js';

const VERSION = 's1';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const MASTER_KEY_BYTES = 32;

/** The place of a secret: it opens there and nowhere else (the AAD of its sealing). */
export interface Place {
  table: string;
  row: string;
}

/**
 * Seals secrets under the deployment's master key with AES-256-GCM. A sealed text names its key, so that
 * a later change of keys can distinguish old from new: `s1.<key id>.<nonce>.<ciphertext ‖ tag>`, base64url.
 */
export class Sealer {
  /** First 8 bytes of the key's SHA-256, hex. Says which key, not what it is. */
  readonly keyId: string;
  readonly #key: Uint8Array;
  readonly #random: Randomness;

  constructor(masterKey: Uint8Array, random: Randomness) {
    if (masterKey.length !== MASTER_KEY_BYTES) throw new RangeError('a master key is 32 bytes');
    this.#key = masterKey;
    this.#random = random;
    this.keyId = createHash('sha256').update(masterKey).digest('hex').slice(0, 16);
  }

  seal(place: Place, secret: string): string {
    const nonce = this.#random.bytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce).setAAD(additional(place, this.keyId));
    const sealed = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return [VERSION, this.keyId, Buffer.from(nonce).toString('base64url'), sealed.toString('base64url')].join(
      '.',
    );
  }

  /** @throws StoreError `master_key_mismatch` for a text of another key, `secret_unreadable` for a damaged or moved one */
  open(place: Place, sealed: string): string {
    const [version, keyId, nonce, body] = sealed.split('.');
    if (version !== VERSION || nonce === undefined || body === undefined)
      throw new StoreError('secret_unreadable', `A secret of ${place.table} is not readable.`);
    if (keyId !== this.keyId)
      throw new StoreError(
        'master_key_mismatch',
        `This master key (${this.keyId}) is not the one that the database was made with (${keyId}).`,
      );
    const bytes = Buffer.from(body, 'base64url');
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.#key, Buffer.from(nonce, 'base64url'), {
        authTagLength: TAG_BYTES,
      })
        .setAAD(additional(place, keyId))
        .setAuthTag(bytes.subarray(-TAG_BYTES));
      return Buffer.concat([decipher.update(bytes.subarray(0, -TAG_BYTES)), decipher.final()]).toString(
        'utf8',
      );
    } catch (cause) {
      throw new StoreError('secret_unreadable', `A secret of ${place.table} is damaged or was moved.`, cause);
    }
  }
}

const additional = ({ table, row }: Place, keyId: string): Uint8Array =>
  Buffer.from(JSON.stringify(['countersign/secret/v1', keyId, table, row]), 'utf8');

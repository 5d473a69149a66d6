import { createCipheriv, createDecipheriv, createHash, hkdfSync } from 'node:crypto';
import type { KeyUse, Randomness } from '@countersign/access';
import { StoreError } from '../../errors.js';

const VERSION = 's2';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_BYTES = 32;

/** What a secret is for. Each purpose has a key of its own, derived from the master key. */
export type Purpose =
  | 'deployment'
  | `${KeyUse}-key`
  | 'slack-tokens'
  | 'export-secrets'
  | 'day-key'
  | 'day-seal'
  | 'demand-key'
  | 'demand';

/** The place of a secret: it opens there and nowhere else (the AAD of its sealing). */
export interface Place {
  table: string;
  row: string;
  purpose: Purpose;
}

/**
 * Seals secrets with AES-256-GCM, each purpose under a key of its own: HKDF-SHA-256 (RFC 5869) of the master key, without
 * salt, with the info `countersign/seal/v2/<purpose>`. A sealed text names the master key, so that another one is told from
 * a damaged text: `s2.<master key id>.<nonce>.<ciphertext ‖ tag>`, base64url.
 */
export class Sealer {
  /** First 8 bytes of the master key's SHA-256, hex. Says which key, not what it is. */
  readonly keyId: string;
  readonly #masterKey: Uint8Array;
  readonly #random: Randomness;
  readonly #derived = new Map<Purpose, Uint8Array>();

  constructor(masterKey: Uint8Array, random: Randomness) {
    if (masterKey.length !== KEY_BYTES) throw new RangeError('a master key is 32 bytes');
    this.#masterKey = masterKey;
    this.#random = random;
    this.keyId = createHash('sha256').update(masterKey).digest('hex').slice(0, 16);
  }

  seal(place: Place, secret: string): string {
    const nonce = this.#random.bytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.keyFor(place.purpose), nonce).setAAD(
      additional(place, this.keyId),
    );
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
        `The database’s secrets are sealed under another master key (${keyId}) than this one (${this.keyId}).`,
      );
    const bytes = Buffer.from(body, 'base64url');
    try {
      const decipher = createDecipheriv(
        'aes-256-gcm',
        this.keyFor(place.purpose),
        Buffer.from(nonce, 'base64url'),
        {
          authTagLength: TAG_BYTES,
        },
      )
        .setAAD(additional(place, keyId))
        .setAuthTag(bytes.subarray(-TAG_BYTES));
      return Buffer.concat([decipher.update(bytes.subarray(0, -TAG_BYTES)), decipher.final()]).toString(
        'utf8',
      );
    } catch (cause) {
      throw new StoreError('secret_unreadable', `A secret of ${place.table} is damaged or was moved.`, cause);
    }
  }

  private keyFor(purpose: Purpose): Uint8Array {
    const known = this.#derived.get(purpose);
    if (known !== undefined) return known;
    const info = `countersign/seal/v2/${purpose}`;
    const key = new Uint8Array(hkdfSync('sha256', this.#masterKey, '', info, KEY_BYTES));
    this.#derived.set(purpose, key);
    return key;
  }
}

const additional = ({ table, row, purpose }: Place, keyId: string): Uint8Array =>
  Buffer.from(JSON.stringify(['countersign/secret/v2', keyId, purpose, table, row]), 'utf8');

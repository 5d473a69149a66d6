import { type Hashing, utf8 } from '@countersign/contract';
import type { WebhookSettings } from './organisation.js';

const HASH_BYTES = 8;

/**
 * What stands for a webhook's address where others than its owner read: the first 8 bytes of its SHA-256, hex. The
 * address is often a secret of its own.
 */
export const endpointHash = (hashing: Hashing, { url }: Pick<WebhookSettings, 'url'>): string =>
  Array.from(hashing.sha256(utf8(url)).subarray(0, HASH_BYTES), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');

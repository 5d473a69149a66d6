import { createHash } from 'node:crypto';
import type { Hashing } from '@countersign/contract';

/** SHA-256 by this Node's own OpenSSL. */
export const nodeHashing: Hashing = {
  sha256: (data) => new Uint8Array(createHash('sha256').update(data).digest()),
};

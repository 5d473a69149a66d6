import { hash } from 'node:crypto';
import type { Hashing } from '@countersign/contract';

/** The hashing port over Node's one-shot hash, several times as fast as a hash object for short input. */
export const nodeHashing: Hashing = {
  sha256: (data) => hash('sha256', data, 'buffer'),
  sha256Hex: (text) => hash('sha256', text, 'hex'),
  sha256Base64url: (data) => hash('sha256', data, 'base64url'),
};

import { commit, encodeBase64url, normaliseText, type Opening } from '@countersign/contract';
import type { Deps } from './deps.js';

const SALT_BYTES = 32;

/** A personal text as a salted commitment, with what opens it: the one stands in what is hashed, the other beside it. */
export function committed(
  { random, hashing }: Pick<Deps, 'random' | 'hashing'>,
  name: string,
  text: string,
): { commitment: string; opening: Opening } {
  const salt = random.bytes(SALT_BYTES);
  const value = normaliseText(text);
  return { commitment: commit(hashing, name, salt, value), opening: { value, salt: encodeBase64url(salt) } };
}

import { sha256Digest } from '@countersign/contract';
import { hashed } from '../passkey/web-hashing.js';

const KEY = 'countersign-shown';

/**
 * Whether this takes the place of something else that this window has shown and nobody has signed or closed: whoever opened
 * it can put another fragment there while one reads. It is what is shown from now on, over reloads too.
 */
export async function takesThePlaceOfAnother(fragment: string): Promise<boolean> {
  const now = await hashed((hashing) => sha256Digest(hashing, fragment));
  try {
    const before = sessionStorage.getItem(KEY);
    sessionStorage.setItem(KEY, now);
    return before !== null && before !== now;
  } catch {
    // A browser that keeps nothing for this page: what is shown is signed all the same.
    return false;
  }
}

/** It was signed, or closed. */
export function forgetShown(): void {
  try {
    sessionStorage.removeItem(KEY);
  } catch {
    // Nothing was kept.
  }
}

import { encodeBase64url, type Hashing } from '@countersign/contract';

/** Thrown out of a computation whose hash is not known yet. */
class Wanted {
  constructor(readonly data: Uint8Array) {}
}

/**
 * A computation of the scope library, whose hashing is synchronous, over the browser's, which is not: whatever it
 * wants withHashing is withHashing, and it runs again from the beginning. It has to be pure.
 */
export async function withHashing<T>(compute: (hashing: Hashing) => T): Promise<T> {
  const known = new Map<string, Uint8Array>();
  const sha256 = (data: Uint8Array): Uint8Array => {
    const hash = known.get(encodeBase64url(data));
    if (hash === undefined) throw new Wanted(data);
    return hash;
  };
  for (;;) {
    try {
      return compute({ sha256 });
    } catch (thrown) {
      if (!(thrown instanceof Wanted)) throw thrown;
      const hash = await crypto.subtle.digest('SHA-256', Uint8Array.from(thrown.data));
      known.set(encodeBase64url(thrown.data), new Uint8Array(hash));
    }
  }
}

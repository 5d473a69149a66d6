import { encodeBase64url, type Hashing } from '@countersign/contract';

/** Thrown by a computation that needs a hash which is not known yet. */
class MissingHash {
  constructor(readonly data: Uint8Array) {}
}

/**
 * Runs a computation that hashes synchronously on top of the browser's asynchronous hashing. When the computation needs a
 * hash, this function computes it and runs the computation again from the start. The computation must be pure.
 */
export async function withHashing<T>(compute: (hashing: Hashing) => T): Promise<T> {
  const known = new Map<string, Uint8Array>();
  const sha256 = (data: Uint8Array): Uint8Array => {
    const hash = known.get(encodeBase64url(data));
    if (hash === undefined) throw new MissingHash(data);
    return hash;
  };
  for (;;) {
    try {
      return compute({ sha256 });
    } catch (thrown) {
      if (!(thrown instanceof MissingHash)) throw thrown;
      const hash = await crypto.subtle.digest('SHA-256', Uint8Array.from(thrown.data));
      known.set(encodeBase64url(thrown.data), new Uint8Array(hash));
    }
  }
}

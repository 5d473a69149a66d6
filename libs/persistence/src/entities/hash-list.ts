import type { ValueTransformer } from 'typeorm';

const HASH_BYTES = 32;

/** Hashes of 32 bytes one after the other, as base64 text. A row from before the column has none. */
export const hashList: ValueTransformer = {
  to: (hashes: readonly Uint8Array[]) => Buffer.concat(hashes).toString('base64'),
  from: (text: string | null): Uint8Array[] => {
    const bytes = Buffer.from(text ?? '', 'base64');
    return Array.from({ length: bytes.length / HASH_BYTES }, (_, at) =>
      bytes.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES),
    );
  },
};

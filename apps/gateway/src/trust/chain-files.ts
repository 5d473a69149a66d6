import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  isDigest,
  isTenantSlug,
  parseSignedTrustDocument,
  type SignedTrustDocument,
} from '@countersign/contract';
import { readAtMost, writeFileDurably } from '@countersign/gateway-protocol';
import { z } from 'zod';

const file = z.strictObject({
  v: z.literal(1),
  /** The pin from which the chain was followed. */
  pinned: z.string().refine(isDigest),
  versions: z.array(z.unknown()).min(1),
});

/** About five hundred signatures over a document that people can still read and sign (128 kB). */
const MAX_CHAIN_BYTES = 64 * 1024 * 1024;

/** A tenant's chain on disk cannot be read whole. `code` is stable. The message names the file and the reason. */
export class ChainUnreadable extends Error {
  override readonly name = 'ChainUnreadable';
  readonly code = 'trust_unreadable';

  constructor(file: string, cause: unknown) {
    const why = cause instanceof SyntaxError ? 'is not JSON' : cause instanceof Error ? cause.message : '';
    super(`trust/chains/${file}: ${why}`, { cause });
  }
}

/** A chain is longer than the limit. It must not count, because it could not be read again. */
export class ChainTooLarge extends Error {
  override readonly name = 'ChainTooLarge';
  readonly code = 'trust_too_large';
}

export type StoredChain = { tenant: string; pinned: string; versions: SignedTrustDocument[] };

/** `SLUG.HEX.json`: the tenant, and the pin from which the chain was followed. */
const NAME = /^([^.]+)\.[0-9a-f]{64}\.json$/;

/**
 * The chains that this gateway has followed: one file for each tenant and pin. So a new version writes one file, and a
 * pin that is removed and set again finds its chain.
 */
export class ChainFiles {
  private readonly folder: string;

  constructor(
    spoolDir: string,
    private readonly maxBytes = MAX_CHAIN_BYTES,
  ) {
    this.folder = join(trustFolder(spoolDir), 'chains');
  }

  /**
   * Reads one file after the other, so that memory holds only one text. Throws ChainUnreadable if one cannot be read
   * whole: without it an older version could be accepted.
   */
  async read(): Promise<StoredChain[]> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const chains: StoredChain[] = [];
    for (const name of await readdir(this.folder)) {
      const tenant = NAME.exec(name)?.[1] ?? '';
      if (!isTenantSlug(tenant)) continue;
      try {
        const text = await readAtMost(join(this.folder, name), this.maxBytes);
        const { pinned, versions } = file.parse(JSON.parse(text));
        chains.push({ tenant, pinned, versions: versions.map(parseSignedTrustDocument) });
      } catch (error) {
        throw new ChainUnreadable(name, error);
      }
    }
    return chains;
  }

  /**
   * Resolves when the chain is durable. Rejects with ChainTooLarge before anything is written, and with the file
   * system's error.
   */
  async write({
    tenant,
    ...chain
  }: {
    tenant: string;
    pinned: string;
    versions: readonly SignedTrustDocument[];
  }) {
    const name = `${tenant}.${chain.pinned.slice('sha256:'.length)}.json`;
    const text = `${JSON.stringify({ v: 1, ...chain })}\n`;
    if (Buffer.byteLength(text) > this.maxBytes)
      throw new ChainTooLarge(`a chain is kept up to ${this.maxBytes} bytes`);
    await writeFileDurably(join(this.folder, name), text);
  }
}

/** The folder, inside the spool folder, for everything that customers have signed. */
export const trustFolder = (spoolDir: string): string => join(spoolDir, 'trust');

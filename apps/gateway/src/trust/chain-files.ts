import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileDurably } from '@countersign/gateway-protocol';
import {
  isDigest,
  isTenantSlug,
  parseSignedTrustDocument,
  type SignedTrustDocument,
} from '@countersign/scope';
import { z } from 'zod';
import { trustFolder } from './trust-folder.js';

const file = z.strictObject({
  v: z.literal(1),
  /** The pin from which the chain was followed. */
  pinned: z.string().refine(isDigest),
  versions: z.array(z.unknown()).min(1),
});

export type StoredChain = { tenant: string; pinned: string; versions: SignedTrustDocument[] };

/** `SLUG.HEX.json`: of the tenant, and of the pin from which the chain was followed. */
const NAME = /^([^.]+)\.[0-9a-f]{64}\.json$/;

/**
 * The chains that this gateway has followed, a file for each tenant and pin, so that a new version writes one, and a pin
 * that goes and comes back finds its own again.
 */
export class ChainFiles {
  private readonly folder: string;

  constructor(spoolDir: string) {
    this.folder = join(trustFolder(spoolDir), 'chains');
  }

  /** Throws where one cannot be read whole: forgetting would let an older version in. */
  async read(): Promise<StoredChain[]> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const found = (await readdir(this.folder)).map((name) => ({ name, tenant: NAME.exec(name)?.[1] ?? '' }));
    return Promise.all(
      found
        .filter(({ tenant }) => isTenantSlug(tenant))
        .map(async ({ name, tenant }) => {
          const stored = file.parse(JSON.parse(await readFile(join(this.folder, name), 'utf8')));
          return { ...stored, tenant, versions: stored.versions.map(parseSignedTrustDocument) };
        }),
    );
  }

  /** Resolves when it is durable. */
  async write({
    tenant,
    ...chain
  }: {
    tenant: string;
    pinned: string;
    versions: readonly SignedTrustDocument[];
  }) {
    const name = `${tenant}.${chain.pinned.slice('sha256:'.length)}.json`;
    await writeFileDurably(join(this.folder, name), `${JSON.stringify({ v: 1, ...chain })}\n`);
  }
}

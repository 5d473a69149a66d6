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

const SUFFIX = '.json';

/** The chains that this gateway has followed, a file for each tenant, so that a new version writes one. */
export class ChainFiles {
  private readonly folder: string;

  constructor(spoolDir: string) {
    this.folder = join(trustFolder(spoolDir), 'chains');
  }

  /** Throws where one cannot be read whole: forgetting would let an older version in. */
  async read(): Promise<StoredChain[]> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const names = (await readdir(this.folder)).filter(
      (name) => name.endsWith(SUFFIX) && isTenantSlug(name.slice(0, -SUFFIX.length)),
    );
    return Promise.all(
      names.map(async (name) => {
        const { pinned, versions } = file.parse(JSON.parse(await readFile(join(this.folder, name), 'utf8')));
        const tenant = name.slice(0, -SUFFIX.length);
        return { tenant, pinned, versions: versions.map(parseSignedTrustDocument) };
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
    await writeFileDurably(join(this.folder, tenant + SUFFIX), `${JSON.stringify({ v: 1, ...chain })}\n`);
  }
}

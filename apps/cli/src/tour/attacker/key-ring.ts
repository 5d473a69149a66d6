import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileDurably } from '@countersign/gateway-protocol';
import { z } from 'zod';
import { SoftwarePasskey } from './passkey.js';

const fileShape = z.record(z.string(), z.array(z.strictObject({ id: z.string(), privatePem: z.string() })));

/**
 * The passkeys of the tour's own people, beside the demo's data with mode 0600. A tenant is claimed once and for all: without
 * them a second tour could sign nothing.
 */
export class KeyRing {
  private constructor(
    private readonly path: string,
    private readonly keys: Map<string, SoftwarePasskey[]>,
  ) {}

  /** @throws the file system's error, or ZodError for a file of another form */
  static async load(dataDir: string): Promise<KeyRing> {
    const path = join(dataDir, 'tour-passkeys.json');
    const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '{}';
      throw error;
    });
    const stored = Object.entries(fileShape.parse(JSON.parse(text)));
    return new KeyRing(
      path,
      new Map(stored.map(([email, keys]) => [email, keys.map(SoftwarePasskey.restore)])),
    );
  }

  of(email: string): readonly SoftwarePasskey[] {
    return this.keys.get(email) ?? [];
  }

  /** On disk before it is used: a claim whose keys are lost stays for ever. */
  async add(email: string): Promise<SoftwarePasskey> {
    const made = SoftwarePasskey.make();
    this.keys.set(email, [...this.of(email), made]);
    const stored = [...this.keys].map(([each, keys]) => [each, keys.map((key) => key.stored)]);
    await writeFileDurably(this.path, `${JSON.stringify(Object.fromEntries(stored), null, 2)}\n`);
    return made;
  }
}

import { isDigest } from '@countersign/contract';
import { readAtMost } from '@countersign/gateway-protocol';
import { z } from 'zod';
import { CliError, cannotOpenError } from '../command/errors.js';

const MAX_BYTES = 64 * 1024;

const anchorSchema = z.object({
  deployment: z.string(),
  tenant: z.string(),
  /** The digest of the tenant's first trust document. */
  trust: z.string().refine(isDigest),
  vkey: z.string(),
});

export type AnchorFile = z.infer<typeof anchorSchema>;

/**
 * Reads the file that a tenant's people download from their trust page and keep: see docs/contract.md, Trust document.
 *
 * @throws CliError `cannot_open` (exit 2), `invalid_anchor`
 */
export async function readAnchorFile(file: string): Promise<AnchorFile> {
  const text = await readAtMost(file, MAX_BYTES).catch((error: unknown) => {
    throw cannotOpenError(file, error);
  });
  try {
    return anchorSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new CliError('invalid_anchor', `${file} is not an anchor file`, { cause: error });
  }
}

import { type AnchorFile, parseAnchorFile } from '@countersign/audit-log';
import { readAtMost } from '@countersign/gateway-protocol';
import { CliError, cannotOpenError } from '../command/errors.js';

const MAX_BYTES = 64 * 1024;

/**
 * Reads the file that a tenant's people download from their trust page and keep: see docs/contract.md, Trust document.
 *
 * @throws CliError `cannot_open` (exit 2), `invalid_anchor`
 */
export async function readAnchorFile(file: string): Promise<AnchorFile> {
  const text = await readAtMost(file, MAX_BYTES).catch((error: unknown) => {
    throw cannotOpenError(file, error);
  });
  const anchor = parseAnchorFile(text);
  if (anchor === undefined) throw new CliError('invalid_anchor', `${file} is not an anchor file`);
  return anchor;
}

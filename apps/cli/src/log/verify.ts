import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { Answer, Context } from '../command/context.js';
import { CliError, cannotOpenError, usageError } from '../command/errors.js';
import { formatFacts } from '../terminal/text.js';
import { FolderLog, type HttpLog, httpLog } from './log-source.js';
import { readPoint, readVerifierKey, verifyWithProgress, writePoint } from './verification.js';

export type VerifyOptions = { vkey?: string; anchor?: string; state?: string; structureOnly?: true };

/** The file that a tenant's people download from their trust page: see docs/contract.md, Trust document. */
const anchorSchema = z.object({
  deployment: z.string(),
  tenant: z.string(),
  trust: z.string(),
  vkey: z.string(),
});

/**
 * Verifies a log at a server or in a folder.
 *
 * @throws CliError with the code of the first fault (exit 1); `cannot_open` (exit 2)
 */
export async function verifyLogAt(context: Context, place: string, options: VerifyOptions): Promise<Answer> {
  const key = readVerifierKey(await chooseKey(options));
  const since = options.state === undefined ? undefined : await readPoint(options.state);
  const structureOnly = options.structureOnly === true;
  const { checkpoint, point } = await verifyWithProgress(context.io, sourceAt(context, place), {
    key,
    since,
    structureOnly,
  });
  if (options.state !== undefined) await writePoint(options.state, point);
  const { origin, size, root } = point;
  return {
    document: { verified: true, origin, size, root, since: since?.size ?? null, structureOnly },
    text: formatFacts([
      ['verified', structureOnly ? 'yes, its structure' : 'yes'],
      ['log', origin],
      ['leaves', String(checkpoint.size)],
      ['root', root],
      [
        'continues',
        since === undefined
          ? 'nothing: this was a first run, or without --state'
          : `${since.size} leaves of an earlier run`,
      ],
    ]),
  };
}

/** @throws CliError `anchor_differs` if the key on the command line is not the one in the anchor file */
async function chooseKey({ vkey, anchor }: VerifyOptions): Promise<string> {
  if (anchor === undefined) {
    if (vkey === undefined) throw usageError('say which key signs the log: --vkey KEY, or --anchor FILE');
    return vkey;
  }
  const anchored = (await readAnchor(anchor)).vkey;
  if (vkey !== undefined && vkey.trim() !== anchored)
    throw new CliError('anchor_differs', `The key on the command line is not the one in ${anchor}.`);
  return anchored;
}

async function readAnchor(file: string): Promise<z.infer<typeof anchorSchema>> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw cannotOpenError(file, error);
  }
  try {
    return anchorSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new CliError('invalid_anchor', `${file} is not an anchor file`, { cause: error });
  }
}

function sourceAt(context: Context, place: string): HttpLog | FolderLog {
  if (!/^https?:\/\//.test(place)) return new FolderLog(place);
  if (!URL.canParse(place)) throw usageError(`${place} is not an address`);
  return httpLog(context, place);
}

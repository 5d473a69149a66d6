import type { Answer, Context } from '../command/context.js';
import { CliError, usageError } from '../command/errors.js';
import { formatFacts } from '../terminal/text.js';
import { readAnchorFile } from '../trust/anchor-file.js';
import { FolderLog, type HttpLog, httpLog } from './log-source.js';
import {
  acceptRestored,
  pruningText,
  readPoint,
  readVerifierKey,
  restoredFacts,
  verifyWithProgress,
  writePoint,
} from './verification.js';

export type VerifyOptions = {
  vkey?: string;
  anchor?: string;
  state?: string;
  structureOnly?: true;
  acceptRestored?: true;
};

/**
 * Verifies a log at a server or in a folder.
 *
 * @throws CliError with the code of the first fault (exit 1); `cannot_open` (exit 2)
 */
export async function verifyLogAt(context: Context, place: string, options: VerifyOptions): Promise<Answer> {
  const key = readVerifierKey(await chooseKey(options));
  const since = options.state === undefined ? undefined : await readPoint(options.state);
  const structureOnly = options.structureOnly === true;
  const verified = await verifyWithProgress(context.io, sourceAt(context, place), {
    key,
    since,
    structureOnly,
  });
  const { checkpoint, point, prunedBefore } = verified;
  const restored = acceptRestored(verified, options.acceptRestored === true);
  if (options.state !== undefined) await writePoint(options.state, point);
  const { origin, size, root } = point;
  const pruning = pruningText(verified);
  return {
    document: {
      ...{ verified: true, origin, size, root, since: since?.size ?? null, prunedBefore, structureOnly },
      restored,
    },
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
      ...restoredFacts(restored),
      ...(pruning === undefined ? [] : [['pruned', pruning] as [string, string]]),
    ]),
  };
}

/** @throws CliError `anchor_differs` if the key on the command line is not the one in the anchor file */
async function chooseKey({ vkey, anchor }: VerifyOptions): Promise<string> {
  if (anchor === undefined) {
    if (vkey === undefined) throw usageError('say which key signs the log: --vkey KEY, or --anchor FILE');
    return vkey;
  }
  const anchored = (await readAnchorFile(anchor)).vkey;
  if (vkey !== undefined && vkey.trim() !== anchored)
    throw new CliError('anchor_differs', `The key on the command line is not the one in ${anchor}.`);
  return anchored;
}

function sourceAt(context: Context, place: string): HttpLog | FolderLog {
  if (!/^https?:\/\//.test(place)) return new FolderLog(place);
  if (!URL.canParse(place)) throw usageError(`${place} is not an address`);
  return httpLog(context, place);
}

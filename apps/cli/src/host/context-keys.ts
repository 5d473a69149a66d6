import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readSpoolEnvironment } from '@countersign/config';
import { isServiceName } from '@countersign/contract';
import { addContextKey } from '@countersign/gateway-protocol';
import type { Answer, Context } from '../command/context.js';
import { CliError, usageError } from '../command/errors.js';
import { parseSeconds } from '../command/flags.js';

export type ContextKeyOptions = { overlap: string };

/**
 * Makes a key by which a gateway on this host signs the context of one service's calls (`context: hmac`). Only this host and
 * the upstream have it; the broker never does. A running gateway reads it within a second. No database is opened.
 */
export async function makeContextKey(
  context: Context,
  service: string,
  { overlap }: ContextKeyOptions,
): Promise<Answer> {
  if (!isServiceName(service)) throw usageError('the argument is the name of a service');
  const overlapMs = overlap === '0s' || overlap === 'PT0S' ? 0 : parseSeconds('--overlap', overlap) * 1_000;
  const { spoolDir } = readSpoolEnvironment(context.io.env);
  const key = await addContextKey(spoolDir, service, { now: Date.now(), overlapMs }).catch(
    (cause: unknown) => {
      throw new CliError(
        'context_keys_unreadable',
        `the keys of ${service} in ${spoolDir} cannot be read or written, or have another form`,
        { exit: 2, cause },
      );
    },
  );
  const { jwk, from, until, replaced } = key;
  if (!existsSync(join(spoolDir, 'identity.pem')))
    context.note(
      `No gateway has run on ${spoolDir} yet. If the gateway has another spool, set COUNTERSIGN_SPOOL_DIR.`,
    );
  if (replaced !== null) context.note(`It replaces ${replaced}, which has not signed yet.`);
  context.note(
    until === null || overlapMs === 0
      ? `${jwk.kid} signs from now on.`
      : `${jwk.kid} signs from ${from} on; ${until} until then. Give the upstream both.`,
  );
  return { document: { service, kid: jwk.kid, from, until, replaced, key: jwk }, text: JSON.stringify(jwk) };
}

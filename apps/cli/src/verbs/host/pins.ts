import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readSpoolEnvironment } from '@countersign/config';
import {
  type Pin,
  type PinOutcome,
  type Pins,
  pinInForce,
  readPins,
  setPin,
  writePins,
} from '@countersign/gateway-protocol';
import { isDigest, isTenantSlug } from '@countersign/scope';
import { CliError, usageError } from '../../runtime/cli-error.js';
import type { Answer, Context } from '../../runtime/context.js';
import { table } from '../../text/table.js';

const SAYS: Record<PinOutcome, (tenant: string, pin: Pin) => string> = {
  pinned: (tenant, { pinned }) => `${tenant} is pinned to ${pinned}.`,
  unchanged: (tenant, { pinned }) => `${tenant} was pinned to ${pinned} already.`,
  kept: (tenant, { pinned }) =>
    `${tenant} stays pinned to ${pinned}; nothing waits to take its place any more.`,
  waiting: (tenant, { pinned, next }) =>
    `${tenant} stays pinned to ${pinned} until ${next?.from}; from then on it is pinned to ${next?.pinned}.`,
};

/**
 * Pins a tenant on this gateway's host to the hash of its first trust document. A running gateway takes it within a
 * second. Another pin than the one in force counts 72 hours later; the gateway says so in its log and to the broker.
 */
export async function pinTenant(context: Context, tenant: string, hash: string): Promise<Answer> {
  if (!isTenantSlug(tenant)) throw usageError('the first argument is a tenant’s slug');
  if (!isDigest(hash)) throw usageError('the fingerprint is sha256: and 64 lower-case hexadecimal digits');
  const { spoolDir } = readSpoolEnvironment(context.io.env);
  const pins = await pinsOf(spoolDir);
  const { pin, outcome } = setPin(pins[tenant], hash, Date.now());
  await writePins(spoolDir, { ...pins, [tenant]: pin });
  if (!existsSync(join(spoolDir, 'identity.pem')))
    context.note(
      `No gateway has run on ${spoolDir} yet; where it runs elsewhere, set COUNTERSIGN_SPOOL_DIR.`,
    );
  return { document: { ...pinAnswer(tenant, pin), outcome }, text: SAYS[outcome](tenant, pin) };
}

/** The pins on this gateway's host. */
export async function listPins(context: Context): Promise<Answer> {
  const { spoolDir } = readSpoolEnvironment(context.io.env);
  const pins = await pinsOf(spoolDir);
  const items = Object.entries(pins)
    .map(([tenant, pin]) => pinAnswer(tenant, pin))
    .sort((a, b) => (a.tenant < b.tenant ? -1 : 1));
  const rows = items.map(({ tenant, pinned, since, next }) => [
    tenant,
    pinned,
    since,
    next === null ? '' : `${next.pinned} from ${next.from}`,
  ]);
  return {
    document: { items, next: null },
    text:
      rows.length === 0
        ? `Nothing is pinned in ${spoolDir}.`
        : table(['TENANT', 'PINNED', 'SINCE', 'NEXT'], rows),
  };
}

/** As it stands at this moment: a pin whose time has come is the one in force. */
function pinAnswer(tenant: string, pin: Pin) {
  const { pinned, since, next = null } = pin;
  const inForce = pinInForce(pin, Date.now());
  return next === null || inForce === pinned
    ? { tenant, pinned, since, next }
    : { tenant, pinned: inForce, since: next.from, next: null };
}

async function pinsOf(spoolDir: string): Promise<Pins> {
  try {
    return await readPins(spoolDir);
  } catch (cause) {
    throw new CliError(
      'pins_unreadable',
      `the pins in ${spoolDir} cannot be read, or are not of their form`,
      {
        exit: 2,
        cause,
      },
    );
  }
}

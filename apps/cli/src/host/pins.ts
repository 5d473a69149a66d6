import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readSpoolEnvironment } from '@countersign/config';
import { isDigest, isTenantSlug } from '@countersign/contract';
import {
  activePin,
  NO_VERSION,
  type Pin,
  type PinAlarm,
  type PinOutcome,
  type PinState,
  type PinStates,
  PinsFileError,
  pinsOf,
  readPinsInForce,
  setPin,
  writePins,
} from '@countersign/gateway-protocol';
import type { Answer, Context } from '../command/context.js';
import { CliError, usageError } from '../command/errors.js';
import { formatTable } from '../terminal/text.js';

export type PinOptions = { atLeast?: string };

const OUTCOME_TEXT: Record<PinOutcome, (tenant: string, pin: Pin) => string> = {
  pinned: (tenant, pin) => `${tenant} is pinned to ${formatRoot(pin)}.`,
  unchanged: (tenant, pin) => `${tenant} was pinned to ${formatRoot(pin)} already.`,
  changed: (tenant, pin) =>
    `${tenant} stays pinned to ${formatRoot(pin)}${pin.atLeast === undefined ? '; no version is required any more' : ''}.`,
  kept: (tenant, pin) => `${tenant} stays pinned to ${formatRoot(pin)}; the waiting pin is called off.`,
  waiting: (tenant, { next, ...pin }) =>
    `${tenant} stays pinned to ${formatRoot(pin)} until ${next?.from}; from then on it is pinned to ${next && formatRoot(next)}.`,
};

const formatRoot = ({ pinned, atLeast = [] }: Pick<Pin, 'pinned' | 'atLeast'>): string =>
  atLeast.length === 0 ? pinned : `${pinned}, at least ${atLeast.join(' and ')}`;

/**
 * Pins a tenant on this gateway's host to the hash of its first trust document. A running gateway reads the pin within a
 * second. A pin that differs from the one in force applies 72 hours later, also if someone has removed the file; the
 * gateway logs it and reports it to the broker. No database is opened.
 */
export async function pinTenant(
  context: Context,
  tenant: string,
  hash: string,
  { atLeast }: PinOptions,
): Promise<Answer> {
  if (!isTenantSlug(tenant)) throw usageError('the first argument is a tenant’s slug');
  if (!isDigest(hash)) throw usageError('the fingerprint is sha256: and 64 lower-case hexadecimal digits');
  if (atLeast !== undefined && atLeast !== NO_VERSION && !isDigest(atLeast))
    throw usageError(`--at-least is the hash of a version, sha256:…, or ${NO_VERSION}`);
  const { spoolDir } = readSpoolEnvironment(context.io.env);
  const pins = await readPinsFile(spoolDir);
  const { pin, outcome } = setPin(pins[tenant]?.pin, hash, Date.now(), atLeast);
  // Pins of other tenants that someone removed from the file are in it again.
  await writePins(spoolDir, { ...pinsOf(pins), [tenant]: pin }).catch((error: unknown) => {
    throw error instanceof PinsFileError ? new CliError(error.code, error.message, { cause: error }) : error;
  });
  if (!existsSync(join(spoolDir, 'identity.pem')))
    context.note(
      `No gateway has run on ${spoolDir} yet. If the gateway has another spool, set COUNTERSIGN_SPOOL_DIR.`,
    );
  return { document: { ...currentPin(tenant, { pin }), outcome }, text: OUTCOME_TEXT[outcome](tenant, pin) };
}

/** The pins on this gateway's host. */
export async function listPins(context: Context): Promise<Answer> {
  const { spoolDir } = readSpoolEnvironment(context.io.env);
  const pins = await readPinsFile(spoolDir);
  const items = Object.entries(pins)
    .map(([tenant, state]) => currentPin(tenant, state))
    .sort((a, b) => (a.tenant < b.tenant ? -1 : 1));
  const rows = items.map(({ tenant, pinned, atLeast, since, next, alarm }) => [
    tenant,
    pinned,
    atLeast.join(' '),
    since,
    next === null ? '' : `${formatRoot(next)} from ${next.from}`,
    alarm === null ? '' : ALARM_TEXT[alarm],
  ]);
  return {
    document: { items, next: null },
    text:
      rows.length === 0
        ? `Nothing is pinned in ${spoolDir}.`
        : formatTable(['TENANT', 'PINNED', 'AT LEAST', 'SINCE', 'NEXT', 'ALARM'], rows),
  };
}

const ALARM_TEXT: Record<PinAlarm, string> = {
  missing: 'not in pins.json; it stays in force',
  replaced: 'pins.json names another pin; this one stays in force',
};

/** The pin at this moment. If the waiting pin's time has come, it is the one in force. */
function currentPin(tenant: string, { pin, ...state }: PinState) {
  const alarm = state.alarm ?? null;
  const { since, next } = pin;
  const { pinned, atLeast = [] } = activePin(pin, Date.now());
  const root = { tenant, pinned, atLeast, alarm };
  if (next === undefined) return { ...root, since, next: null };
  return pinned === pin.pinned
    ? { ...root, since, next: { atLeast: [], ...next } }
    : { ...root, since: next.from, next: null };
}

/** @throws CliError `pins_unreadable` (exit 2): a file of another form is never overwritten */
async function readPinsFile(spoolDir: string): Promise<PinStates> {
  try {
    return await readPinsInForce(spoolDir, Date.now());
  } catch (cause) {
    const rule = cause instanceof PinsFileError ? `: ${cause.message}` : ', or have another form';
    throw new CliError('pins_unreadable', `the pins in ${spoolDir} cannot be read${rule}`, {
      exit: 2,
      cause,
    });
  }
}

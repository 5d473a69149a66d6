import { mkdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isDigest, isTenantSlug, toInstant } from '@countersign/contract';
import { z } from 'zod';
import { readAtMost, writeFileDurably } from '../durable-file.js';

/** How long a new pin waits before it replaces another one: time for everyone to see it and to object. */
export const RESET_DELAY_MS = 72 * 3_600_000;

const hash = z.string().refine(isDigest, 'is not a sha256: hash');
const instant = z.string().refine((text) => !Number.isNaN(Date.parse(text)), 'is not an instant');

/**
 * `pinned`: the hash of a tenant's first trust document. `atLeast`: versions that a chain from there must contain. A chain
 * without them is older than the one that the operator saw.
 */
const root = { pinned: hash, atLeast: z.array(hash).min(1).exactOptional() };

/** Set at `since`. `next` replaces it at `from`. */
const pin = z.strictObject({
  ...root,
  since: instant,
  next: z.strictObject({ ...root, from: instant }).exactOptional(),
});
export type Pin = z.infer<typeof pin>;
type PinRoot = Pick<Pin, 'pinned' | 'atLeast'>;

const slug = z.string().refine(isTenantSlug, 'is not a tenant’s slug');
const file = z.strictObject({ v: z.literal(1), pins: z.record(slug, pin) });
export type Pins = z.infer<typeof file>['pins'];

/** The file of a gateway's pins, beside its spool. */
export const pinsPath = (spoolDir: string) => join(spoolDir, 'pins.json');

/** Enough for about a hundred thousand tenants. */
const MAX_BYTES = 16 * 1024 * 1024;

/** The pins cannot be read, or are too many to be read again. `code` is stable; the message names the rule. */
export class PinsFileError extends Error {
  override readonly name = 'PinsFileError';

  constructor(
    readonly code: 'pins_unreadable' | 'pins_too_large',
    file: string,
    rule: string,
    options?: ErrorOptions,
  ) {
    super(`${file}: ${rule}`, options);
  }
}

/**
 * The pins on this host, by slug. Empty without a file. Throws PinsFileError for a file that is huge or not of this form,
 * and the file system's error. The object has no prototype, because `constructor` is a valid slug.
 */
export const readPins = (spoolDir: string): Promise<Pins> => readPinsAt(pinsPath(spoolDir));

/** The same for any file of this form. */
export async function readPinsAt(path: string): Promise<Pins> {
  return Object.assign(Object.create(null) as Pins, await storedPins(path));
}

async function storedPins(path: string): Promise<Pins> {
  try {
    return file.parse(JSON.parse(await readAtMost(path, MAX_BYTES))).pins;
  } catch (cause) {
    const { code, syscall } = cause as NodeJS.ErrnoException;
    if (syscall === undefined) throw unreadable(basename(path), cause);
    if (code === 'ENOENT') return {};
    throw cause;
  }
}

function unreadable(file: string, cause: unknown): PinsFileError {
  const [issue] = cause instanceof z.ZodError ? cause.issues : [];
  if (issue !== undefined)
    return new PinsFileError(
      'pins_unreadable',
      file,
      `/${issue.path.map(String).join('/')}: ${issue.message}`,
      { cause },
    );
  const rule = cause instanceof SyntaxError || !(cause instanceof Error) ? 'is no JSON' : cause.message;
  return new PinsFileError('pins_unreadable', file, rule, { cause });
}

/** Readable by all: pins are not secret, and the operator who sets them may be another user than the gateway's. */
const MODE = 0o644;

/** Writes the pins durably. Throws PinsFileError if they could not be read again, and the file system's error. */
export const writePins = (spoolDir: string, pins: Pins): Promise<void> =>
  writePinsAt(pinsPath(spoolDir), pins);

/** The same for any file of this form. */
export async function writePinsAt(path: string, pins: Pins): Promise<void> {
  const text = `${JSON.stringify({ v: 1, pins }, null, 2)}\n`;
  if (Buffer.byteLength(text) > MAX_BYTES)
    throw new PinsFileError(
      'pins_too_large',
      basename(path),
      `more than ${MAX_BYTES} bytes of pins are not kept`,
    );
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeFileDurably(path, text, MODE);
}

/** The pin that is active at `now`, in milliseconds since the epoch. */
export function activePin({ next, ...pin }: Pin, now: number): PinRoot {
  return rootOf(next !== undefined && now >= Date.parse(next.from) ? next : pin);
}

const rootOf = ({ pinned, atLeast }: PinRoot): PinRoot =>
  atLeast === undefined ? { pinned } : { pinned, atLeast };

/** In place of a version: from now on the chain need not contain any. */
export const NO_VERSION = 'none';

/**
 * Adds the named version to those named before. Naming an older version, or none, removes nothing. `NO_VERSION` removes
 * them all: a version that was named by mistake would otherwise lock the tenant out for good.
 */
function addRequired<P extends PinRoot>(pin: P, named: string | undefined): P {
  const { atLeast: before = [], ...bare } = pin;
  if (named === undefined) return pin;
  return named === NO_VERSION ? (bare as P) : { ...pin, atLeast: [...new Set([...before, named])] };
}

/**
 * The result of setting a pin. `waiting`: the other pin stays active for 72 h more. `kept`: the pin that waited was dropped.
 * `changed`: the same pin, and its chain must contain other versions than before.
 */
export type PinOutcome = 'pinned' | 'unchanged' | 'changed' | 'waiting' | 'kept';

/**
 * Sets a tenant's pin. The first is active at once. Another one becomes active 72 h later, unless the active one is set
 * again in the meantime.
 *
 * @param atLeast a version that the chain from this pin must contain as well, or `NO_VERSION`; active together with the pin
 */
export function setPin(
  before: Pin | undefined,
  pinned: string,
  now: number,
  atLeast?: string,
): { pin: Pin; outcome: PinOutcome } {
  const since = toInstant(new Date(now));
  if (before === undefined) return { pin: addRequired({ pinned, since }, atLeast), outcome: 'pinned' };
  const inForce = activePin(before, now);
  const current: Pin =
    inForce.pinned === before.pinned ? before : { ...inForce, since: before.next?.from ?? since };
  const { next, ...alone } = current;
  if (pinned === inForce.pinned) {
    const pin: Pin = addRequired(alone, atLeast);
    if (next !== undefined) return { pin, outcome: 'kept' };
    return { pin, outcome: pin.atLeast?.length === alone.atLeast?.length ? 'unchanged' : 'changed' };
  }
  const same = next?.pinned === pinned ? next : undefined;
  const from = same?.from ?? toInstant(new Date(now + RESET_DELAY_MS));
  const waits = addRequired(same ?? { pinned, from }, atLeast);
  return { pin: { ...alone, next: waits }, outcome: 'waiting' };
}

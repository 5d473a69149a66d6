import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isDigest, isTenantSlug, toInstant } from '@countersign/contract';
import { z } from 'zod';
import { readAtMost } from '../durable/read-at-most.js';
import { writeFileDurably } from '../durable/write-file.js';

/** A pin takes the place of another one only so long after it was set: time for everybody to see it, and to object. */
export const RESET_DELAY_MS = 72 * 3_600_000;

const hash = z.string().refine(isDigest, 'is no sha256: hash');
const instant = z.string().refine((text) => !Number.isNaN(Date.parse(text)), 'is no instant');

/**
 * `pinned`: the hash of a tenant's first trust document. `atLeast`: versions that a chain from there must all contain, or
 * it is an older one than whoever pinned has seen.
 */
const root = { pinned: hash, atLeast: z.array(hash).min(1).exactOptional() };

/** Set at `since`. `next` takes its place at `from`. */
const pin = z.strictObject({
  ...root,
  since: instant,
  next: z.strictObject({ ...root, from: instant }).exactOptional(),
});
export type Pin = z.infer<typeof pin>;
type PinRoot = Pick<Pin, 'pinned' | 'atLeast'>;

const slug = z.string().refine(isTenantSlug, 'is no tenant’s slug');
const file = z.strictObject({ v: z.literal(1), pins: z.record(slug, pin) });
export type Pins = z.infer<typeof file>['pins'];

/** Where the pins of a gateway's own host are, beside its spool. */
export const pinsPath = (spoolDir: string) => join(spoolDir, 'pins.json');

/** Some hundred thousand tenants. */
const MAX_BYTES = 16 * 1024 * 1024;

/** The pins cannot be read, or not be written so that they could be. `code` is stable; the message names the rule. */
export class PinsFileError extends Error {
  override readonly name = 'PinsFileError';

  constructor(
    readonly code: 'pins_unreadable' | 'pins_too_large',
    rule: string,
    options?: ErrorOptions,
  ) {
    super(`pins.json: ${rule}`, options);
  }
}

/**
 * The pins on this host, by slug; none where nobody has pinned. Throws PinsFileError for a file that is huge or not of this
 * form, and the file system's error. Without a prototype: `constructor` is a slug like any other.
 */
export async function readPins(spoolDir: string): Promise<Pins> {
  return Object.assign(Object.create(null) as Pins, await storedPins(pinsPath(spoolDir)));
}

async function storedPins(path: string): Promise<Pins> {
  try {
    return file.parse(JSON.parse(await readAtMost(path, MAX_BYTES))).pins;
  } catch (cause) {
    const { code, syscall } = cause as NodeJS.ErrnoException;
    if (syscall === undefined) throw unreadable(cause);
    if (code === 'ENOENT') return {};
    throw cause;
  }
}

function unreadable(cause: unknown): PinsFileError {
  const [issue] = cause instanceof z.ZodError ? cause.issues : [];
  if (issue !== undefined)
    return new PinsFileError('pins_unreadable', `/${issue.path.map(String).join('/')}: ${issue.message}`, {
      cause,
    });
  const rule = cause instanceof SyntaxError || !(cause instanceof Error) ? 'is no JSON' : cause.message;
  return new PinsFileError('pins_unreadable', rule, { cause });
}

/** Pins are no secret, and whoever sets them need not be whom the gateway runs as. */
const MODE = 0o644;

/** Writes them, durably. Throws PinsFileError where they could not be read again, and the file system's error. */
export async function writePins(spoolDir: string, pins: Pins): Promise<void> {
  const text = `${JSON.stringify({ v: 1, pins }, null, 2)}\n`;
  if (Buffer.byteLength(text) > MAX_BYTES)
    throw new PinsFileError('pins_too_large', `more than ${MAX_BYTES} bytes of pins are not kept`);
  await mkdir(spoolDir, { recursive: true, mode: 0o700 });
  await writeFileDurably(pinsPath(spoolDir), text, MODE);
}

/** What counts at this moment (milliseconds since the epoch). */
export function pinInForce({ next, ...pin }: Pin, now: number): PinRoot {
  return rootOf(next !== undefined && now >= Date.parse(next.from) ? next : pin);
}

const rootOf = ({ pinned, atLeast }: PinRoot): PinRoot =>
  atLeast === undefined ? { pinned } : { pinned, atLeast };

/** Instead of a version: from now on none has to be in the chain. */
export const NO_VERSION = 'none';

/**
 * What is named is added to what was named before: who names an older version, or none, takes nothing back. Only
 * `NO_VERSION` does, for a version that was named by mistake would shut the tenant out for ever.
 */
function withLeast<P extends PinRoot>(pin: P, named: string | undefined): P {
  const { atLeast: before = [], ...bare } = pin;
  if (named === undefined) return pin;
  return named === NO_VERSION ? (bare as P) : { ...pin, atLeast: [...new Set([...before, named])] };
}

/**
 * What came of setting a pin. `waiting`: another one is in force for 72 h more. `kept`: nothing waits any more.
 * `changed`: the same, and other versions than before have to be in its chain.
 */
export type PinOutcome = 'pinned' | 'unchanged' | 'changed' | 'waiting' | 'kept';

/**
 * The pin of a tenant after this hash was set. The first counts at once. Another one counts 72 h later, and not at all
 * where the one in force is set again in the meantime.
 *
 * @param atLeast a version that the chain from this pin must contain as well, or `NO_VERSION`; counts as the pin does
 */
export function setPin(
  before: Pin | undefined,
  pinned: string,
  now: number,
  atLeast?: string,
): { pin: Pin; outcome: PinOutcome } {
  const since = toInstant(new Date(now));
  if (before === undefined) return { pin: withLeast({ pinned, since }, atLeast), outcome: 'pinned' };
  const inForce = pinInForce(before, now);
  const current: Pin =
    inForce.pinned === before.pinned ? before : { ...inForce, since: before.next?.from ?? since };
  const { next, ...alone } = current;
  if (pinned === inForce.pinned) {
    const pin: Pin = withLeast(alone, atLeast);
    if (next !== undefined) return { pin, outcome: 'kept' };
    return { pin, outcome: pin.atLeast?.length === alone.atLeast?.length ? 'unchanged' : 'changed' };
  }
  const same = next?.pinned === pinned ? next : undefined;
  const from = same?.from ?? toInstant(new Date(now + RESET_DELAY_MS));
  const waits = withLeast(same ?? { pinned, from }, atLeast);
  return { pin: { ...alone, next: waits }, outcome: 'waiting' };
}

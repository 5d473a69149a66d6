import { join } from 'node:path';
import { toInstant } from '@countersign/contract';
import {
  activePin,
  type Pin,
  type Pins,
  RESET_DELAY_MS,
  readPins,
  readPinsAt,
  writePinsAt,
} from './pins-file.js';

/**
 * The pins as this gateway applies them. `pins.json` says what the operator wants. A copy beside the trust documents says
 * what was in force last, and the delay of another pin counts from there. So no one lifts the delay by removing or editing
 * `pins.json`. The gateway alone writes the copy.
 */
const copyPath = (spoolDir: string): string => join(spoolDir, 'trust', 'pins-in-force.json');

/**
 * What is wrong with `pins.json`. `missing`: it has no pin of a tenant that was pinned, or cannot be read. `replaced`: it
 * names another pin than the one in force, which no 72 hours have passed for.
 */
export type PinAlarm = 'missing' | 'replaced';

/** A pin as it is applied, and what is wrong with the file. */
export type PinState = { pin: Pin; alarm?: PinAlarm };

/** The pins in force by tenant. It has no prototype, because `constructor` is a valid slug. */
export type PinStates = Record<string, PinState>;

/** The clocks of the operator's command and of the gateway may differ by so much. */
const TOLERANCE_MS = 5 * 60_000;

/**
 * The pin to apply, from the one that was in force last and the one in the file. The first pin counts at once.
 *
 * @param now milliseconds since the epoch
 */
export function pinInForce(
  earlier: Pin | undefined,
  file: Pin | undefined,
  now: number,
): PinState | undefined {
  if (earlier === undefined) return file === undefined ? undefined : { pin: file };
  const { next: waiting, ...current } = reached(earlier, now);
  if (file === undefined) return { pin: current, alarm: 'missing' };
  const { since: _since, next, ...wanted } = reached(file, now);
  const delayed = (other: Omit<NonNullable<Pin['next']>, 'from'>, from: string | undefined) => {
    const seen = waiting?.pinned === other.pinned ? waiting.from : undefined;
    const isLate = from !== undefined && Date.parse(from) >= now + RESET_DELAY_MS - TOLERANCE_MS;
    return { ...other, from: seen ?? (isLate ? from : toInstant(new Date(now + RESET_DELAY_MS))) };
  };
  if (wanted.pinned !== current.pinned)
    return { pin: { ...current, next: delayed(wanted, undefined) }, alarm: 'replaced' };
  // The versions that the same pin requires count at once: they only close, and the operator may take them back.
  const pin = { ...wanted, since: current.since };
  return { pin: next === undefined ? pin : { ...pin, next: delayed(next, next.from) } };
}

/** The same pin with its waiting pin in its place, once that has taken effect. */
function reached(pin: Pin, now: number): Pin {
  const active = activePin(pin, now);
  return active.pinned === pin.pinned ? pin : { ...active, since: pin.next?.from ?? pin.since };
}

/** The same for all tenants. */
export function pinsInForce(earlier: Pins, file: Pins, now: number): PinStates {
  const states = Object.create(null) as PinStates;
  for (const tenant of new Set([...Object.keys(earlier), ...Object.keys(file)])) {
    const state = pinInForce(earlier[tenant], file[tenant], now);
    if (state !== undefined) states[tenant] = state;
  }
  return states;
}

/** The pins without their alarms. */
export const pinsOf = (states: PinStates): Pins =>
  Object.assign(
    Object.create(null) as Pins,
    Object.fromEntries(Object.entries(states).map(([tenant, { pin }]) => [tenant, pin])),
  );

/** The pins that were in force last. Empty if this gateway never applied any. Throws as `readPins` does. */
export const readKeptPins = (spoolDir: string): Promise<Pins> => readPinsAt(copyPath(spoolDir));

/** Keeps the pins in force, durably. Throws as `writePins` does. */
export const keepPins = (spoolDir: string, states: PinStates): Promise<void> =>
  writePinsAt(copyPath(spoolDir), pinsOf(states));

/** What a command on the gateway's host sees: the pins that the gateway applies at `now`. Throws as `readPins` does. */
export async function readPinsInForce(spoolDir: string, now: number): Promise<PinStates> {
  return pinsInForce(await readKeptPins(spoolDir), await readPins(spoolDir), now);
}

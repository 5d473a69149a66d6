import { z } from 'zod';
import { digestText, instant, moment, parseShape, slug } from '../shapes.js';

/** The most pins that a gateway reports. */
const MAX_PINS = 10_000;

const root = { pinned: digestText, atLeast: z.array(digestText).min(1).exactOptional() };
/**
 * What is pinned for a tenant on a gateway's own host. `pinned` is the hash of the first trust document, `atLeast` those of
 * versions that its chain must contain. `current` is the hash of the current version, null while the gateway has no chain
 * from the pin or the chain lacks one of `atLeast`; then `behind` is the last version that it has. `next` is another pin
 * that will replace this one. `alarm`: someone removed this pin from `pins.json` (`missing`) or replaced it there; it stays
 * in force.
 */
const pin = z.strictObject({
  tenant: slug,
  ...root,
  current: digestText.nullable(),
  behind: digestText.exactOptional(),
  next: z.strictObject({ ...root, from: instant }).exactOptional(),
  alarm: z.enum(['missing', 'replaced']).exactOptional(),
});
export type GatewayPin = z.infer<typeof pin>;

/**
 * `at`: when the gateway made the report, by its own clock, later than in its report before. A recorded report is an old one.
 * Absent from gateways that are older than their broker.
 */
const pins = z.strictObject({ at: moment.exactOptional(), pins: z.array(pin).max(MAX_PINS) });
/** The body of `POST /gateway/v1/pins`: always all pins of a gateway. */
export type GatewayPins = z.infer<typeof pins>;

/** Throws ProtocolError `invalid_pins`. */
export function parsePins(value: unknown): GatewayPins {
  return parseShape(pins, value, 'invalid_pins');
}

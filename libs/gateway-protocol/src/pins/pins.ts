import { z } from 'zod';
import { instant, parseWith, sha256Text, slug } from '../shapes.js';

/** A gateway says at most so many. */
const MAX_PINS = 10_000;

/**
 * What is pinned for a tenant on a gateway's own host: the hash of the first trust document, and that of the version in
 * force, null while the gateway holds none that leads back to the pin. `next`: another pin that will take its place.
 */
const pin = z.strictObject({
  tenant: slug,
  pinned: sha256Text,
  current: sha256Text.nullable(),
  next: z.strictObject({ pinned: sha256Text, from: instant }).exactOptional(),
});
export type GatewayPin = z.infer<typeof pin>;

const pins = z.strictObject({ pins: z.array(pin).max(MAX_PINS) });
/** The body of `POST /gateway/v1/pins`: all of a gateway's pins, each time. */
type GatewayPins = z.infer<typeof pins>;

/** Strict reading of it. Throws ProtocolError `invalid_pins`. */
export function parsePins(value: unknown): GatewayPins {
  return parseWith(pins, value, 'invalid_pins');
}

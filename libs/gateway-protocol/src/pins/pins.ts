import { z } from 'zod';
import { instant, parseWith, sha256Text, slug } from '../shapes.js';

/** A gateway says at most so many. */
const MAX_PINS = 10_000;

const root = { pinned: sha256Text, atLeast: z.array(sha256Text).min(1).exactOptional() };
/**
 * What is pinned for a tenant on a gateway's own host: the hash of the first trust document, those of versions that its
 * chain must contain, and that of the version in force, null while the gateway holds none that leads back to the pin or
 * the chain lacks one of `atLeast`. `behind`: the last version that it holds, where that is so. `next`: another pin that
 * will take its place.
 */
const pin = z.strictObject({
  tenant: slug,
  ...root,
  current: sha256Text.nullable(),
  behind: sha256Text.exactOptional(),
  next: z.strictObject({ ...root, from: instant }).exactOptional(),
});
export type GatewayPin = z.infer<typeof pin>;

const pins = z.strictObject({ pins: z.array(pin).max(MAX_PINS) });
/** The body of `POST /gateway/v1/pins`: all of a gateway's pins, each time. */
type GatewayPins = z.infer<typeof pins>;

/** Strict reading of it. Throws ProtocolError `invalid_pins`. */
export function parsePins(value: unknown): GatewayPins {
  return parseWith(pins, value, 'invalid_pins');
}

import type { EnrolledGateway } from '@countersign/access';

export type GatewayState = 'in_touch' | 'away' | 'never' | 'revoked';

/** Longer than what lies between two notes of a broker that is busy. */
const AWAY_AFTER_MS = 150_000;

/**
 * When a gateway was last in touch, and whether it is. `here` follow this broker's feed now; of the others the store
 * knows to about a minute.
 */
export function presenceOf(
  { id, lastSeenAt, revokedAt }: EnrolledGateway,
  here: readonly string[],
  now: Date,
): { lastInTouchAt: string | null; state: GatewayState } {
  if (revokedAt !== null) return { lastInTouchAt: lastSeenAt, state: 'revoked' };
  if (here.includes(id)) return { lastInTouchAt: now.toISOString(), state: 'in_touch' };
  if (lastSeenAt === null) return { lastInTouchAt: null, state: 'never' };
  const isAway = now.getTime() - Date.parse(lastSeenAt) > AWAY_AFTER_MS;
  return { lastInTouchAt: lastSeenAt, state: isAway ? 'away' : 'in_touch' };
}

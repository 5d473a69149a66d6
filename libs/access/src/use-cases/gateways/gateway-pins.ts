import { servesTenant } from '../../domain/gateway-binding.js';
import { AccessError } from '../../errors.js';
import type { EnrolledGateway, GatewayPin, GatewaysUnit } from '../../ports/index.js';
import { trustNotice } from '../notices/notices.js';
import type { Deps } from '../shared/deps.js';

/** How many tenants one unit of work notifies. Small, so that it blocks no other unit for long. */
const BATCH = 100;

/** A gateway whose clock differs by more than a few seconds is not in touch, and reports nothing. */
const MAX_SKEW_MS = 60_000;

/** All pins of a gateway, and when it made the report; null from a gateway that gives no time. */
interface PinReport {
  at: string | null;
  pins: readonly GatewayPin[];
}

const rootOf = ({ pinned, atLeast = [] }: Pick<GatewayPin, 'pinned' | 'atLeast'>) => ({
  pinned,
  ...(atLeast.length === 0 ? {} : { atLeast }),
});

/** The part of a pin that the tenant is notified of: what the host requires, not how far the gateway has come. */
function requiredPart(pin: GatewayPin | undefined) {
  if (pin === undefined) return null;
  const { next, alarm } = pin;
  const raised = alarm === undefined ? {} : { alarm };
  return {
    ...rootOf(pin),
    next: next === undefined ? null : { ...rootOf(next), from: next.from },
    ...raised,
  };
}

const key = (pin: GatewayPin | undefined): string => JSON.stringify(requiredPart(pin));

/**
 * Stores what a gateway has pinned, and notifies each tenant whose pin is new, changed or removed: no pin changes without
 * its tenant learning of it. Pins of tenants that the gateway does not serve are ignored.
 *
 * Each report must be newer than the one before. So a replayed report, although the gateway signed it, cannot show pins that the
 * gateway no longer has, or hide an alarm.
 *
 * @throws AccessError `conflict` for a report that is not newer than the stored one, or is dated in the future
 */
export async function recordPins(
  deps: Deps,
  gateway: EnrolledGateway,
  { at, pins }: PinReport,
): Promise<void> {
  if (at !== null && Date.parse(at) > deps.clock.now().getTime() + MAX_SKEW_MS)
    throw new AccessError('conflict', 'This report is from the future. Check the gateway’s clock.');
  const own = pins.filter(({ tenant }) => servesTenant(gateway, tenant));
  const after = new Map(own.map((pin) => [pin.tenant, pin]));
  // This many units are enough, unless another report of the gateway undoes them meanwhile. Then that report wins.
  const most = 1 + Math.ceil((gateway.pins.length + pins.length) / BATCH);
  for (let units = 0; units < most; units += 1)
    if (await deps.store.gateways.write((unit) => recordBatch(deps, unit, gateway.id, at, after))) return;
}

/**
 * Stores one batch of the pins that differ from the stored ones. Another report of the same gateway may have come first.
 *
 * @returns true if no difference is left
 */
async function recordBatch(
  { clock }: Deps,
  unit: GatewaysUnit,
  gateway: string,
  reportedAt: string | null,
  after: ReadonlyMap<string, GatewayPin>,
): Promise<boolean> {
  const stored = await unit.gateways.find(gateway);
  const storedAt = stored?.pinsAt ?? null;
  if (storedAt !== null && (reportedAt === null || reportedAt <= storedAt))
    throw new AccessError('conflict', 'A newer report of this gateway has arrived before.');
  const known = new Map(stored?.pins.map((pin) => [pin.tenant, pin]));
  const tenants = [...new Set([...known.keys(), ...after.keys()])];
  const changed = tenants.filter((tenant) => key(known.get(tenant)) !== key(after.get(tenant)));
  const now = clock.now().toISOString();
  for (const tenant of changed.slice(0, BATCH)) {
    const pin = after.get(tenant);
    await notifyTenant(unit, gateway, tenant, known.get(tenant), pin, now);
    if (pin === undefined) known.delete(tenant);
    else known.set(tenant, pin);
  }
  const isWhole = changed.length <= BATCH;
  // The version that the gateway follows (`current`) changes without an event.
  const [pins, pinsAt] = isWhole ? [after, reportedAt] : [known, storedAt];
  await unit.gateways.setPins(gateway, [...pins.values()], pinsAt);
  return isWhole;
}

/** A gateway may have pinned a tenant that does not exist here; then there is no one to notify. */
async function notifyTenant(
  unit: GatewaysUnit,
  gateway: string,
  tenant: string,
  before: GatewayPin | undefined,
  after: GatewayPin | undefined,
  at: string,
): Promise<void> {
  if ((await unit.organisation.tenant(tenant)) === null) return;
  const { log, outbox } = await unit.tenant(tenant);
  await log.append({
    type: after === undefined ? 'gateway.unpinned' : 'gateway.pinned',
    at,
    actor: gateway,
    data: { gateway, before: requiredPart(before), after: requiredPart(after) },
  });
  await outbox.add(trustNotice(tenant, 'pinned', gateway, at));
}

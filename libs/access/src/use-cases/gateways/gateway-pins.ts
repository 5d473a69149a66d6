import { servesTenant } from '../../domain/gateway-binding.js';
import type { EnrolledGateway, GatewayPin, GatewaysUnit } from '../../ports/index.js';
import { trustNotice } from '../notices/notices.js';
import type { Deps } from '../shared/deps.js';

/** How many tenants one unit of work notifies. Small, so that it blocks no other unit for long. */
const BATCH = 100;

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
 * @param pins all pins of this gateway
 */
export async function recordPins(
  deps: Deps,
  gateway: EnrolledGateway,
  pins: readonly GatewayPin[],
): Promise<void> {
  const own = pins.filter(({ tenant }) => servesTenant(gateway, tenant));
  const after = new Map(own.map((pin) => [pin.tenant, pin]));
  // This many units are enough, unless another report of the gateway undoes them meanwhile. Then that report wins.
  const most = 1 + Math.ceil((gateway.pins.length + pins.length) / BATCH);
  for (let units = 0; units < most; units += 1)
    if (await deps.store.gateways.write((unit) => recordBatch(deps, unit, gateway.id, after))) return;
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
  after: ReadonlyMap<string, GatewayPin>,
): Promise<boolean> {
  const known = new Map((await unit.gateways.find(gateway))?.pins.map((pin) => [pin.tenant, pin]));
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
  await unit.gateways.setPins(gateway, isWhole ? [...after.values()] : [...known.values()]);
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

import type { EnrolledGateway, GatewayPin } from '../ports/credentials.js';
import type { VendorUnit } from '../ports/store.js';
import type { Deps } from './deps.js';
import { trustNotice } from './notices.js';

/** Tenants that one unit of work tells: it holds up nobody for long. */
const BATCH = 100;

const key = (pin: GatewayPin | undefined): string =>
  JSON.stringify([pin?.pinned ?? null, pin?.next?.pinned ?? null, pin?.next?.from ?? null]);

/**
 * Keeps what a gateway has pinned, and tells each tenant whose pin is new, gone or another: nobody changes what is
 * believed of a tenant without its hearing of it.
 *
 * @param pins all of this gateway's
 */
export async function notePins(
  deps: Deps,
  gateway: EnrolledGateway,
  pins: readonly GatewayPin[],
): Promise<void> {
  const before = new Map(gateway.pins.map((pin) => [pin.tenant, pin]));
  const after = new Map(pins.map((pin) => [pin.tenant, pin]));
  const tenants = [...new Set([...before.keys(), ...after.keys()])];
  const changed = tenants.filter((tenant) => key(before.get(tenant)) !== key(after.get(tenant)));
  const known = new Map(before);
  for (let at = 0; at < changed.length; at += BATCH) {
    const some = changed.slice(at, at + BATCH);
    for (const tenant of some) replace(known, tenant, after.get(tenant));
    await deps.store.asVendor(async (unit) => {
      const now = deps.clock.now().toISOString();
      for (const tenant of some)
        await tell(unit, gateway.id, tenant, before.get(tenant), after.get(tenant), now);
      await unit.gateways.setPins(gateway.id, [...known.values()]);
    });
  }
  if (JSON.stringify([...known.values()]) !== JSON.stringify(pins))
    await deps.store.asVendor((unit) => unit.gateways.setPins(gateway.id, [...pins]));
}

function replace(known: Map<string, GatewayPin>, tenant: string, pin: GatewayPin | undefined): void {
  if (pin === undefined) known.delete(tenant);
  else known.set(tenant, pin);
}

/** A gateway may have pinned what is no tenant here: nobody is to be told of it. */
async function tell(
  unit: VendorUnit,
  gateway: string,
  tenant: string,
  before: GatewayPin | undefined,
  after: GatewayPin | undefined,
  at: string,
): Promise<void> {
  if ((await unit.organisation.tenant(tenant)) === null) return;
  const { log, outbox } = await unit.tenant(tenant);
  const said = (pin: GatewayPin | undefined) =>
    pin === undefined ? null : { pinned: pin.pinned, next: pin.next ?? null };
  await log.append({
    type: after === undefined ? 'gateway.unpinned' : 'gateway.pinned',
    at,
    actor: gateway,
    data: { gateway, before: said(before), after: said(after) },
  });
  await outbox.add(trustNotice(tenant, 'pinned', gateway, at));
}

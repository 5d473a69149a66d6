import type { EnrolledGateway, GatewayPin, GatewaysUnit } from '../../ports/index.js';
import { trustNotice } from '../notices/notices.js';
import type { Deps } from '../shared/deps.js';

/** Tenants that one unit of work tells: it holds up no one for long. */
const BATCH = 100;

const rootOf = ({ pinned, atLeast = [] }: Pick<GatewayPin, 'pinned' | 'atLeast'>) => ({
  pinned,
  ...(atLeast.length === 0 ? {} : { atLeast }),
});

/** What the tenant is told of: what is demanded, and not how far the gateway has come. */
function said(pin: GatewayPin | undefined) {
  if (pin === undefined) return null;
  const { next } = pin;
  return { ...rootOf(pin), next: next === undefined ? null : { ...rootOf(next), from: next.from } };
}

const key = (pin: GatewayPin | undefined): string => JSON.stringify(said(pin));

/**
 * Keeps what a gateway has pinned, and tells each tenant whose pin is new, gone or another: no one changes what is
 * believed of a tenant without its hearing of it.
 *
 * @param pins all of this gateway's
 */
export async function recordPins(
  deps: Deps,
  gateway: EnrolledGateway,
  pins: readonly GatewayPin[],
): Promise<void> {
  const after = new Map(pins.map((pin) => [pin.tenant, pin]));
  // So many units suffice, unless another report of this gateway undoes them meanwhile: then that one counts.
  const most = 1 + Math.ceil((gateway.pins.length + pins.length) / BATCH);
  for (let units = 0; units < most; units += 1)
    if (await deps.store.gateways.write((unit) => noteSome(deps, unit, gateway.id, after))) return;
}

/**
 * A batch of what differs from what is known at this moment: another report of the same gateway may have been first.
 *
 * @returns whether that was all
 */
async function noteSome(
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
    await tell(unit, gateway, tenant, known.get(tenant), pin, now);
    if (pin === undefined) known.delete(tenant);
    else known.set(tenant, pin);
  }
  const isWhole = changed.length <= BATCH;
  // What is in force comes without an event: it is the newest version that the gateway goes by.
  await unit.gateways.setPins(gateway, isWhole ? [...after.values()] : [...known.values()]);
  return isWhole;
}

/** A gateway may have pinned what is no tenant here: no one is to be told of it. */
async function tell(
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
    data: { gateway, before: said(before), after: said(after) },
  });
  await outbox.add(trustNotice(tenant, 'pinned', gateway, at));
}

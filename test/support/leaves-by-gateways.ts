import type { LeafV1 } from '@countersign/audit-log';
import type { Site } from './site.js';

/** The leaves of a tenant's log that gateways wrote, in their order. */
export async function leavesByGateways({ store }: Pick<Site, 'store'>, tenant = 'acme'): Promise<LeafV1[]> {
  const texts = await store.host.store.readForTenant(tenant, (unit) => unit.events.leaves(0, 1_000_000));
  return texts.map((text) => JSON.parse(text) as LeafV1).filter(({ actor }) => actor.startsWith('gtw_'));
}

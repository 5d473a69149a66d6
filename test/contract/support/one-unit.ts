import type { Store } from '@countersign/access';
import { createdEvent } from '../../factories/filler.js';
import { aRequest, NOW } from './rows.js';

/** Writes one of each: state, two events (one with a personal value), notice, feed change. */
export async function oneUnit(store: Store, tenant: string, atTheEnd = () => {}): Promise<void> {
  await store.forTenant(tenant, async (unit) => {
    const request = aRequest({ tenant });
    await unit.requests.insert(request);
    for (const personal of [{}, { justification: 'case 4711' }])
      await unit.log.append({ ...createdEvent(request, NOW), personal });
    await unit.outbox.add({ kind: 'request.awaiting_vendor', subject: request.id, audience: [], at: NOW });
    await unit.feed.changed('tenant', tenant);
    atTheEnd();
  });
}

import type { EventLog } from '../../ports/repositories.js';
import type { VendorUnit } from '../../ports/store.js';

/** The log of a person's side: a customer reads what concerns its own people, the deployment's holds the staff's. */
export async function sideLog(unit: VendorUnit, tenant: string | null): Promise<EventLog> {
  return tenant === null ? unit.log : (await unit.tenant(tenant)).log;
}

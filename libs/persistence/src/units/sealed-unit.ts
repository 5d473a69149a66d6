import { notFound, type Outbox, type ReadUnit, type TenantUnit } from '@countersign/access';
import { isSealedLog } from '@countersign/contract';
import type { EntityManager } from 'typeorm';
import { SealedLogEntity } from '../entities/demand.entity.js';
import { Authenticators } from '../repositories/authenticators.js';
import { Locks } from '../repositories/locks.js';
import { selectRows } from '../repositories/plain-rows.js';
import { Stops } from '../repositories/stops.js';
import { Trust } from '../repositories/trust.js';

/**
 * The tenant by whose people, controls, trust and locks a unit decides: its own, and for a sealed log the one that the access is
 * about. A sealed log's name never changes hands.
 *
 * @throws AccessError `not_found` if there is no such sealed log
 */
export async function deciderOf(manager: EntityManager, slug: string): Promise<string> {
  if (!isSealedLog(slug)) return slug;
  const [row] = await selectRows(manager, SealedLogEntity, 'WHERE slug = ?', [slug]);
  if (row === undefined) throw notFound('tenant');
  return row.tenant;
}

/** What a unit of a sealed log reads of its tenant instead of its own rows. */
export const readsOfDecider = (
  manager: EntityManager,
  tenant: string,
): Pick<ReadUnit & TenantUnit, 'trust' | 'stops' | 'locks' | 'authenticators'> => ({
  trust: new Trust(manager, { tenant }),
  stops: new Stops(manager, { tenant }),
  locks: new Locks(manager, { tenant }),
  authenticators: new Authenticators(manager, { tenant }),
});

/** Under a gag no one is notified. */
export const NO_OUTBOX: Outbox = { add: () => Promise.resolve('') };

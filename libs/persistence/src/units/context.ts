import type { Ids, Owner, Randomness } from '@countersign/access';
import { type Hashing, isSlug } from '@countersign/contract';
import { growingCache } from '@countersign/runtime';
import type { Sealer } from '../engine/secrets/seal.js';
import { StoreError } from '../errors.js';
import type { OrganisationCache } from '../repositories/organisation-cache.js';

/** What units of work are made with besides the transaction. */
export interface UnitContext {
  ids: Ids;
  random: Randomness;
  hashing: Hashing;
  sealer: Sealer;
  organisation: OrganisationCache;
  owners: Owners;
  /** The uptime of brokers in which this process writes (`ContinuityRepository`); null before the first broker ever started. */
  uptime: string | null;
}

const MOST_KEPT = 50_000;

/** Whose requests and grants are, by id. An object never changes hands, so what was read once stays true. */
export class Owners {
  readonly #kept = growingCache<Owner>(MOST_KEPT);

  get(id: string): Owner | undefined {
    return this.#kept.get(id);
  }

  note(id: string, { tenant, requester, basis }: Owner): void {
    this.#kept.set(id, { tenant, requester, basis });
  }
}

/** @throws StoreError `invalid_tenant` if the text is no slug */
export function checkedSlug(slug: string): string {
  if (!isSlug(slug)) throw new StoreError('invalid_tenant', 'A unit of work is opened for a tenant’s slug.');
  return slug;
}

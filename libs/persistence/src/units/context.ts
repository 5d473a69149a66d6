import type { Ids, Randomness } from '@countersign/access';
import type { Hashing } from '@countersign/scope';
import type { OrganisationCache } from '../repositories/organisation-cache.js';
import type { Sealer } from '../secrets/seal.js';

/** What units of work are made with besides the transaction. */
export interface UnitContext {
  ids: Ids;
  random: Randomness;
  hashing: Hashing;
  sealer: Sealer;
  organisation: OrganisationCache;
}

import type { Ids, Randomness } from '@countersign/access';
import type { Hashing } from '@countersign/contract';
import type { Sealer } from '../engine/secrets/seal.js';
import type { OrganisationCache } from '../repositories/organisation-cache.js';
import type { Owners } from './owners.js';

/** What units of work are made with besides the transaction. */
export interface UnitContext {
  ids: Ids;
  random: Randomness;
  hashing: Hashing;
  sealer: Sealer;
  organisation: OrganisationCache;
  owners: Owners;
}

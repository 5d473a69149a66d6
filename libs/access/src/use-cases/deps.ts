import type { Hashing } from '@countersign/scope';
import type { Store } from '../ports/store.js';
import type { Clock, Ids, Randomness } from '../ports/system.js';

/** What every use case is handed. Time, ids and randomness come from outside, so that tests choose them. */
export interface Deps {
  store: Store;
  clock: Clock;
  ids: Ids;
  random: Randomness;
  hashing: Hashing;
}

import type { Hashing } from '@countersign/contract';
import type { RelyingParty } from '../../domain/trust/passkey.js';
import type { Clock, Ids, Randomness, SignatureRules, Store } from '../../ports/index.js';

/** What every use case is handed. Time, ids and randomness come from outside, so that tests choose them. */
export interface Deps {
  store: Store;
  clock: Clock;
  ids: Ids;
  random: Randomness;
  hashing: Hashing;
}

/** What use cases are handed that judge signatures of customers. */
export interface SigningDeps extends Deps {
  signatures: SignatureRules;
  /** Whom the broker's own pages are, where no trust document says otherwise; null where it has no name. */
  relyingParty: RelyingParty | null;
}

import type { Hashing } from '@countersign/contract';
import type { RelyingParty } from '../../domain/trust/passkey.js';
import type {
  Clock,
  IdempotencyKey,
  Ids,
  Randomness,
  SignatureRules,
  Store,
  UnitOptions,
} from '../../ports/index.js';

/** What every use case receives. Time, ids and randomness are passed in, so that tests choose them. */
export interface Deps {
  store: Store;
  clock: Clock;
  ids: Ids;
  random: Randomness;
  hashing: Hashing;
}

/** What use cases receive that verify customers' signatures. */
export interface SigningDeps extends Deps {
  signatures: SignatureRules;
  /** The relying party of the broker's own pages; null if the broker is reached by an IP address. */
  relyingParty: RelyingParty | null;
}

/** The option of a use case that a caller may repeat safely. */
export interface Repeatable {
  /** The caller's `Idempotency-Key`; null or absent if it sent none. */
  idempotency?: IdempotencyKey | null | undefined;
}

/** Makes the unit of work store its result under the caller's key. The unit must return the use case's own result. */
export function idempotencyOptions({ clock }: Pick<Deps, 'clock'>, { idempotency }: Repeatable): UnitOptions {
  return idempotency == null ? {} : { idempotency: { ...idempotency, now: clock.now() } };
}

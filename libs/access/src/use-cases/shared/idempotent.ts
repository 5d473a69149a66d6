import type { IdempotencyKey, UnitOptions } from '../../ports/index.js';
import type { Deps } from './deps.js';

/** What a use case takes that may be repeated safely. */
export interface Repeatable {
  /** What the caller sent as `Idempotency-Key`; null or absent if it sent none. */
  idempotency?: IdempotencyKey | null | undefined;
}

/** The unit of work that keeps its result under the caller's key. Its result must be what the use case returns. */
export function keptUnder({ clock }: Pick<Deps, 'clock'>, { idempotency }: Repeatable): UnitOptions {
  return idempotency == null ? {} : { idempotency: { ...idempotency, now: clock.now() } };
}

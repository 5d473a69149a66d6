import { AccessError } from '../../errors.js';
import type { IdempotencyWrites, Store } from '../../ports/store.js';
import type { Deps } from './deps.js';

/** What a caller sent along so that a repeated POST has one effect (CONTRACT §5). */
export interface IdempotencyKey {
  principal: string;
  /** Method and route, so that one key may serve different calls. */
  route: string;
  key: string;
  /** SHA-256 of the raw body. */
  bodyHash: string;
}

const KEPT_SECONDS = 24 * 3600;

/**
 * Runs a use case so that its writing unit remembers the result under the key, in the transaction of the
 * change: a repetition gets the first result and changes nothing, even when both arrive at once. Results must
 * be plain data. Never use it for answers that carry secrets.
 *
 * @param sent null where the caller sent no key: the work runs as it is
 * @throws AccessError `idempotency_key_reused` where the key came with another body
 */
export async function once<T, D extends Deps>(
  deps: D,
  sent: IdempotencyKey | null,
  work: (deps: D) => Promise<T>,
): Promise<T> {
  if (sent === null) return work(deps);
  const before = await remembered<T>(deps, sent);
  if (before !== null) return before.result;
  try {
    return await work({ ...deps, store: remembering(deps, sent) });
  } catch (error) {
    // Whoever loses the race for the key was rolled back, or found the winner's work done: the winner's
    // answer is its own. With no answer remembered the error is a real one.
    if (!(error instanceof AccessError)) throw error;
    const winner = await remembered<T>(deps, sent);
    if (winner === null) throw error;
    return winner.result;
  }
}

async function remembered<T>({ store, clock }: Deps, sent: IdempotencyKey): Promise<{ result: T } | null> {
  const found = await store.readAsVendor((unit) =>
    unit.idempotency.find(sent.principal, sent.route, sent.key),
  );
  if (found === null) return null;
  const now = clock.now();
  if (Date.parse(found.expiresAt) <= now.getTime()) {
    await store.asVendor((unit) => unit.idempotency.clearExpired(now.toISOString()));
    return null;
  }
  if (found.bodyHash !== sent.bodyHash)
    throw new AccessError(
      'idempotency_key_reused',
      'This Idempotency-Key was used with another body in the last 24 hours. Use a new one.',
    );
  return { result: JSON.parse(found.result) as T };
}

/** The store, with one more row at the end of each writing unit. */
function remembering({ store, clock }: Deps, sent: IdempotencyKey): Store {
  const kept = async <U extends { idempotency: IdempotencyWrites }, T>(
    unit: U,
    work: (unit: U) => Promise<T>,
  ): Promise<T> => {
    const result = await work(unit);
    const now = clock.now();
    const expiresAt = new Date(now.getTime() + KEPT_SECONDS * 1000).toISOString();
    const span = { now: now.toISOString(), expiresAt };
    const answer = { bodyHash: sent.bodyHash, result: JSON.stringify(result) };
    await unit.idempotency.save(sent.principal, sent.route, sent.key, answer, span);
    return result;
  };
  return {
    deployment: store.deployment,
    asVendor: (work) => store.asVendor((unit) => kept(unit, work)),
    touchSession: (id, at) => store.touchSession(id, at),
    forSlack: (work) => store.forSlack(work),
    readForTenant: (slug, work) => store.readForTenant(slug, work),
    readAsVendor: (work) => store.readAsVendor(work),
    forTenant: (slug, work) => store.forTenant(slug, (unit) => kept(unit, work)),
  };
}

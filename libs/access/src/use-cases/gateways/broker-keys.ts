import { AccessError } from '../../errors.js';
import {
  KEY_ALGORITHMS,
  type KeyUse,
  type NewKey,
  type Signers,
  type StoredKey,
  type VendorUnit,
} from '../../ports/index.js';
import type { Deps } from '../shared/deps.js';

/** A new signing key is published this long before it signs, so that every gateway knows it by then. */
const PUBLISH_AHEAD_SECONDS = 10;
/** A rotated-out key stays valid this long after its successor has taken over: longer than any token's lifetime. */
export const OVERLAP_SECONDS = 3600;

const later = (now: Date, seconds: number): string => new Date(now.getTime() + seconds * 1000).toISOString();

export async function insertKey(
  unit: Pick<VendorUnit, 'keys'>,
  use: KeyUse,
  newKey: NewKey,
  now: Date,
  activeFrom: string,
): Promise<StoredKey> {
  const key: StoredKey = {
    ...newKey,
    use,
    createdAt: now.toISOString(),
    activeFrom,
    retiresAt: null,
    revokedAt: null,
  };
  await unit.keys.insert(key);
  return key;
}

/** The keys that are valid now: neither revoked nor past their retirement. */
export function publishedKeys(keys: readonly StoredKey[], now: Date): StoredKey[] {
  return keys.filter(
    (key) => key.revokedAt === null && (key.retiresAt === null || now.getTime() < Date.parse(key.retiresAt)),
  );
}

/** The key that signs now: the newest valid key that is active. */
export function signingKey(keys: readonly StoredKey[], now: Date): StoredKey | undefined {
  return publishedKeys(keys, now)
    .filter((key) => Date.parse(key.activeFrom) <= now.getTime())
    .sort((a, b) => (a.activeFrom < b.activeFrom ? 1 : -1))[0];
}

const USES = Object.keys(KEY_ALGORITHMS) as KeyUse[];

/**
 * Makes the first key of each use, if there is none. Here and below, keys are made before the transaction that may need them: they
 * may come from another machine. One that is not needed after all is dropped.
 */
export async function ensureBrokerKeys(deps: Deps, signers: Signers): Promise<void> {
  const missing = await deps.store.signingKeys.read(async (unit) => {
    const now = deps.clock.now();
    const uses: KeyUse[] = [];
    for (const use of USES) if (signingKey(await unit.keys.list(use), now) === undefined) uses.push(use);
    return uses;
  });
  if (missing.length === 0) return;
  const newKeys = await Promise.all(missing.map(async (use) => ({ use, key: await signers.make(use) })));
  await deps.store.signingKeys.write(async (unit) => {
    const now = deps.clock.now();
    for (const { use, key: first } of newKeys) {
      if (signingKey(await unit.keys.list(use), now) !== undefined) continue;
      const key = await insertKey(unit, use, first, now, now.toISOString());
      await logKeyEvent(unit, 'signing-key.created', key, now);
      if (use === 'token') await unit.feed.changed('keys', key.kid);
    }
  });
}

export async function logKeyEvent(
  unit: Pick<VendorUnit, 'log'>,
  type: 'signing-key.created' | 'signing-key.revoked' | 'signing-key.rotated',
  key: StoredKey,
  now: Date,
): Promise<void> {
  await unit.log.append({
    type,
    at: now.toISOString(),
    actor: 'host',
    data: { kid: key.kid, use: key.use, publicJwk: key.publicJwk },
  });
}

/** Adds a new token-signing key. The old keys stay valid for the overlap and then retire. */
export async function rotateSigningKey(
  deps: Deps,
  signers: Signers,
): Promise<{ kid: string; activeFrom: string }> {
  const newKey = await signers.make('token');
  return deps.store.signingKeys.write(async (unit) => {
    const now = deps.clock.now();
    const activeFrom = later(now, PUBLISH_AHEAD_SECONDS);
    const old = publishedKeys(await unit.keys.list('token'), now);
    const key = await insertKey(unit, 'token', newKey, now, activeFrom);
    for (const each of old)
      if (each.retiresAt === null)
        await unit.keys.retire(each.kid, later(now, PUBLISH_AHEAD_SECONDS + OVERLAP_SECONDS));
    await logKeyEvent(unit, 'signing-key.rotated', key, now);
    await unit.feed.changed('keys', key.kid);
    return { kid: key.kid, activeFrom };
  });
}

/**
 * Revokes a compromised key at once: its tokens are invalid from the next feed event. If it was the signing key, a new key
 * takes over at once.
 *
 * @returns the key that signs from now on
 * @throws AccessError `not_found`
 */
export async function revokeSigningKey(
  deps: Deps,
  signers: Signers,
  kid: string,
): Promise<{ successor: string }> {
  // A signer that makes keys may be out of reach. A key that has a successor is revoked without it.
  const revoked =
    (await revokeWith(deps, kid, null)) ?? (await revokeWith(deps, kid, await signers.make('token')));
  if (revoked === null) throw new Error('a revocation with a new key needs no other one');
  return revoked;
}

/** @param newKey the key that replaces the last one that signs. @returns null, with nothing changed, if it is needed and null */
function revokeWith(deps: Deps, kid: string, newKey: NewKey | null): Promise<{ successor: string } | null> {
  return deps.store.signingKeys.write(async (unit) => {
    const now = deps.clock.now();
    const keys = await unit.keys.list('token');
    const key = keys.find((each) => each.kid === kid && each.revokedAt === null);
    if (key === undefined) throw new AccessError('not_found', 'There is no such signing key in use.');
    let successor = signingKey(
      keys.filter((each) => each.kid !== kid),
      now,
    );
    if (successor === undefined && newKey === null) return null;
    await unit.keys.revoke(kid, now.toISOString());
    await logKeyEvent(unit, 'signing-key.revoked', key, now);
    if (successor === undefined && newKey !== null) {
      successor = await insertKey(unit, 'token', newKey, now, now.toISOString());
      await logKeyEvent(unit, 'signing-key.created', successor, now);
    }
    await unit.feed.changed('keys', kid);
    return successor === undefined ? null : { successor: successor.kid };
  });
}

import { canonicalJson, encodeBase64url, type Hashing, type RecoveryJwk, utf8 } from '@countersign/contract';
import { requireFreshSignIn } from '../../domain/permissions.js';
import type { Person, Principal } from '../../domain/person.js';
import { type EnrolledPasskey, isActivePasskey, type RecoveryKey } from '../../domain/trust/passkey.js';
import { AccessError, notFound } from '../../errors.js';
import type { TenantUnit } from '../../ports/index.js';
import { passkeyNotice } from '../notices/notices.js';
import type { Deps } from '../shared/deps.js';
import { requireNoProvider, requireOwnTenant, requireTenantAccess } from '../shared/tenant-access.js';
import { readAsPerson } from '../shared/visible-objects.js';

/** `inTrust`: whether the current trust document lists it. */
export type ListedPasskey = EnrolledPasskey & { inTrust: boolean };
export type ListedRecoveryKey = RecoveryKey & { inTrust: boolean };

/** The passkeys and recovery keys of all the tenant's people, oldest first. @throws AccessError `forbidden`, `not_found` */
export function listAuthenticators(
  deps: Deps,
  principal: Principal,
  tenant: string,
): Promise<{ passkeys: ListedPasskey[]; recoveryKeys: ListedRecoveryKey[] }> {
  requireTenantAccess(principal, 'trust.read', tenant);
  return readAsPerson(deps, principal.person, async (unit) => {
    if ((await unit.organisation.tenant(tenant)) === null) throw notFound('tenant');
    const document = (await unit.trust.current(tenant))?.document;
    const named = new Set(document?.people.flatMap(({ passkeys }) => passkeys.map(({ id }) => id)));
    const printed = new Set(document?.recovery?.map(({ jwk }) => jwk.x));
    const passkeys = await unit.authenticators.passkeys(tenant);
    const recoveryKeys = await unit.authenticators.recoveryKeys(tenant);
    return {
      passkeys: passkeys.map((each) => ({ ...each, inTrust: named.has(each.id) })),
      recoveryKeys: recoveryKeys.map((each) => ({ ...each, inTrust: printed.has(each.jwk.x) })),
    };
  });
}

/**
 * Removes a passkey, after a fresh sign-in: the caller's own or, as the tenant's admin, anyone's. Its owner and the admins
 * are notified. A passkey that the current document or the open proposal lists is removed by the next document instead.
 *
 * @throws AccessError `forbidden`, `fresh_sign_in_required`, `not_found`, `conflict` if a trust document lists it
 */
export async function removePasskey(
  deps: Deps,
  principal: Principal,
  tenant: string,
  id: string,
): Promise<EnrolledPasskey> {
  if (principal.person.tenant !== tenant) throw notFound('tenant');
  return deps.store.forTenant(tenant, async (unit) => {
    const { actor } = await requireOwnTenant(unit, principal, 'passkey.remove', tenant);
    const now = deps.clock.now();
    // A stolen session must not take away the passkeys with which people approve and consent.
    requireFreshSignIn(principal, now);
    const { authenticators, trust, log, outbox } = unit;
    const passkey = isBase64url(id) ? await authenticators.passkey(id) : null;
    if (passkey === null || passkey.removedAt !== null) throw notFound('passkey');
    if (passkey.person !== actor.id && !actor.roles.includes('admin'))
      throw new AccessError('forbidden', 'Only its owner or an admin can remove a passkey.');
    const documents = [(await trust.current(tenant))?.document, (await trust.openProposal(tenant))?.document];
    if (documents.some((each) => each?.people.some(({ passkeys }) => passkeys.some((key) => key.id === id))))
      throw new AccessError(
        'conflict',
        'A trust document lists this passkey. The next document that leaves it out removes it.',
      );
    const at = now.toISOString();
    await authenticators.removePasskey(id, at);
    await log.append({
      type: 'passkey.removed',
      at,
      actor: actor.id,
      data: { person: passkey.person, credential: id },
    });
    await outbox.add(passkeyNotice(passkey, 'removed', at));
    return { ...passkey, removedAt: at };
  });
}

/**
 * Confirms another person's new passkey, as an admin of the tenant: it counts at once. Two people then stand for it, so
 * neither a stolen session nor a single mailbox is enough. Whom the tenant itself has just made an admin confirms nothing
 * before the cooling time is over: a stolen session or key could add two people who confirm each other.
 *
 * @param cooling seconds until a new passkey counts, and a new admin confirms
 * @throws AccessError `forbidden`, `fresh_sign_in_required`, `not_found`, `wrong_state` if it counts already
 */
export async function confirmPasskey(
  deps: Deps,
  principal: Principal,
  tenant: string,
  id: string,
  cooling: number,
): Promise<ListedPasskey> {
  if (principal.person.tenant !== tenant) throw notFound('tenant');
  return deps.store.forTenant(tenant, async (unit) => {
    const { actor, tenant: record } = await requireOwnTenant(unit, principal, 'passkey.confirm', tenant);
    if (principal.assurance === 'mail-code') requireNoProvider(record);
    const now = deps.clock.now();
    requireFreshSignIn(principal, now);
    const passkey = isBase64url(id) ? await unit.authenticators.passkey(id) : null;
    if (passkey === null || passkey.removedAt !== null) throw notFound('passkey');
    if (passkey.person === actor.id)
      throw new AccessError('forbidden', 'Another admin must confirm it: no one confirms their own passkey.');
    const since = await unit.organisation.rolesSince(actor.id);
    if (since !== null && now.getTime() < Date.parse(since) + cooling * 1_000)
      throw new AccessError(
        'forbidden',
        'You were added, or became an admin, too recently. Ask an admin of longer standing to confirm it.',
      );
    const at = now.toISOString();
    if (isActivePasskey(passkey, now) || !(await unit.authenticators.confirmPasskey(id, actor.id, at)))
      throw new AccessError('wrong_state', 'This passkey counts already.');
    await unit.log.append({
      type: 'passkey.confirmed',
      at,
      actor: actor.id,
      data: { person: passkey.person, credential: id },
    });
    return { ...passkey, activeFrom: at, confirmedBy: actor.id, inTrust: false };
  });
}

/** Other texts are not credential ids; the store is not queried for them. */
const isBase64url = (text: string): boolean => /^[A-Za-z0-9_-]+$/.test(text);

/**
 * Stores, after a fresh sign-in, the public half of a recovery key that the caller's browser made and printed. A person has
 * at most one; a new key replaces the old one.
 *
 * @throws AccessError `forbidden`, `fresh_sign_in_required`, `not_found`, `conflict` if it is registered already
 */
export async function addRecoveryKey(
  deps: Deps,
  principal: Principal,
  tenant: string,
  jwk: RecoveryJwk,
): Promise<ListedRecoveryKey> {
  if (principal.person.tenant !== tenant) throw notFound('tenant');
  return deps.store.forTenant(tenant, async (own) => {
    requireFreshSignIn(principal, deps.clock.now());
    const { actor } = await requireOwnTenant(own, principal, 'recovery-key.register', tenant);
    const at = deps.clock.now().toISOString();
    const earlier = (await own.authenticators.recoveryKeys(tenant)).find(({ person }) => person === actor.id);
    if (earlier !== undefined) await removeRecoveryKeyIn(own, earlier, actor, at);
    const id = thumbprint(deps.hashing, jwk);
    const key: RecoveryKey = { id, jwk, tenant, person: actor.id, createdAt: at, removedAt: null };
    await own.authenticators.addRecoveryKey(key);
    await own.log.append({
      type: 'recovery-key.registered',
      at,
      actor: actor.id,
      data: { person: actor.id, key: id, jwk },
    });
    return { ...key, inTrust: false };
  });
}

/** RFC 7638: only the required members, in order. Canonical JSON writes exactly that. */
const thumbprint = (hashing: Hashing, jwk: RecoveryJwk): string =>
  encodeBase64url(hashing.sha256(utf8(canonicalJson(jwk))));

/** If the trust document lists the old key, gateways still accept it. */
async function removeRecoveryKeyIn(
  { authenticators, log }: TenantUnit,
  key: RecoveryKey,
  actor: Person,
  at: string,
): Promise<void> {
  await authenticators.removeRecoveryKey(key.id, at);
  await log.append({
    type: 'recovery-key.removed',
    at,
    actor: actor.id,
    data: { person: key.person, key: key.id },
  });
}

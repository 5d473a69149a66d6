import type { ApiKeyState } from '@countersign/contract';
import { type ApiKey, apiKeyState, requireKeyLifetime, signInBy } from '../../domain/api-key.js';
import { requireFreshSignIn, requirePermission } from '../../domain/permissions.js';
import { normaliseEmail, type Person, type Principal } from '../../domain/person.js';
import { AccessError, noLongerKnown, notFound } from '../../errors.js';
import type { ApiKeysUnit } from '../../ports/index.js';
import { apiKeyNotice } from '../notices/notices.js';
import { requireUnclaimed } from '../shared/claimed-tenant.js';
import type { Deps } from '../shared/deps.js';
import { hexDigest, randomText } from '../shared/secrets.js';

const PREFIX = 'csk_';

/** A new key; `key` is shown this once and never stored. */
interface IssuedApiKey {
  id: string;
  key: string;
  principal: string;
  tenant: string | null;
  expiresAt: string;
}

/**
 * Makes an API key for a person, on the host. Without a tenant the e-mail address is looked up everywhere.
 *
 * @param ttl seconds
 * @throws AccessError `invalid_request` for a lifetime beyond 90 days; `not_found`; `conflict` if several persons have this
 *   address; `tenant_claimed` if only the person may make the key
 */
export async function createApiKey(
  deps: Deps,
  input: { email: string; tenant: string | null; ttl: number },
): Promise<IssuedApiKey> {
  requireKeyLifetime(input.ttl);
  const person = await findPerson(deps, input.email, input.tenant);
  return deps.store.apiKeys.write(async (unit) => {
    if (person.tenant !== null)
      await requireUnclaimed(unit.trust, [{ tenant: person.tenant, what: 'an API key for a person' }]);
    return issueIn(deps, unit, person, input.ttl, 'host');
  });
}

/**
 * Makes an API key for the caller, after a fresh sign-in: the key outlives the session.
 *
 * @param ttl seconds
 * @throws AccessError `forbidden` if it is not the person's own browser session, `fresh_sign_in_required`,
 *   `invalid_request` for a lifetime beyond 90 days
 */
export async function createOwnApiKey(deps: Deps, principal: Principal, ttl: number): Promise<IssuedApiKey> {
  requirePermission(principal, 'key.create');
  requireFreshSignIn(principal, deps.clock.now());
  requireKeyLifetime(ttl);
  return deps.store.apiKeys.write(async (unit) => {
    const person = await unit.organisation.person(principal.person.id);
    if (person === null || person.removedAt !== null) throw noLongerKnown();
    return issueIn(deps, unit, person, ttl, person.id);
  });
}

async function issueIn(
  deps: Deps,
  unit: ApiKeysUnit,
  person: Person,
  ttl: number,
  actor: string,
): Promise<IssuedApiKey> {
  const now = deps.clock.now();
  const secret = PREFIX + randomText(deps.random, 32);
  const key: ApiKey = {
    id: deps.ids.next('key'),
    hash: hexDigest(deps.hashing, secret),
    person: person.id,
    tenant: person.tenant,
    createdAt: now.toISOString(),
    expiresAt: new Date(now.getTime() + ttl * 1000).toISOString(),
    revokedAt: null,
    signedInAt: null,
  };
  await unit.apiKeys.insert(key);
  await logKeyEvent(unit, 'api-key.created', key, actor, now);
  const by = actor === 'host' ? 'host' : 'person';
  await unit.outboxOf(person.tenant).add(apiKeyNotice(key, by, key.createdAt));
  const { id, tenant, expiresAt } = key;
  return { id, key: secret, principal: person.email, tenant, expiresAt };
}

/** A key with its state now. `signInBy` is null if the person's side has no provider. */
export type ApiKeyView = ApiKey & { state: ApiKeyState; signInBy: string | null };

/** The caller's own keys, newest first, in any state. */
export async function listOwnApiKeys({ store, clock }: Deps, { person }: Principal): Promise<ApiKeyView[]> {
  return store.apiKeys.read(async (unit) => {
    const hasProvider = (await unit.organisation.oidc(person.tenant)) !== null;
    const keys = (await unit.apiKeys.ofPerson(person.id)).toReversed();
    return keys.map((key) => ({
      ...key,
      state: apiKeyState(key, hasProvider, clock.now()),
      signInBy: hasProvider ? signInBy(key) : null,
    }));
  });
}

/** @throws AccessError `not_found` if it is not the caller's own key, or is revoked already */
export function revokeOwnApiKey(deps: Deps, { person }: Principal, id: string): Promise<void> {
  return revokeIn(deps, id, person.id, (key) => key.person === person.id);
}

async function findPerson(deps: Deps, email: string, tenant: string | null): Promise<Person> {
  const normal = normaliseEmail(email);
  const known =
    normal === undefined ? [] : await deps.store.directory.read((unit) => unit.organisation.persons(normal));
  const matching = known.filter(
    (person) => person.removedAt === null && (tenant === null || person.tenant === tenant),
  );
  const [only] = matching;
  if (only === undefined) throw notFound('person');
  if (matching.length > 1)
    throw new AccessError('conflict', 'Several persons have this e-mail address. Name the tenant.');
  return only;
}

/** Logged on the person's side: a customer sees the keys of its own people. */
async function logKeyEvent(
  unit: ApiKeysUnit,
  type: 'api-key.created' | 'api-key.revoked',
  key: ApiKey,
  actor: string,
  now: Date,
): Promise<void> {
  const log = await unit.logOf(key.tenant);
  await log.append({
    type,
    at: now.toISOString(),
    actor,
    data: { key: key.id, person: key.person, expiresAt: key.expiresAt },
  });
}

/** @throws AccessError `not_found` if there is no such key or it is revoked already */
export function revokeApiKey(deps: Deps, id: string): Promise<void> {
  return revokeIn(deps, id, 'host', () => true);
}

function revokeIn(deps: Deps, id: string, actor: string, mayBe: (key: ApiKey) => boolean): Promise<void> {
  return deps.store.apiKeys.write(async (unit) => {
    const now = deps.clock.now();
    const key = await unit.apiKeys.find(id);
    if (key === null || !mayBe(key) || !(await unit.apiKeys.revoke(id, now.toISOString())))
      throw notFound('key');
    await logKeyEvent(unit, 'api-key.revoked', key, actor, now);
  });
}

/**
 * The principal of a presented key; `asleep` if its person has to sign in first; null if the key is unknown, expired or
 * revoked, or its person removed.
 */
export async function authenticateApiKey(
  deps: Deps,
  presented: string,
): Promise<Principal | 'asleep' | null> {
  if (!presented.startsWith(PREFIX)) return null;
  const now = deps.clock.now();
  return deps.store.apiKeys.read(async (unit) => {
    const found = await unit.apiKeys.findByHash(hexDigest(deps.hashing, presented));
    if (found === null || found.person.removedAt !== null) return null;
    const { key, person } = found;
    // Only a key that may be asleep needs the second read.
    const state = apiKeyState(key, true, now);
    const isAsleep = state === 'asleep' && (await unit.organisation.oidc(key.tenant)) !== null;
    if (isAsleep) return 'asleep';
    if (state !== 'valid' && state !== 'asleep') return null;
    return { person, channel: 'api', assurance: 'api-key', keyCreatedAt: key.createdAt };
  });
}

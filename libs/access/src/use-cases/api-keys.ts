import { AccessError, notFound } from '../errors.js';
import { normaliseEmail } from '../organisation/email.js';
import type { Person, Principal } from '../organisation/person.js';
import type { ApiKey } from '../ports/credentials.js';
import type { VendorUnit } from '../ports/store.js';
import type { Deps } from './deps.js';
import { hexDigest, randomText } from './secrets.js';
import { sideLog } from './side-log.js';

const PREFIX = 'csk_';

/** A new key; `key` is shown this once and never stored. */
export interface IssuedApiKey {
  id: string;
  key: string;
  principal: string;
  tenant: string | null;
  expiresAt: string;
}

/**
 * Makes an API key for a person, on the host. Without a tenant the e-mail is looked up everywhere.
 *
 * @param ttl seconds
 * @throws AccessError `not_found`; `conflict` where several persons have this e-mail
 */
export async function createApiKey(
  deps: Deps,
  input: { email: string; tenant: string | null; ttl: number },
): Promise<IssuedApiKey> {
  const person = await findPerson(deps, input.email, input.tenant);
  const now = deps.clock.now();
  const secret = PREFIX + randomText(deps.random, 32);
  const key: ApiKey = {
    id: deps.ids.next('key'),
    hash: hexDigest(deps.hashing, secret),
    person: person.id,
    tenant: person.tenant,
    createdAt: now.toISOString(),
    expiresAt: new Date(now.getTime() + input.ttl * 1000).toISOString(),
    revokedAt: null,
  };
  await deps.store.asVendor(async (unit) => {
    await unit.apiKeys.insert(key);
    await logKeyEvent(unit, 'api-key.created', key, now);
  });
  return {
    id: key.id,
    key: secret,
    principal: person.email,
    tenant: person.tenant,
    expiresAt: key.expiresAt,
  };
}

async function findPerson(deps: Deps, email: string, tenant: string | null): Promise<Person> {
  const normal = normaliseEmail(email);
  const known = normal === undefined ? [] : await deps.store.readAsVendor((unit) => unit.persons(normal));
  const matching = known.filter(
    (person) => person.removedAt === null && (tenant === null || person.tenant === tenant),
  );
  const [only] = matching;
  if (only === undefined) throw notFound('person');
  if (matching.length > 1)
    throw new AccessError('conflict', 'Several persons have this e-mail. Say which tenant is meant.');
  return only;
}

/** A key belongs to the log of its person's side: a customer sees the keys of its own people. */
async function logKeyEvent(unit: VendorUnit, type: string, key: ApiKey, now: Date): Promise<void> {
  const log = await sideLog(unit, key.tenant);
  await log.append({
    type,
    at: now.toISOString(),
    actor: 'host',
    data: { key: key.id, person: key.person, expiresAt: key.expiresAt },
  });
}

/** @throws AccessError `not_found` where there is no such key or it is revoked already */
export function revokeApiKey(deps: Deps, id: string): Promise<void> {
  return deps.store.asVendor(async (unit) => {
    const now = deps.clock.now();
    const key = await unit.apiKeys.find(id);
    if (key === null || !(await unit.apiKeys.revoke(id, now.toISOString()))) throw notFound('key');
    await logKeyEvent(unit, 'api-key.revoked', key, now);
  });
}

/** Who a presented key is; null where it is unknown, expired or revoked, or its person removed. */
export async function authenticateApiKey(deps: Deps, presented: string): Promise<Principal | null> {
  if (!presented.startsWith(PREFIX)) return null;
  const found = await deps.store.readAsVendor((unit) =>
    unit.apiKeys.findByHash(hexDigest(deps.hashing, presented)),
  );
  if (found === null) return null;
  const { key, person } = found;
  const alive = key.revokedAt === null && deps.clock.now().getTime() < Date.parse(key.expiresAt);
  if (!alive || person.removedAt !== null) return null;
  return { person, channel: 'api', assurance: 'api-key' };
}

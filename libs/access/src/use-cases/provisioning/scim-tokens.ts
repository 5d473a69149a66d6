import type { ScimToken } from '../../domain/provisioning.js';
import { AccessError, notFound } from '../../errors.js';
import type { ScimTokensUnit } from '../../ports/index.js';
import type { Deps } from '../shared/deps.js';
import { hexDigest, randomText } from '../shared/secrets.js';

const PREFIX = 'csm_';

/** A new token; `token` is shown this once and never stored. */
interface IssuedScimToken {
  id: string;
  token: string;
  tenant: string | null;
  expiresAt: string;
}

/**
 * Makes a token for the SCIM client of one side, on the host. In a claimed tenant such a client only takes access away, so
 * the vendor's host may make one there too.
 *
 * @param tenant null for the vendor
 * @param ttl seconds
 * @throws AccessError `not_found` if there is no such tenant; `conflict` if the organisation file gives this side no `scim`
 */
export function createScimToken(deps: Deps, tenant: string | null, ttl: number): Promise<IssuedScimToken> {
  return deps.store.scimTokens.write(async (unit) => {
    if (tenant !== null && (await unit.organisation.tenant(tenant)) === null) throw notFound('tenant');
    if ((await unit.organisation.scim(tenant)) === null)
      throw new AccessError(
        'conflict',
        'This side accepts no SCIM client. Add `scim` to it in the organisation file and apply that first.',
      );
    const now = deps.clock.now();
    const secret = PREFIX + randomText(deps.random, 32);
    const token: ScimToken = {
      id: deps.ids.next('sct'),
      hash: hexDigest(deps.hashing, secret),
      tenant,
      createdAt: now.toISOString(),
      expiresAt: new Date(now.getTime() + ttl * 1000).toISOString(),
      revokedAt: null,
    };
    await unit.scimTokens.insert(token);
    await logTokenEvent(unit, 'scim-token.created', token, now);
    return { id: token.id, token: secret, tenant, expiresAt: token.expiresAt };
  });
}

/** @throws AccessError `not_found` if there is no such token or it is revoked already */
export function revokeScimToken(deps: Deps, id: string): Promise<void> {
  return deps.store.scimTokens.write(async (unit) => {
    const now = deps.clock.now();
    const token = await unit.scimTokens.find(id);
    if (token === null || !(await unit.scimTokens.revoke(id, now.toISOString()))) throw notFound('token');
    await logTokenEvent(unit, 'scim-token.revoked', token, now);
  });
}

/** Logged on the token's side: a customer sees who may provision its people. */
async function logTokenEvent(
  unit: ScimTokensUnit,
  type: 'scim-token.created' | 'scim-token.revoked',
  token: ScimToken,
  now: Date,
): Promise<void> {
  const log = await unit.logOf(token.tenant);
  const { id, expiresAt } = token;
  await log.append({ type, at: now.toISOString(), actor: 'host', data: { token: id, expiresAt } });
}

/**
 * The side of a presented token; undefined if the token is unknown, expired or revoked, or if the organisation file gives
 * this side no `scim` any more.
 */
export async function authenticateScimToken(
  deps: Deps,
  presented: string,
): Promise<{ tenant: string | null } | undefined> {
  if (!presented.startsWith(PREFIX)) return undefined;
  return deps.store.scimTokens.read(async (unit) => {
    const token = await unit.scimTokens.findByHash(hexDigest(deps.hashing, presented));
    const isValid =
      token !== null &&
      token.revokedAt === null &&
      deps.clock.now().getTime() < Date.parse(token.expiresAt) &&
      (await unit.organisation.scim(token.tenant)) !== null;
    return isValid ? { tenant: token.tenant } : undefined;
  });
}

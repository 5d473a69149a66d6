import { encodeBase64url, type ServiceDefinition, type Terms, toInstant } from '@countersign/contract';
import {
  type BrowserSession,
  CODE_SECONDS,
  grantOfSecret,
  MAX_BROWSERS,
} from '../../domain/browser-session.js';
import { serves, servesTenant } from '../../domain/gateway-binding.js';
import type { Grant } from '../../domain/grant.js';
import type { Principal } from '../../domain/person.js';
import { AccessError, notFound } from '../../errors.js';
import type { EnrolledGateway, TenantUnit } from '../../ports/index.js';
import type { Deps, SigningDeps } from '../shared/deps.js';
import { hexDigest, randomText } from '../shared/secrets.js';
import { loadVisibleGrant, locateGrant } from '../shared/visible-objects.js';
import { releaseGrantIn, requireNotEnded } from './end-grant.js';
import { type MintedToken, prepareIn, requireHolder, signPrepared, type TokenMinter } from './mint-token.js';

/** The gateway that acts for a browser, with its services and tenants. */
type RequestingGateway = Pick<EnrolledGateway, 'id' | 'services' | 'tenants'>;

const SECRET_BYTES = 32;

/** The code of a new browser, and of what it opens: the service's origin and map, and the grant's terms. */
type StartedBrowserSession = {
  code: string;
  origin: string;
  terms: Terms;
  service: ServiceDefinition;
};

/**
 * Issues a code that a gateway exchanges for a session of the engineer's browser at the service's own host. This is the
 * authorization code flow of OAuth 2.0 with PKCE (RFC 6749 §4.1, RFC 7636): only the browser that began at the gateway has the
 * verifier of `challenge`.
 *
 * @param challenge BASE64URL(SHA-256(verifier))
 * @param from the browser's address, null if it is not known; and the web session that it has here, null for an API key
 * @returns the code, and the origin of the service
 * @throws AccessError `not_found`, `forbidden`, `grant_not_active`, `conflict` if the service has no origin for browsers
 */
export async function startBrowserSession(
  deps: Deps,
  principal: Principal,
  id: string,
  challenge: string,
  from: Pick<BrowserSession, 'address' | 'webSession'>,
): Promise<StartedBrowserSession> {
  return deps.store.forTenant(locateGrant(principal, id), async (unit) => {
    const { grant, person } = await loadVisibleGrant(unit, principal, id);
    requireHolder(principal, grant, person);
    requireNotEnded(grant);
    const service = await unit.organisation.service(grant.service);
    const origin = service?.upstream?.origin;
    const terms = (await unit.requests.find(grant.request))?.terms;
    if (terms === undefined) throw notFound('grant');
    if (service === null || origin === undefined)
      throw new AccessError('conflict', 'This service has no origin of its own for browsers.');
    const now = deps.clock.now();
    const code = newSecret(deps, grant);
    await deleteExcessSessions(unit, grant, now, 'code');
    await unit.browserSessions.insert({
      id: deps.ids.next('ses'),
      tenant: unit.tenant,
      grant: grant.id,
      requester: person.id,
      service: grant.service,
      challenge,
      codeHash: hexDigest(deps.hashing, code),
      codeUntil: new Date(now.getTime() + CODE_SECONDS * 1_000).toISOString(),
      secretHash: null,
      createdAt: now.toISOString(),
      ...from,
    });
    return { code, origin, terms, service: service.definition };
  });
}

/**
 * Exchanges a code for the secret of a session. A code can be used once.
 *
 * @param verifier the text whose hash is the code's challenge
 * @throws AccessError `not_found` for a code that is unknown, used, too old, of another browser or of another service
 */
export async function openBrowserSession(
  deps: Deps,
  gateway: RequestingGateway,
  { code, verifier, service }: { code: string; verifier: string; service: string },
): Promise<{ session: string; grant: string }> {
  return withGrantOfSecret(deps, gateway, { secret: code, service }, async (unit, grant) => {
    const hash = hexDigest(deps.hashing, code);
    const found = (await unit.browserSessions.ofGrant(grant.id)).find(({ codeHash }) => codeHash === hash);
    const now = deps.clock.now();
    if (
      found === undefined ||
      found.codeUntil <= now.toISOString() ||
      !provesChallenge(deps, found, verifier)
    )
      throw notFound('session');
    requireNotEnded(grant);
    await deleteExcessSessions(unit, grant, now, 'browser');
    const secret = newSecret(deps, grant);
    if (!(await unit.browserSessions.open(found, hexDigest(deps.hashing, secret)))) throw notFound('session');
    await unit.log.append({
      type: 'browser.opened',
      at: toInstant(now),
      actor: grant.requester,
      data: {
        grant: grant.id,
        request: grant.request,
        requester: grant.requester,
        session: found.id,
        gateway: gateway.id,
      },
    });
    return { session: secret, grant: grant.id };
  });
}

/**
 * Mints a token for a browser session, by the same rules as for the engineer who requests one. A session ends with the web
 * session from which it was opened: after a sign-out it gets no further token.
 *
 * @throws AccessError `not_found` for an unknown session, one of another service, or one that has ended; `grant_not_active`
 */
export async function tokenOfBrowserSession(
  deps: SigningDeps,
  minter: TokenMinter,
  gateway: RequestingGateway,
  request: { session: string; service: string },
): Promise<MintedToken> {
  const from = { secret: request.session, service: request.service };
  const find = (unit: TenantUnit, grant: Grant) => requireSession(deps, unit, grant, request.session);
  const { webSession } = await withGrantOfSecret(deps, gateway, from, find);
  if (!(await isStillSignedIn(deps, webSession))) throw notFound('session');
  const prepared = await withGrantOfSecret(deps, gateway, from, async (unit, grant) => {
    const { address } = await find(unit, grant);
    const holder = await unit.organisation.person(grant.requester);
    if (holder === null || holder.removedAt !== null) throw notFound('session');
    return prepareIn(deps, minter, unit, grant, holder, address);
  });
  return signPrepared(prepared);
}

/**
 * Releases the grant of a browser session, as its engineer, and so ends all sessions of the grant. It takes access away, so it needs
 * only the session itself: the person may have signed out at the broker.
 *
 * @throws AccessError `not_found` for an unknown session, one of another service, or one that has ended
 */
export async function releaseByBrowserSession(
  deps: Deps,
  gateway: RequestingGateway,
  { session, service }: { session: string; service: string },
): Promise<void> {
  await withGrantOfSecret(deps, gateway, { secret: session, service }, async (unit, grant) => {
    await requireSession(deps, unit, grant, session);
    await releaseGrantIn(deps, unit, grant);
  });
}

/** The session of the grant with this secret. @throws AccessError `not_found` */
async function requireSession(
  { hashing }: Deps,
  { browserSessions }: TenantUnit,
  { id }: Grant,
  secret: string,
): Promise<BrowserSession> {
  const hash = hexDigest(hashing, secret);
  const found = (await browserSessions.ofGrant(id)).find(({ secretHash }) => secretHash === hash);
  if (found === undefined) throw notFound('session');
  return found;
}

/**
 * Whether the web session has neither ended nor reached its absolute limit. Its idle limit does not count, because a person who works
 * in the service does not use the broker's pages. A browser that was opened with an API key has no web session.
 */
async function isStillSignedIn({ store, clock }: Deps, webSession: string | null): Promise<boolean> {
  if (webSession === null) return true;
  const session = await store.sessions.read((unit) => unit.sessions.find(webSession));
  return (
    session !== null && session.endedAt === null && clock.now().getTime() < Date.parse(session.expiresAt)
  );
}

/** Runs `work` in the tenant of the grant that a secret names, if this gateway serves that grant at this service. */
async function withGrantOfSecret<T>(
  deps: Deps,
  gateway: RequestingGateway,
  { secret, service }: { secret: string; service: string },
  work: (unit: TenantUnit, grant: Grant) => Promise<T>,
): Promise<T> {
  const id = grantOfSecret(secret);
  const owner =
    id === undefined ? null : await deps.store.directory.read((unit) => unit.directory.ownerOf('grant', id));
  if (id === undefined || owner === null || !servesTenant(gateway, owner.tenant)) throw notFound('session');
  return deps.store.forTenant(owner.tenant, async (unit) => {
    const grant = await unit.grants.find(id);
    if (grant === null || grant.service !== service || !serves(gateway, grant)) throw notFound('session');
    return work(unit, grant);
  });
}

/**
 * Deletes codes that have expired. A new code takes the place of the oldest code if there are too many, and a new browser that of
 * the oldest browser: anyone can make a link that gives out a code, and no link may sign browsers out.
 */
async function deleteExcessSessions(
  unit: TenantUnit,
  grant: Grant,
  now: Date,
  wanted: 'code' | 'browser',
): Promise<void> {
  const known = await unit.browserSessions.ofGrant(grant.id);
  const stale = known.filter(
    ({ codeHash, codeUntil }) => codeHash !== null && codeUntil <= now.toISOString(),
  );
  const sessions = known.filter(
    (session) => !stale.includes(session) && (session.codeHash !== null) === (wanted === 'code'),
  );
  const oldest = sessions.slice(0, Math.max(0, sessions.length - MAX_BROWSERS + 1));
  await unit.browserSessions.drop([...stale, ...oldest].map(({ id }) => id));
}

const provesChallenge = ({ hashing }: Deps, { challenge }: BrowserSession, verifier: string): boolean =>
  encodeBase64url(hashing.sha256(new TextEncoder().encode(verifier))) === challenge;

const newSecret = ({ random }: Deps, { id }: Grant): string => `${id}.${randomText(random, SECRET_BYTES)}`;

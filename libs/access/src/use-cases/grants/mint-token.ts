import { type Signature, type Terms, toInstant } from '@countersign/contract';
import { dueStep, type Grant, isUsable, type StartedGrant } from '../../domain/grant.js';
import { requirePermission } from '../../domain/permissions.js';
import type { Person, Principal } from '../../domain/person.js';
import { AccessError, notFound } from '../../errors.js';
import { evaluate } from '../../policy/evaluate.js';
import { requestedByTerms } from '../../policy/requested-access.js';
import type { TenantUnit } from '../../ports/index.js';
import { loadPolicyContext } from '../evaluation/load-context.js';
import type { SigningDeps } from '../shared/deps.js';
import { loadVisibleGrant, locateGrant } from '../shared/visible-objects.js';
import { superviseTokenIn } from '../supervision/supervise-token.js';
import { earliestConsentEnd, loadConsents, loadCountersignatures } from './countersignatures.js';
import { activateIn, startOnFirstUseIn } from './start-grant.js';

/** What goes into a grant token. The minter adds issuer, key and lifetime. */
export interface MintInput {
  grant: StartedGrant;
  terms: Terms;
  /** The customer's signatures that the token carries. */
  countersignatures: readonly Signature[];
  audience: string;
  tokenTtl: number;
  now: Date;
}

export interface MintedToken {
  token: string;
  jti: string;
  /** Seconds from now. */
  expiresIn: number;
  expiresAt: string;
}

/** A token that is complete but for its signature. */
export interface UnsignedToken extends Omit<MintedToken, 'token'> {
  /** @returns the token. It may take its time, and may fail: see `Signer` */
  sign(): Promise<string>;
}

/** Writes and signs tokens, and decides nothing. Only the broker has one. */
export interface TokenMinter {
  prepare(input: MintInput): UnsignedToken;
}

/**
 * Mints a token of an active grant for the engineer who holds it. The evaluator runs again: a grant that the rules no
 * longer allow gets no new token. The first token starts a grant that waits for its first use, in the same transaction. A
 * scheduled grant whose start has come does not wait for the scheduler. A rule about the country from which the token is fetched
 * may pause or end the grant instead; that is committed.
 *
 * The event `token.minted` is committed before the token is signed, so there is no token that the log does not have. If the signer
 * fails, or the broker stops in between, the log has a token that no one got; the grant's window may have begun. A retry
 * mints another one.
 *
 * @param address the client's; null if it is not known
 * @throws AccessError `not_found`, `forbidden`, `grant_not_active`
 */
export async function mintToken(
  deps: SigningDeps,
  minter: TokenMinter,
  principal: Principal,
  id: string,
  address: string | null = null,
): Promise<MintedToken> {
  const prepared = await deps.store.forTenant(locateGrant(principal, id), async (unit) => {
    const { grant: stored, person } = await loadVisibleGrant(unit, principal, id);
    requireHolder(principal, stored, person);
    return prepareIn(deps, minter, unit, stored, person, address);
  });
  return signPrepared(prepared);
}

/**
 * Called after the unit of work, so that what it did is committed: the event of the token, or the pause or the end that the rule
 * caused. @throws AccessError `grant_not_active`; what the signer throws
 */
export async function signPrepared(prepared: UnsignedToken | null): Promise<MintedToken> {
  if (prepared !== null) {
    const { sign, ...about } = prepared;
    return { token: await sign(), ...about };
  }
  throw new AccessError(
    'grant_not_active',
    'A rule of supervision has paused or ended this grant: the token was requested from another country than the terms state, or from an unknown one.',
  );
}

/** @throws AccessError `forbidden` unless it is the engineer's own grant, and they may use grants */
export function requireHolder(principal: Principal, grant: Grant, person: Person): void {
  requirePermission(principal, 'grant.token', person);
  if (grant.requester !== person.id)
    throw new AccessError('forbidden', 'Only the engineer who holds the grant gets a token.');
}

/**
 * Prepares a token for the engineer who holds the grant, inside a unit of work. `signPrepared` signs it afterwards.
 *
 * @param address the client's; null if it is not known
 * @returns null if a rule of supervision has paused or ended the grant because of the address
 * @throws AccessError `grant_not_active`
 */
export async function prepareIn(
  deps: SigningDeps,
  minter: TokenMinter,
  unit: TenantUnit,
  stored: Grant,
  holder: Person,
  address: string | null,
): Promise<UnsignedToken | null> {
  const now = deps.clock.now();
  const { terms, audience, tokenTtl } = await requireStillAllowed(unit, stored, holder, now);
  await requireNotStopped(unit, terms.tenant, stored);
  const grant = await startedGrant(unit, stored, terms, now);
  const { country, isRefused } = await superviseTokenIn(deps, unit, { grant, terms }, address, now);
  if (isRefused) return null;
  const countersignatures = await loadCountersignatures(deps, unit, grant, terms);
  const prepared = minter.prepare({ grant, terms, countersignatures, audience, tokenTtl, now });
  await unit.log.append({
    type: 'token.minted',
    at: toInstant(now),
    actor: holder.id,
    data: {
      grant: grant.id,
      request: grant.request,
      requester: grant.requester,
      digest: grant.digest,
      jti: prepared.jti,
      expiresAt: prepared.expiresAt,
      ...(country === null ? {} : { country }),
    },
  });
  return prepared;
}

/** The grant, started if this is its first token. @throws AccessError `grant_not_active` outside its window */
async function startedGrant(unit: TenantUnit, grant: Grant, terms: Terms, now: Date): Promise<StartedGrant> {
  if (grant.state === 'scheduled' && grant.startsAt === null) {
    const latest = earliestConsentEnd(await loadConsents(unit, grant, terms));
    const seconds = Math.min(terms.seconds, Math.floor((latest - now.getTime()) / 1_000));
    if (seconds <= 0)
      throw new AccessError('grant_not_active', 'The window that the customer signed is over.');
    return startOnFirstUseIn(unit, grant, seconds, now);
  }
  const opened = dueStep(grant, now) === 'activate' ? await activateIn(unit, grant, now) : grant;
  if (!isUsable(opened, now)) throw notActive(opened);
  return opened;
}

/** Checks for a customer's signed stop of this digest. A stop of the whole tenant is a rule of the evaluator. */
async function requireNotStopped({ stops }: TenantUnit, tenant: string, { digest }: Grant): Promise<void> {
  if ((await stops.standing([tenant])).some((stop) => stop.digest === digest))
    throw new AccessError('grant_not_active', 'The customer has stopped this grant.');
}

function notActive({ startsAt, endsAt, state, endReason }: Grant): AccessError {
  const why =
    state === 'ended' ? `it has ended: ${endReason}` : `it is open from ${startsAt} until ${endsAt}`;
  return new AccessError('grant_not_active', `This grant is not active (${why}).`);
}

/** True if the grant is in a state in which a token could be minted now. */
const isMintable = (grant: Grant, now: Date): boolean =>
  isUsable(grant, now) ||
  (grant.state === 'scheduled' &&
    (grant.startsAt === null ? dueStep(grant, now) === null : dueStep(grant, now) === 'activate'));

async function requireStillAllowed(
  unit: TenantUnit,
  grant: Grant,
  requester: Principal['person'],
  now: Date,
) {
  if (!isMintable(grant, now)) throw notActive(grant);
  const request = await unit.requests.find(grant.request);
  if (request === null) throw notFound('grant');
  const access = requestedByTerms(request.terms, request.reasonCode);
  const context = await loadPolicyContext(unit, access, {
    stage: 'mint',
    grant: grant.id,
    now,
    requester,
    openRequests: 0,
    terms: request.terms,
  });
  const { refusals } = evaluate(access, context);
  if (refusals.length > 0 || context.service === null)
    throw new AccessError('grant_not_active', 'The rules no longer allow this access.', {
      refusals,
    });
  return {
    terms: request.terms,
    audience: context.service.definition.audience,
    tokenTtl: context.policy.tokenTtl,
  };
}

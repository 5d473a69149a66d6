import { type Signature, type Terms, toInstant } from '@countersign/contract';
import { dueStep, type Grant, isUsable, type StartedGrant } from '../../domain/grant.js';
import { requirePermission } from '../../domain/permissions.js';
import type { Principal } from '../../domain/person.js';
import { AccessError, notFound } from '../../errors.js';
import { evaluate } from '../../policy/evaluate.js';
import { requestedByTerms } from '../../policy/requested-access.js';
import type { TenantUnit } from '../../ports/index.js';
import { loadPolicyContext } from '../evaluation/load-context.js';
import { earliestConsentEnd, loadConsents, loadCountersignatures } from '../requests/countersignatures.js';
import type { SigningDeps } from '../shared/deps.js';
import { grantInSight, locateGrant } from '../shared/locate.js';
import { activateIn, startOnFirstUseIn } from './activate-grant.js';

/** What goes into a grant token; the minter adds issuer, key and life. */
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

/** Signs; decides nothing. Only the broker has one. */
export interface TokenMinter {
  mint(input: MintInput): MintedToken;
}

/**
 * Mints a token of an active grant for the engineer who holds it. The evaluator runs again: what the rules
 * no longer allow gets no new token. The first token starts a grant that waits for its first use, in the same
 * transaction; a scheduled one whose time has come need not wait for the job.
 *
 * @throws AccessError `not_found`, `forbidden`, `grant_not_active`
 */
export async function mintToken(
  deps: SigningDeps,
  minter: TokenMinter,
  principal: Principal,
  id: string,
): Promise<MintedToken> {
  return deps.store.forTenant(locateGrant(principal, id), async (unit) => {
    const { grant: stored, person } = await grantInSight(unit, principal, id);
    requirePermission(person, 'grant.token');
    if (stored.requester !== person.id)
      throw new AccessError(
        'forbidden',
        'A token is given to the engineer who holds the grant, to nobody else.',
      );
    const now = deps.clock.now();
    await notStopped(unit, stored);
    const { terms, audience, tokenTtl } = await stillAllowed(unit, stored, person, now);
    const grant = await begun(unit, stored, terms, now);
    const countersignatures = await loadCountersignatures(deps, unit, grant, terms);
    const minted = minter.mint({ grant, terms, countersignatures, audience, tokenTtl, now });
    await unit.log.append({
      type: 'token.minted',
      at: toInstant(now),
      actor: person.id,
      data: {
        grant: grant.id,
        request: grant.request,
        requester: grant.requester,
        digest: grant.digest,
        jti: minted.jti,
        expiresAt: minted.expiresAt,
      },
    });
    return minted;
  });
}

/** The grant as it is once its first token is given. @throws AccessError `grant_not_active` outside its window */
async function begun(unit: TenantUnit, grant: Grant, terms: Terms, now: Date): Promise<StartedGrant> {
  if (grant.state === 'scheduled' && grant.startsAt === null) {
    const latest = earliestConsentEnd(await loadConsents(unit, grant, terms));
    const seconds = Math.min(terms.seconds, Math.floor((latest - now.getTime()) / 1_000));
    if (seconds <= 0) throw new AccessError('grant_not_active', 'What the customer signed is over already.');
    return startOnFirstUseIn(unit, grant, seconds, now);
  }
  const opened = dueStep(grant, now) === 'activate' ? await activateIn(unit, grant, now) : grant;
  if (!isUsable(opened, now)) throw notActive(opened);
  return opened;
}

/** The customer's signed stop of this very digest. One of everything is the evaluator's to see. */
async function notStopped({ stops }: TenantUnit, { tenant, digest }: Grant): Promise<void> {
  if ((await stops.standing(tenant)).some((stop) => stop.digest === digest))
    throw new AccessError('grant_not_active', 'The customer has stopped this grant.');
}

function notActive({ startsAt, endsAt, state, endReason }: Grant): AccessError {
  const why =
    state === 'ended' ? `it has ended: ${endReason}` : `it is open from ${startsAt} until ${endsAt}`;
  return new AccessError('grant_not_active', `This grant is not active (${why}).`);
}

/** True if a token could be given now if the rules still allow it. */
const mayBegin = (grant: Grant, now: Date): boolean =>
  isUsable(grant, now) ||
  (grant.state === 'scheduled' &&
    (grant.startsAt === null ? dueStep(grant, now) === null : dueStep(grant, now) === 'activate'));

async function stillAllowed(unit: TenantUnit, grant: Grant, requester: Principal['person'], now: Date) {
  if (!mayBegin(grant, now)) throw notActive(grant);
  const request = await unit.requests.find(grant.request);
  if (request === null) throw notFound('grant');
  const ask = requestedByTerms(request.terms);
  const context = await loadPolicyContext(unit, ask, {
    stage: 'mint',
    now,
    requester,
    openRequests: 0,
    terms: request.terms,
  });
  const { refusals } = evaluate(ask, context);
  if (refusals.length > 0 || context.service === null)
    throw new AccessError('grant_not_active', 'The rules no longer allow what this grant opens.', {
      refusals,
    });
  return {
    terms: request.terms,
    audience: context.service.definition.audience,
    tokenTtl: context.policy.tokenTtl,
  };
}

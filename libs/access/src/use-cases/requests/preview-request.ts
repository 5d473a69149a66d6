import type { ScopeEntry } from '@countersign/contract';
import { requirePermission } from '../../domain/permissions.js';
import type { Principal } from '../../domain/person.js';
import { AccessError } from '../../errors.js';
import { effectivePolicy } from '../../policy/effective-policy.js';
import { type Evaluation, evaluate, withDefaultBudget } from '../../policy/evaluate.js';
import type { RequestedAccess } from '../../policy/requested-access.js';
import type { OrganisationView } from '../../ports/index.js';
import { demandRefusals } from '../demands/requested-demand.js';
import { loadPolicyContext } from '../evaluation/load-context.js';
import type { Deps } from '../shared/deps.js';
import { readAsPerson } from '../shared/visible-objects.js';
import { type AccessRequestInput, draftTerms } from './draft-terms.js';
import { normaliseRequest } from './request-input.js';

/**
 * Says what a request would lead to, by the same evaluator that decides about the request itself. Writes nothing.
 *
 * @throws AccessError `forbidden`, `invalid_request`
 */
export async function previewRequest(
  deps: Deps,
  principal: Principal,
  input: AccessRequestInput,
): Promise<Evaluation> {
  requirePermission(principal, 'request.create');
  const now = deps.clock.now();
  const requested = normaliseOrRefuse(input, now);
  if ('refusals' in requested) return requested;
  const refusedDemand = await demandRefusals(deps, principal.person, input);
  if (refusedDemand.length > 0) return { refusals: refusedDemand, needs: null, invitation: null };
  return readAsPerson(deps, principal.person, async (unit) => {
    const context = await loadPolicyContext(unit, requested, {
      stage: 'request',
      now,
      requester: principal.person,
      openRequests: await unit.requests.countOpen(requested.tenant, principal.person.id),
      terms: null,
    });
    const access = withDefaultBudget(requested, context);
    const { service, tenant, policy } = context;
    if (service === null || tenant === null) return evaluate(access, context);
    const { terms } = draftTerms(
      deps,
      { ...input, ...access },
      {
        requester: principal.person,
        routes: service.routes,
        requestTtl: policy.requestTtl,
        now,
        invitation: context.invitationMatch.invitation,
      },
    );
    return evaluate(access, { ...context, terms });
  });
}

/** The request for the evaluator, or the refusal of a scope that is too long to evaluate. */
function normaliseOrRefuse(input: AccessRequestInput, now: Date): RequestedAccess | Evaluation {
  try {
    return normaliseRequest(input, now);
  } catch (error) {
    if (error instanceof AccessError && error.code === 'request_refused')
      return { refusals: [...error.refusals], needs: null, invitation: null };
    throw error;
  }
}

/** What a form can show before anyone sends a request. The evaluator decides about the request itself. */
interface RequestLimits {
  /** Longer is refused. */
  seconds: number;
  ticketRequired: boolean;
}

/**
 * The longest duration and whether a ticket is required, by the vendor's policy and the tenant's controls.
 *
 * @param requested an empty service or scope matches no rule; without a tenant only the vendor's policy applies
 * @throws AccessError `forbidden`
 */
export function requestLimits(
  deps: Deps,
  principal: Principal,
  asked: { tenant: string | null; service: string; scope: ScopeEntry[] },
): Promise<RequestLimits> {
  requirePermission(principal, 'request.create');
  const { tenant: slug } = asked;
  const limits = async ({
    organisation,
  }: {
    organisation: Pick<OrganisationView, 'tenant' | 'policy'>;
  }): Promise<RequestLimits> => {
    const tenant = slug === null ? null : await organisation.tenant(slug);
    const policy = effectivePolicy(await organisation.policy(), asked);
    const seconds = Math.min(policy.maxDuration, tenant?.controls.maxDuration ?? Number.POSITIVE_INFINITY);
    return { seconds, ticketRequired: policy.ticketRequired };
  };
  return slug === null ? deps.store.directory.read(limits) : deps.store.readForTenant(slug, limits);
}

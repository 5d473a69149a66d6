import { requirePermission } from '../../domain/permissions.js';
import type { Principal } from '../../domain/person.js';
import { AccessError } from '../../errors.js';
import { type Evaluation, evaluate } from '../../policy/evaluate.js';
import type { RequestedAccess } from '../../policy/requested-access.js';
import { type AccessRequestInput, draftTerms } from '../requests/draft-terms.js';
import { normaliseRequest } from '../requests/normalised-ask.js';
import type { Deps } from '../shared/deps.js';
import { readAs } from '../shared/read-as.js';
import { loadPolicyContext } from './load-context.js';

/**
 * Says what asking would lead to, by the evaluator that will judge the ask itself; writes nothing.
 *
 * @throws AccessError `forbidden`, `invalid_request`
 */
export async function previewRequest(
  deps: Deps,
  principal: Principal,
  input: AccessRequestInput,
): Promise<Evaluation> {
  requirePermission(principal.person, 'request.create');
  const now = deps.clock.now();
  const ask = judgeable(input, now);
  if ('refusals' in ask) return ask;
  return readAs(deps, principal.person, async (unit) => {
    const context = await loadPolicyContext(unit, ask, {
      stage: 'request',
      now,
      requester: principal.person,
      openRequests: await unit.requests.countOpen(ask.tenant, principal.person.id),
      terms: null,
    });
    const { service, tenant, policy } = context;
    if (service === null || tenant === null) return evaluate(ask, context);
    const { terms } = draftTerms(
      deps,
      { ...input, ...ask },
      {
        requester: principal.person,
        routes: service.routes,
        requestTtl: policy.requestTtl,
        now,
        invitation: context.invitationMatch.invitation,
      },
    );
    return evaluate(ask, { ...context, terms });
  });
}

/** The ask, or the refusal of a scope that is too long to be judged at all. */
function judgeable(input: AccessRequestInput, now: Date): RequestedAccess | Evaluation {
  try {
    return normaliseRequest(input, now);
  } catch (error) {
    if (error instanceof AccessError && error.code === 'request_refused')
      return { refusals: [...error.refusals], needs: null, invitation: null };
    throw error;
  }
}

import { DEMAND_TRANSITIONS, demandState, isSealed } from '../../domain/demand.js';
import { hasRole, type Person } from '../../domain/person.js';
import { AccessError, notFound, type Refusal, refusal } from '../../errors.js';
import type { DemandsUnit } from '../../ports/index.js';
import type { AccessRequestInput } from '../requests/draft-terms.js';
import type { Deps } from '../shared/deps.js';

/**
 * Why a request cannot answer the government demand that it names. Access for an authority always names one; no other access
 * does. The demand has to be about the tenant, and in a state that leads to a disclosure.
 *
 * A demand under a gag opens no access: such a grant, its calls and its counters would show in the customer's log and lists.
 *
 * @throws AccessError `invalid_request` if only one of basis and demand is given
 */
export async function demandRefusals(
  deps: Pick<Deps, 'store'>,
  requester: Person,
  { basis, demand: id, tenant }: Pick<AccessRequestInput, 'basis' | 'demand' | 'tenant'>,
): Promise<Refusal[]> {
  if ((basis === 'legal') !== (id !== undefined))
    throw new AccessError('invalid_request', 'The basis legal and a demand go together.', {
      pointer: basis === 'legal' ? '/demand' : '/basis',
    });
  // The evaluator refuses everyone else; what demands there are is not for them.
  if (id === undefined || !hasRole(requester, 'legal')) return [];
  const file = await deps.store.demands.read(async ({ demands }) => {
    const demand = await demands.find(id);
    return demand === null ? null : { demand, steps: await demands.steps(id) };
  });
  if (file === null || !file.demand.tenants.includes(tenant))
    return [refuse('There is no such demand about this customer.')];
  if (isSealed(file))
    return [refuse('A demand under a gag opens no access here. The gag has to end, or to be lifted, first.')];
  const state = demandState(file);
  return DEMAND_TRANSITIONS[state].includes('disclosed')
    ? []
    : [
        refuse(
          `The demand is ${state}. Access for a disclosure follows the answer of the redirected authority.`,
        ),
      ];
}

/**
 * Requires that a grant was made for this demand.
 *
 * @throws AccessError `invalid_request`
 */
export async function requireGrantOfDemand(
  { grants, requests }: Pick<DemandsUnit, 'grants' | 'requests'>,
  demand: string,
  id: string,
): Promise<void> {
  const grant = await grants.find(id);
  const request = grant === null ? null : await requests.find(grant.request);
  if (request?.demand !== demand)
    throw new AccessError('invalid_request', 'This grant was not made for this demand.', {
      pointer: '/grant',
      cause: notFound('grant'),
    });
}

const refuse = (detail: string): Refusal => refusal('basis_not_allowed', '/demand', detail);

import { type Basis, isSealedLog, latestEndOfTerms } from '@countersign/contract';
import {
  DEMAND_TRANSITIONS,
  type DemandFile,
  demandState,
  gagEnd,
  isOverdue,
  isSealed,
} from '../../domain/demand.js';
import { hasRole, type Person, type Principal } from '../../domain/person.js';
import { AccessError, notFound, type Refusal, refusal } from '../../errors.js';
import type { DemandsUnit } from '../../ports/index.js';
import type { Deps } from '../shared/deps.js';
import { readAsPerson } from '../shared/visible-objects.js';

/** What of a new request says whether it is access for an authority. */
export interface DemandedAccess {
  tenant: string;
  basis?: Basis;
  /** The government demand (`dem_…`) that it answers. */
  demand?: string;
}

/**
 * Why a request cannot answer the government demand that it names. Access for an authority always names one; no other access
 * does. The demand has to be about the tenant, and in a state that leads to a disclosure.
 *
 * The access of a demand under a gag is kept in a sealed log (`logOfRequest`). No such access begins once the gag has ended.
 *
 * @throws AccessError `invalid_request` if only one of basis and demand is given
 */
export async function demandRefusals(
  deps: Pick<Deps, 'store' | 'clock'>,
  requester: Person,
  { basis, demand: id, tenant }: DemandedAccess,
): Promise<Refusal[]> {
  if ((basis === 'legal') !== (id !== undefined))
    throw new AccessError('invalid_request', 'The basis legal and a demand go together.', {
      pointer: basis === 'legal' ? '/demand' : '/basis',
    });
  // The evaluator refuses everyone else; what demands there are is not for them.
  if (id === undefined || !hasRole(requester, 'legal')) return [];
  const file = await demandFile(deps, id);
  if (file === null || !file.demand.tenants.includes(tenant))
    return [refuse('There is no such demand about this customer.')];
  if (isOverdue(file, deps.clock.now()))
    return [refuse('The gag has ended, and the demand is about to open. Request access once it is open.')];
  return mayDisclose(file)
    ? []
    : [
        refuse(
          `The demand is ${demandState(file)}. Access for a disclosure follows the answer of the redirected authority.`,
        ),
      ];
}

/**
 * Requires that the demand which a request answers may still lead to a disclosure: someone may have rejected or closed it
 * since. A tenant's unit of work does not read demands, so this comes before the one that stores the approval.
 *
 * @throws AccessError `wrong_state`
 */
export async function requireOpenDemand(deps: Deps, { person }: Principal, request: string): Promise<void> {
  // No one else reviews access for an authority.
  if (!hasRole(person, 'legal')) return;
  const found = await readAsPerson(deps, person, ({ requests }) => requests.find(request));
  const file = found?.demand === undefined ? null : await demandFile(deps, found.demand);
  if (file !== null && isOverdue(file, deps.clock.now()))
    throw new AccessError(
      'wrong_state',
      'The gag has ended: sealed access is about to open, and no more can begin.',
    );
  // It was stored in the moment in which its demand opened. Access in a sealed log begins without a notice to the customer.
  if (found !== null && isSealedLog(found.tenant) && (file === null || !isSealed(file)))
    throw new AccessError('wrong_state', 'The demand is open by now. Request the access again.');
  const end = file === null || !isSealed(file) ? null : gagEnd(file);
  if (found !== null && end !== null && latestEndOfTerms(found.terms) > Date.parse(end))
    throw new AccessError(
      'wrong_state',
      `This access could outlast the gag, which ends at ${end}. Request it for a shorter time, or once the demand is open.`,
    );
  if (file !== null && !mayDisclose(file))
    throw new AccessError('wrong_state', `The demand is ${demandState(file)}. It opens no access any more.`);
}

export async function demandFile({ store }: Pick<Deps, 'store'>, id: string): Promise<DemandFile | null> {
  return store.demands.read(async ({ demands }) => {
    const demand = await demands.find(id);
    return demand === null ? null : { demand, steps: await demands.steps(id) };
  });
}

/** True if the state machine leads from here to a disclosure. */
const mayDisclose = (file: DemandFile): boolean =>
  DEMAND_TRANSITIONS[demandState(file)].includes('disclosed');

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

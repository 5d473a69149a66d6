import type { Terms } from '@countersign/contract';
import { ticksOf } from '@countersign/wording';
import type { AccessRequestDetail, Service } from '../../api/client.js';
import type { Draft } from './draft.js';

/** What the form shows at first, and what has filled it in: the draft that the person left, or an earlier request. */
export interface FirstDraft {
  draft: Draft;
  by: 'draft' | 'request' | null;
}

/** Only an address that names nothing shows and keeps a draft: what it names is another form. */
export const keepsDraft = (given: URLSearchParams): boolean => given.toString() === '';

/**
 * @param given the address: it names an earlier request (`from`), or values of the form
 * @param past that earlier request
 * @param kept the draft that this person left in this browser
 */
export function firstDraft(
  given: URLSearchParams,
  services: readonly Service[],
  past: AccessRequestDetail | undefined,
  kept: Draft | null,
): FirstDraft {
  if (past !== undefined) return { draft: draftOf(past, services), by: 'request' };
  if (kept !== null && keepsDraft(given)) return { draft: kept, by: 'draft' };
  return { draft: namedDraft(given, services), by: null };
}

/** The values that the address names, and the usual ones. */
export function namedDraft(given: URLSearchParams, services: readonly Service[]): Draft {
  const text = (name: string): string => given.get(name) ?? '';
  const service = services.find(({ name }) => name === given.get('service'));
  return {
    tenant: text('tenant'),
    service: given.get('service') ?? services[0]?.name ?? '',
    ...ticks(service, given.getAll('scope')),
    minutes: '30',
    justification: '',
    ticket: text('ticket'),
    emergency: false,
    ...(given.has('demand') ? { demand: text('demand') } : {}),
    reasonCode: text('reasonCode'),
    unmasked: given.get('unmasked') === 'true',
  };
}

/** What an earlier request names, without its times: those may be past. */
function draftOf(past: AccessRequestDetail, services: readonly Service[]): Draft {
  const service = services.find(({ name }) => name === past.service);
  const scope = past.scope.map(({ resource, actions }) => `${resource}:${actions.join(',')}`);
  const { budget, unmasked } = past.terms as Terms;
  return {
    tenant: past.tenant,
    service: past.service,
    ...ticks(service, scope),
    minutes: String(past.terms.seconds / 60),
    justification: past.justification ?? '',
    ticket: past.ticket ?? '',
    emergency: false,
    reasonCode: past.reasonCode ?? '',
    ...(unmasked === true ? { unmasked } : {}),
    ...(budget?.calls === undefined ? {} : { calls: String(budget.calls) }),
  };
}

const ticks = (service: Service | undefined, scope: readonly string[]): Pick<Draft, 'ticked' | 'objects'> =>
  service === undefined ? { ticked: new Set(), objects: '' } : ticksOf(service, scope);

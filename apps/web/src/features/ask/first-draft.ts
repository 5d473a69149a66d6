import type { AccessRequestDetail, Service, Template } from '@countersign/api';
import { formatDuration, parseDuration, type Terms } from '@countersign/contract';
import { ticksOf } from '@countersign/wording';
import type { Draft } from './draft.js';

/** What the form shows at first, and what has filled it in: the draft that the person left, an earlier request, or a template. */
export interface FirstDraft {
  draft: Draft;
  by: 'draft' | 'request' | 'template' | null;
}

/** What may fill in the form: the draft kept for the address, or the earlier request (`from`) or template (`template`) that the address names. */
export interface Sources {
  past?: AccessRequestDetail | undefined;
  template?: Template | undefined;
  leftDraft: Draft | null;
}

/**
 * The draft that the person left at this address wins over everything that the address names.
 *
 * @param query the address: it names an earlier request, a template, or values of the form
 */
export function firstDraft(
  query: URLSearchParams,
  services: readonly Service[],
  { past, template, leftDraft }: Sources,
): FirstDraft {
  if (leftDraft !== null) return { draft: leftDraft, by: 'draft' };
  if (past !== undefined) return { draft: draftOf(valuesOf(past), services), by: 'request' };
  if (template !== undefined) return { draft: draftOf(template.request, services), by: 'template' };
  return { draft: namedDraft(query, services), by: null };
}

/** The values that the address names, and the usual ones. */
export function namedDraft(query: URLSearchParams, services: readonly Service[]): Draft {
  const text = (name: string): string => query.get(name) ?? '';
  const service = services.find(({ name }) => name === query.get('service'));
  return {
    tenant: text('tenant'),
    service: query.get('service') ?? services[0]?.name ?? '',
    ...ticks(service, query.getAll('scope')),
    minutes: '30',
    justification: '',
    ticket: text('ticket'),
    emergency: false,
    ...(query.has('demand') ? { demand: text('demand') } : {}),
    reasonCode: text('reasonCode'),
    unmasked: query.get('unmasked') === 'true',
  };
}

/** What an earlier request names, without its times: those may be past. */
function valuesOf(past: AccessRequestDetail): Template['request'] {
  const { tenant, service, scope, justification, ticket, reasonCode } = past;
  const { budget, unmasked, seconds } = past.terms as Terms;
  return {
    ...{ tenant, service, scope, duration: formatDuration(seconds) },
    ...{ justification: justification ?? '', ticket: ticket ?? '', reasonCode: reasonCode ?? '' },
    ...(unmasked === true ? { unmasked } : {}),
    ...(budget === undefined ? {} : { budget }),
  };
}

function draftOf(request: Template['request'], services: readonly Service[]): Draft {
  const service = services.find(({ name }) => name === request.service);
  const scope = request.scope.map(({ resource, actions }) => `${resource}:${actions.join(',')}`);
  const { unmasked, budget } = request;
  return {
    tenant: request.tenant ?? '',
    service: request.service,
    ...ticks(service, scope),
    minutes: String((parseDuration(request.duration) ?? 0) / 60),
    justification: request.justification ?? '',
    ticket: request.ticket ?? '',
    emergency: false,
    reasonCode: request.reasonCode ?? '',
    ...(unmasked === true ? { unmasked } : {}),
    ...(budget?.calls === undefined ? {} : { calls: String(budget.calls) }),
  };
}

const ticks = (service: Service | undefined, scope: readonly string[]): Pick<Draft, 'ticked' | 'objects'> =>
  service === undefined ? { ticked: new Set(), objects: '' } : ticksOf(service, scope);

import { isId } from '@countersign/contract';
import type { EventFilter } from '../../api/log.js';
import { startOfDay } from '../../text/clock.js';
import { isDay } from '../lists/list-filter.js';

/** Groups of types that readers choose from. Each type's first word is in one of them. */
export const GROUPS = {
  requests: ['request', 'review', 'invitation', 'incident'],
  access: ['grant', 'token', 'browser', 'standing', 'access-review', 'practice'],
  calls: ['access'],
  stops: ['lock', 'supervision', 'trust.stopped', 'trust.lifted', 'trust.relayed'],
  rules: ['trust', 'tenant', 'vendor', 'service', 'coverage', 'organisation', 'widening'],
  people: [
    'person',
    'session',
    'identity',
    'api-key',
    'passkey',
    'recovery-key',
    'slack',
    'preferences',
    'scim-token',
    'signal',
  ],
  gateways: ['gateway', 'feed', 'signing-key', 'master-key'],
  emergencies: ['emergency', 'disclosure'],
  demands: ['demand'],
  log: ['log', 'opening', 'hold', 'deployment', 'notice', 'notice-address', 'export', 'isolation', 'report'],
} as const;

export type Group = keyof typeof GROUPS;

export const isGroup = (text: string | null): text is Group => text !== null && Object.hasOwn(GROUPS, text);

/** What the address asks for. Members that are not valid are as if they were absent. */
export interface Choice {
  group: Group | null;
  person: string | null;
  grant: string | null;
  request: string | null;
  /** Days of the reader's calendar, both inclusive: `2026-11-24`. */
  from: string | null;
  to: string | null;
}

export function readChoice(params: URLSearchParams): Choice {
  const valid = (name: string, isValid: (text: string) => boolean) => {
    const text = params.get(name);
    return text !== null && isValid(text) ? text : null;
  };
  const group = params.get('type');
  return {
    group: isGroup(group) ? group : null,
    person: valid('person', (text) => isId('usr', text)),
    grant: valid('grant', (text) => isId('grt', text)),
    request: valid('request', (text) => isId('req', text)),
    from: valid('from', isDay),
    to: valid('to', isDay),
  };
}

/** The filter of the API for a choice. Days begin and end in the reader's time zone. */
export function filterOf({ group, person, grant, request, from, to }: Choice): EventFilter {
  return {
    ...(group === null ? {} : { type: GROUPS[group].join() }),
    ...(person === null ? {} : { person }),
    ...(grant === null ? {} : { grant }),
    ...(request === null ? {} : { request }),
    ...(from === null ? {} : { from: startOfDay(from) }),
    ...(to === null ? {} : { to: startOfDay(to, 1) }),
  };
}

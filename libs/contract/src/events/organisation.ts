import type { WideningStatement } from '../statement/widening.js';
import { events, SIDE, signature, TENANT } from './declare.js';
import { flag, form, integer, list, members, nullable, optional, text } from './shape.js';

const CONTROLS = form<object>('privacy controls');
const VENDOR = members({ name: text, policy: nullable(form<object>('access policy')) });

const LOCK = {
  lock: text,
  kind: text,
  name: text,
  tenant: nullable(text),
  side: SIDE,
  rule: optional(text),
} as const;

/** `before` and `after` are its privacy controls. */
const tenant = {
  log: TENANT,
  by: ['person', 'job', 'host'],
  data: {
    tenant: text,
    before: nullable(CONTROLS),
    after: CONTROLS,
    widening: optional(text),
    proposal: optional(text),
  },
} as const;

/** Of a service that is for some tenants, name and hash are commitments too. */
const service = {
  log: ['deployment'],
  by: ['host'],
  data: { service: optional(text), routes: optional(text) },
  commits: ['service', 'routes', 'definition'],
} as const;

const WIDENING = { widening: text, person: optional(text) } as const;
const ended = {
  log: TENANT,
  by: ['person', 'job', 'host'],
  data: { ...WIDENING, reason: optional(text) },
} as const;

/** The vendor, its services and tenants, their rules and locks. */
export const ORGANISATION_EVENTS = events({
  'coverage.stated': {
    log: ['deployment'],
    by: ['host'],
    data: {
      coverage: nullable(
        members({
          checkedOn: text,
          ways: list(members({ way: text, state: text, by: optional(text), services: optional(list(text)) })),
        }),
      ),
    },
  },
  'incident.opened': {
    log: ['vendor'],
    by: ['person'],
    data: { incident: text, tenants: list(text) },
    commits: ['title'],
  },
  'lock.lifted': { log: ['tenant', 'deployment'], by: ['person', 'job', 'host'], data: LOCK },
  'lock.set': {
    log: ['tenant', 'deployment'],
    by: ['person', 'job'],
    data: { ...LOCK, expiresAt: nullable(text) },
    commits: ['reason'],
  },
  'organisation.applied': {
    log: ['vendor'],
    by: ['host'],
    data: {
      before: nullable(text),
      after: text,
      added: integer,
      changed: integer,
      removed: integer,
      proposed: integer,
      skipped: optional(integer),
    },
    commits: ['changes'],
  },
  'service.applied': service,
  'service.removed': service,
  'service.tenants': { log: ['deployment'], by: ['host'], data: {}, commits: ['service', 'tenants'] },
  'service.upstream': {
    log: ['deployment'],
    by: ['host'],
    data: { service: optional(text), context: optional(text) },
    commits: ['service', 'context', 'upstream'],
  },
  'tenant.add': tenant,
  'tenant.change': tenant,
  'tenant.propose': tenant,
  'tenant.remove': tenant,
  'vendor.applied': {
    log: ['deployment'],
    by: ['host'],
    data: { before: nullable(VENDOR), after: VENDOR },
    commits: ['settings'],
  },
  'widening.confirmed': {
    log: TENANT,
    by: ['person'],
    data: { ...WIDENING, countersignature: optional(signature<WideningStatement>()) },
  },
  'widening.lapsed': ended,
  'widening.proposed': {
    log: TENANT,
    by: ['person', 'job', 'host'],
    data: {
      ...WIDENING,
      before: form<object>('controls, or roles'),
      after: form<object>('controls, or roles'),
      waits: members({ delay: integer, secondAdmin: flag }),
      proposal: optional(text),
    },
  },
  'widening.withdrawn': ended,
});

import type { EventType } from '@countersign/contract';

/** The release of the Open Cybersecurity Schema Framework that events are written for (https://schema.ocsf.io/1.8.0). */
export const OCSF_RELEASE = '1.8.0';

/** The classes that we use, with the names of their activities. 99 is for what has no name there. */
export const OCSF_CLASSES = {
  apiActivity: {
    ...{ uid: 6003, name: 'API Activity', categoryUid: 6, category: 'Application Activity' },
    activities: { 1: 'Create', 2: 'Read', 3: 'Update', 4: 'Delete' },
  },
  userAccess: {
    ...{
      uid: 3005,
      name: 'User Access Management',
      categoryUid: 3,
      category: 'Identity & Access Management',
    },
    activities: { 1: 'Assign Privileges', 2: 'Revoke Privileges' },
  },
  authorizeSession: {
    ...{ uid: 3003, name: 'Authorize Session', categoryUid: 3, category: 'Identity & Access Management' },
    activities: { 1: 'Assign Privileges', 2: 'Assign Groups' },
  },
} as const;

export type OcsfClass = keyof typeof OCSF_CLASSES;

export interface OcsfMapping {
  class: OcsfClass;
  activity: number;
}

export const OTHER_ACTIVITY = 99;

/** Events that change what a person may do, and those whose last word says something else than it does elsewhere. */
const BY_TYPE: Readonly<Partial<Record<EventType, OcsfMapping>>> = {
  'grant.started': { class: 'userAccess', activity: 1 },
  'grant.scheduled': { class: 'userAccess', activity: OTHER_ACTIVITY },
  'grant.ended': { class: 'userAccess', activity: 2 },
  'person.add': { class: 'userAccess', activity: 1 },
  'person.change': { class: 'userAccess', activity: OTHER_ACTIVITY },
  'person.remove': { class: 'userAccess', activity: 2 },
  'access-review.decided': { class: 'apiActivity', activity: 3 },
  'notice-address.added': { class: 'apiActivity', activity: 1 },
  'notice-address.changed': { class: 'apiActivity', activity: 3 },
  'preferences.changed': { class: 'apiActivity', activity: 3 },
  'demand.received': { class: 'apiActivity', activity: 1 },
  'demand.opened': { class: 'apiActivity', activity: 3 },
  'browser.opened': { class: 'authorizeSession', activity: 1 },
  'token.minted': { class: 'authorizeSession', activity: 1 },
};

const BY_METHOD: Readonly<Record<string, number>> = {
  POST: 1,
  GET: 2,
  HEAD: 2,
  PUT: 3,
  PATCH: 3,
  DELETE: 4,
};

/** What the last word of a type says about the object that its first word names. */
const BY_VERB: Readonly<Record<string, number>> = {
  ...numbered(1, [
    'add',
    'created',
    'enrolled',
    'installed',
    'key',
    'linked',
    'opened',
    'pinned',
    'propose',
    'proposed',
  ]),
  ...numbered(1, ['published', 'registered', 'set', 'started', 'epoch-opened', 'checkpoint', 'sealed']),
  ...numbered(3, [
    'accepted',
    'adopted',
    'applied',
    'approved',
    'change',
    'confirmed',
    'countered',
    'denied',
  ]),
  ...numbered(3, [
    'acknowledged',
    'answered',
    'asked',
    'challenged',
    'disclosed',
    'disputed',
    'documented',
    'extended',
    'forwarded',
    'given',
    'narrowed',
    'notified',
    'notifying',
    'redirected',
    'rejected',
  ]),
  ...numbered(3, [
    'reset',
    'restored',
    'retried',
    'reviewed',
    'rotated',
    'signed',
    'tenants',
    'unsealed',
    'upstream',
    'used',
  ]),
  ...numbered(4, [
    'cancelled',
    'closed',
    'ended',
    'erased',
    'expired',
    'lifted',
    'pruned',
    'remove',
    'removed',
  ]),
  ...numbered(4, ['revoked', 'unlinked', 'unpinned', 'voided', 'withdrawn', 'reset-cancelled', 'lapsed']),
};

function numbered(activity: number, verbs: readonly string[]): Record<string, number> {
  return Object.fromEntries(verbs.map((verb) => [verb, activity]));
}

/** The class and activity of a leaf. A type that this release does not know is an API activity of the kind “other”. */
export function ocsfMappingOf(type: string, method: unknown): OcsfMapping {
  const known = Object.hasOwn(BY_TYPE, type) ? BY_TYPE[type as EventType] : undefined;
  if (known !== undefined) return known;
  const activity = type.startsWith('access.')
    ? ((Object.hasOwn(BY_METHOD, String(method)) ? BY_METHOD[String(method)] : undefined) ?? OTHER_ACTIVITY)
    : (BY_VERB[type.slice(type.lastIndexOf('.') + 1)] ?? OTHER_ACTIVITY);
  return { class: 'apiActivity', activity };
}

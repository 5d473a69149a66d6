/** What an id names, by its prefix. docs/contract.md, Ids and names. */
export type IdPrefix =
  | 'req'
  | 'grt'
  | 'rev'
  | 'inv'
  | 'lck'
  | 'usr'
  | 'key'
  | 'gtw'
  | 'inc'
  | 'rec'
  | 'evt'
  | 'ntc'
  | 'dep'
  | 'ses'
  | 'prp'
  | 'rst'
  /** A token of a SCIM client. */
  | 'sct'
  /** A group of a SCIM client. */
  | 'grp'
  /** Where a log is streamed to. */
  | 'xpt'
  /** A government's demand. */
  | 'dem'
  /** A widening of privacy controls that waits. */
  | 'wdn'
  /** A quarterly access review. */
  | 'acr'
  /** A practice request. */
  | 'prc'
  /** A mailbox that gets notices. */
  | 'nad'
  /** A person's saved template of a request. */
  | 'tpl'
  /** A browser in which a person is notified. */
  | 'psh'
  /** A report of calls that bypassed the gateway. */
  | 'byp';

const UUID_V7 = '[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}';

/** The pattern of an id: prefix, `_`, lower-case hyphenated UUIDv7 (RFC 9562). */
export function idPattern(prefix: IdPrefix): RegExp {
  return new RegExp(`^${prefix}_${UUID_V7}$`);
}

const ANY_ID = new RegExp(`^[a-z]+_${UUID_V7}$`);

/** Whether the value is an id of this kind. An id has one spelling. */
export function isId(prefix: IdPrefix, value: string): boolean {
  return value.startsWith(`${prefix}_`) && ANY_ID.test(value);
}

export const SLUG = /^[a-z0-9][a-z0-9-]{0,62}$/;
export const SERVICE_NAME = /^[a-z][a-z0-9-]{0,62}$/;
export const ACTION = /^[A-Za-z0-9._~-]{1,64}$/;

/** The slug of the deployment's own log. No tenant may have it. */
export const DEPLOYMENT_SLUG = 'deployment';

/** First path segments that the gateway serves itself. No data service may have such a name. */
export const GATEWAY_PATHS: ReadonlySet<string> = new Set([
  'healthz',
  'readyz',
  'metrics',
  'authz',
  'countersign',
  'import',
]);

/** Whether the value is `[a-z0-9][a-z0-9-]{0,62}`. */
export function isSlug(value: string): boolean {
  return SLUG.test(value);
}

const SEALED_LOG = new RegExp(`^sealed-${UUID_V7}$`);

/**
 * The name of the log that keeps the access of a government demand under a gag apart from its tenant's log: `sealed-` and a
 * UUIDv7. It has the form of a slug, and is that of no tenant (docs/log.md, Under a gag).
 */
export const sealedLogName = (uuid: string): string => `sealed-${uuid}`;

/** Whether the value names a sealed log. */
export function isSealedLog(value: string): boolean {
  return SEALED_LOG.test(value);
}

/** Whether a tenant may have this slug. */
export function isTenantSlug(value: string): boolean {
  return isSlug(value) && value !== DEPLOYMENT_SLUG && !isSealedLog(value);
}

/** Whether a data service may have this name, which is the first path segment at the gateway. */
export function isServiceName(value: string): boolean {
  return SERVICE_NAME.test(value) && !GATEWAY_PATHS.has(value);
}

/** Whether the value names an action. `*` does not: it stands for all actions, in `forbid` rules only. */
export function isAction(value: string): boolean {
  return ACTION.test(value);
}

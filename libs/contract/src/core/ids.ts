/** What an id is of, told by its prefix (CONTRACT: request, grant, review, invitation, lock, person, …; `prp`: proposed trust document, `rst`: reset of one). */
export type IdPrefix =
  | 'req'
  | 'grt'
  | 'rev'
  | 'inv'
  | 'lck'
  | 'usr'
  | 'key'
  | 'gtw'
  | 'rec'
  | 'evt'
  | 'ntc'
  | 'dep'
  | 'ses'
  | 'prp'
  | 'rst';

const UUID_V7 = '[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}';

/** The pattern of ids with this prefix: prefix, `_`, lower-case hyphenated UUIDv7 (RFC 9562). */
export function idPattern(prefix: IdPrefix): RegExp {
  return new RegExp(`^${prefix}_${UUID_V7}$`);
}

const BARE_UUID_V7 = new RegExp(`^${UUID_V7}$`);

/** True when the value is an id of that kind, in its only spelling. */
export function isId(prefix: IdPrefix, value: string): boolean {
  return value.startsWith(`${prefix}_`) && BARE_UUID_V7.test(value.slice(prefix.length + 1));
}

export const SLUG = /^[a-z0-9][a-z0-9-]{0,62}$/;
export const SERVICE_NAME = /^[a-z][a-z0-9-]{0,62}$/;
export const ACTION = /^[A-Za-z0-9._~-]{1,64}$/;

/** The slug of the log that belongs to no tenant; no tenant may have it. */
export const DEPLOYMENT_SLUG = 'deployment';

/** First path segments that are the gateway's own: no data service can have them. */
export const GATEWAY_PATHS: ReadonlySet<string> = new Set([
  'healthz',
  'readyz',
  'metrics',
  'authz',
  'countersign',
  'import',
]);

/** True for `[a-z0-9][a-z0-9-]{0,62}`. */
export function isSlug(value: string): boolean {
  return SLUG.test(value);
}

/** True for a slug that a tenant may have: `deployment` is taken by the deployment's own log. */
export function isTenantSlug(value: string): boolean {
  return isSlug(value) && value !== DEPLOYMENT_SLUG;
}

/** True for a name that a data service may have: it is the first path segment at the gateway, whose own paths are taken. */
export function isServiceName(value: string): boolean {
  return SERVICE_NAME.test(value) && !GATEWAY_PATHS.has(value);
}

/** True for the name of an action, in the alphabet of resource segments. `*` is no action: it may only be forbidden. */
export function isAction(value: string): boolean {
  return ACTION.test(value);
}

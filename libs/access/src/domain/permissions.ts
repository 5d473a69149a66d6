import {
  type Assurance,
  type Basis,
  type Channel,
  isSealedLog,
  type Permission,
  type TenantRole,
  type VendorRole,
} from '@countersign/contract';
import { AccessError } from '../errors.js';
import { VENDOR_SLUG } from './organisation.js';
import { hasRole, isVendorStaff, type Person, type Principal } from './person.js';

/**
 * How strongly a caller must have signed in for a change. Reading someone's mailbox, or pressing a button in Slack, must
 * not be enough to open something that lasts.
 *
 * - `any`: every sign-in. For what reads, stops or takes away, and for a decision about one request.
 * - `strong`: at the organisation's provider, with a passkey, or with an API key. For what opens something that lasts
 *   (an invitation, a linked account), changes who may decide, or lifts what stops access.
 * - `browser`: the person's own browser session, however they signed in. For what further checks protect: another
 *   person's confirmation, or a passkey.
 * - `own-browser`: the person's own browser session, after a strong sign-in. For keys and signatures: no program holds a
 *   passkey.
 */
export const SIGN_IN_STRENGTHS = ['any', 'strong', 'browser', 'own-browser'] as const;
export type SignInStrength = (typeof SIGN_IN_STRENGTHS)[number];

interface StrengthRule {
  assurances: readonly Assurance[];
  channels: readonly Channel[];
  /** What a caller reads who has signed in less strongly. */
  refusal: string;
}

const STRENGTHS: Readonly<Record<SignInStrength, StrengthRule>> = {
  any: {
    assurances: ['api-key', 'mail-code', 'oidc', 'slack', 'passkey'],
    channels: ['web', 'api', 'slack'],
    refusal: '',
  },
  strong: {
    assurances: ['api-key', 'oidc', 'passkey'],
    channels: ['web', 'api', 'slack'],
    refusal:
      'This needs a stronger sign-in than a code from a mail or a button in Slack. Sign in at your organisation’s provider or with your passkey, or ask your vendor’s host for a key.',
  },
  browser: {
    assurances: ['mail-code', 'oidc', 'passkey'],
    channels: ['web'],
    refusal: 'Do this in your own browser: not with a key, and not from a command line.',
  },
  'own-browser': {
    assurances: ['oidc', 'passkey'],
    channels: ['web'],
    refusal:
      'Do this in your own browser, signed in at your organisation’s provider: not with a key, from a command line, or after a code from a mail alone. After a code, sign in with your passkey too.',
  },
};

/** Of which objects a role gives a permission; see `visibilityOf`. */
type Realm = 'requests' | 'records' | 'tenants' | 'side' | 'self' | 'deployment';

interface PermissionRow {
  /** The vendor's roles that carry it. */
  vendor: readonly VendorRole[];
  /** The tenant's roles that carry it. */
  tenant: readonly TenantRole[];
  signIn: SignInStrength;
  realm: Realm;
}

const VENDOR_READERS = ['engineer', 'reviewer', 'security-admin', 'auditor'] as const;
const VENDOR_WATCHERS = ['security-admin', 'auditor'] as const;
const TENANT_ALL = ['approver', 'admin', 'auditor'] as const;
/** Everyone of the side, for what concerns only themselves. */
const ANYONE = { vendor: [...VENDOR_READERS, 'legal'], tenant: TENANT_ALL } as const;

/**
 * Which roles may attempt what, and how strongly they must have signed in (docs/contract.md, Roles; the whole matrix is
 * docs/security/authorization.md). Every endpoint for people names one row, and every change has a row of its own.
 * Ownership (own request, own tenant) is checked where the object is known. Only rows about a person's own account list
 * auditors among those who change something.
 */
const PERMISSION_ROWS: Readonly<Record<Permission, PermissionRow>> = {
  'request.create': { vendor: ['engineer', 'legal'], tenant: [], signIn: 'any', realm: 'tenants' },
  'request.read': {
    vendor: [...VENDOR_READERS, 'legal'],
    tenant: TENANT_ALL,
    signIn: 'any',
    realm: 'requests',
  },
  // Wider than `request.review`: an engineer's review of their own request is answered `self_review`.
  'review.submit': {
    ...{ vendor: ['engineer', 'reviewer', 'legal'], tenant: ['approver', 'admin'] },
    ...{ signIn: 'any', realm: 'requests' },
  },
  'request.review': { vendor: ['reviewer', 'legal'], tenant: ['approver'], signIn: 'any', realm: 'requests' },
  'request.countersign': { vendor: [], tenant: ['approver'], signIn: 'own-browser', realm: 'requests' },
  'request.accept': { vendor: ['engineer'], tenant: [], signIn: 'any', realm: 'requests' },
  'request.cancel': { vendor: ['engineer', 'legal'], tenant: [], signIn: 'any', realm: 'requests' },
  'request.ask': { vendor: ['reviewer'], tenant: ['approver'], signIn: 'any', realm: 'requests' },
  'request.answer': { vendor: ['engineer'], tenant: [], signIn: 'any', realm: 'requests' },
  'request.forward': { vendor: ['reviewer'], tenant: ['approver'], signIn: 'any', realm: 'requests' },
  'incident.open': { vendor: ['engineer'], tenant: [], signIn: 'any', realm: 'requests' },
  'incident.read': { vendor: VENDOR_READERS, tenant: [], signIn: 'any', realm: 'requests' },
  'grant.read': {
    vendor: [...VENDOR_READERS, 'legal'],
    tenant: TENANT_ALL,
    signIn: 'any',
    realm: 'requests',
  },
  'grant.token': { vendor: ['engineer', 'legal'], tenant: [], signIn: 'any', realm: 'requests' },
  'grant.release': { vendor: ['engineer', 'legal'], tenant: [], signIn: 'any', realm: 'requests' },
  'grant.extend': { vendor: ['engineer'], tenant: [], signIn: 'any', realm: 'requests' },
  'grant.revoke': {
    ...{ vendor: ['security-admin'], tenant: ['approver', 'admin'], signIn: 'any', realm: 'requests' },
  },
  // Resumes a grant that a rule of supervision has paused. Only the rule's own side may.
  'grant.resume': {
    ...{ vendor: ['security-admin'], tenant: ['approver', 'admin'], signIn: 'strong', realm: 'requests' },
  },
  'disclosure.read': { vendor: VENDOR_READERS, tenant: TENANT_ALL, signIn: 'any', realm: 'requests' },
  'disclosure.give': { vendor: ['engineer', 'security-admin'], tenant: [], signIn: 'any', realm: 'requests' },
  'disclosure.answer': { vendor: [], tenant: ['approver', 'admin'], signIn: 'any', realm: 'requests' },
  'token.introspect': { ...ANYONE, signIn: 'any', realm: 'requests' },
  'invitation.read': { vendor: VENDOR_READERS, tenant: TENANT_ALL, signIn: 'any', realm: 'tenants' },
  'invitation.create': { vendor: [], tenant: ['approver'], signIn: 'strong', realm: 'tenants' },
  'invitation.countersign': { vendor: [], tenant: ['approver'], signIn: 'own-browser', realm: 'tenants' },
  'invitation.withdraw': { vendor: [], tenant: ['approver'], signIn: 'any', realm: 'tenants' },
  'lock.read': { vendor: VENDOR_WATCHERS, tenant: TENANT_ALL, signIn: 'any', realm: 'tenants' },
  'lock.set': { vendor: ['security-admin'], tenant: ['admin'], signIn: 'any', realm: 'tenants' },
  'lock.lift': { vendor: ['security-admin'], tenant: ['admin'], signIn: 'strong', realm: 'tenants' },
  // Who has a service's own log of calls: the vendor, or a customer that runs the service itself.
  'bypass.report': { vendor: ['security-admin'], tenant: ['admin'], signIn: 'any', realm: 'records' },
  'bypass.read': { vendor: VENDOR_WATCHERS, tenant: TENANT_ALL, signIn: 'any', realm: 'records' },
  'log.read': {
    ...{ vendor: ['engineer', 'auditor', 'security-admin', 'legal'], tenant: TENANT_ALL },
    ...{ signIn: 'any', realm: 'records' },
  },
  // A whole log, with its checkpoints and proofs. An engineer sees the leaves of their own grants alone.
  'log.follow': {
    ...{ vendor: ['auditor', 'security-admin'], tenant: TENANT_ALL, signIn: 'any', realm: 'records' },
  },
  // Shows that a log went back. Only what the log itself signed has an effect.
  'log.report': {
    ...{ vendor: ['security-admin'], tenant: ['approver', 'admin'], signIn: 'any', realm: 'records' },
  },
  'log.erase': { vendor: [], tenant: ['admin'], signIn: 'strong', realm: 'tenants' },
  'log.hold': { vendor: ['legal'], tenant: ['admin'], signIn: 'strong', realm: 'tenants' },
  'log-settings.read': {
    ...{
      vendor: ['security-admin', 'auditor', 'legal'],
      tenant: TENANT_ALL,
      signIn: 'any',
      realm: 'tenants',
    },
  },
  'log-settings.write': { vendor: [], tenant: ['admin'], signIn: 'strong', realm: 'tenants' },
  // A log that streams to a receiver: each side its own logs.
  'export.read': { vendor: VENDOR_WATCHERS, tenant: TENANT_ALL, signIn: 'any', realm: 'side' },
  'export.add': { vendor: ['security-admin'], tenant: ['admin'], signIn: 'strong', realm: 'side' },
  'export.remove': { vendor: ['security-admin'], tenant: ['admin'], signIn: 'any', realm: 'side' },
  'report.read': { ...ANYONE, signIn: 'any', realm: 'deployment' },
  'report.trace': { vendor: VENDOR_WATCHERS, tenant: [], signIn: 'any', realm: 'deployment' },
  'own-report.read': { vendor: VENDOR_WATCHERS, tenant: TENANT_ALL, signIn: 'any', realm: 'tenants' },
  // Stricter than single reads, because a pack has every call and reason of a period in one file.
  'evidence.read': { vendor: ['auditor'], tenant: ['admin', 'auditor'], signIn: 'any', realm: 'tenants' },
  'isolation.read': { vendor: VENDOR_WATCHERS, tenant: [], signIn: 'any', realm: 'deployment' },
  'standing.read': { vendor: VENDOR_WATCHERS, tenant: TENANT_ALL, signIn: 'any', realm: 'tenants' },
  // Whose keys and sessions the customer's people have is not for the vendor.
  'access-review.read': { vendor: [], tenant: TENANT_ALL, signIn: 'any', realm: 'tenants' },
  'access-review.decide': { vendor: [], tenant: ['admin'], signIn: 'strong', realm: 'tenants' },
  // The vendor must not learn which mailboxes a customer has notified.
  'notice-address.read': { vendor: [], tenant: ['admin', 'auditor'], signIn: 'any', realm: 'tenants' },
  'notice-address.write': { vendor: [], tenant: ['admin'], signIn: 'strong', realm: 'tenants' },
  'notice-address.remove': { vendor: [], tenant: ['admin'], signIn: 'any', realm: 'tenants' },
  // As for the access review, the vendor must not learn how the customer's people did.
  'practice.read': { vendor: [], tenant: TENANT_ALL, signIn: 'any', realm: 'tenants' },
  'practice.open': { vendor: [], tenant: ['admin'], signIn: 'any', realm: 'tenants' },
  // As a review of a request: a signature comes from the person's own browser anyway.
  'practice.answer': { vendor: [], tenant: ['approver'], signIn: 'any', realm: 'tenants' },
  'people.read': { vendor: VENDOR_WATCHERS, tenant: TENANT_ALL, signIn: 'any', realm: 'tenants' },
  'people.write': { vendor: [], tenant: ['admin'], signIn: 'strong', realm: 'tenants' },
  'controls.read': { vendor: VENDOR_WATCHERS, tenant: TENANT_ALL, signIn: 'any', realm: 'tenants' },
  'controls.write': { vendor: [], tenant: ['admin'], signIn: 'strong', realm: 'tenants' },
  'widening.confirm': { vendor: [], tenant: ['admin'], signIn: 'strong', realm: 'tenants' },
  'widening.countersign': { vendor: [], tenant: ['admin'], signIn: 'own-browser', realm: 'tenants' },
  'widening.withdraw': { vendor: [], tenant: ['admin'], signIn: 'any', realm: 'tenants' },
  'trust.read': { vendor: VENDOR_WATCHERS, tenant: TENANT_ALL, signIn: 'any', realm: 'tenants' },
  'trust.sign': { vendor: [], tenant: ['approver', 'admin'], signIn: 'own-browser', realm: 'tenants' },
  'trust.propose': { vendor: [], tenant: ['admin'], signIn: 'own-browser', realm: 'tenants' },
  // A mailed code is enough to enrol, because such a passkey waits for another admin's confirmation.
  'passkey.enrol': { vendor: [], tenant: ['approver', 'admin'], signIn: 'browser', realm: 'tenants' },
  'recovery-key.register': {
    ...{ vendor: [], tenant: ['approver', 'admin'], signIn: 'own-browser', realm: 'tenants' },
  },
  'passkey.confirm': { vendor: [], tenant: ['admin'], signIn: 'browser', realm: 'tenants' },
  'session.strengthen': { vendor: [], tenant: ['approver', 'admin'], signIn: 'browser', realm: 'self' },
  'passkey.remove': { vendor: [], tenant: ['approver', 'admin'], signIn: 'own-browser', realm: 'tenants' },
  'stop.draft': { vendor: [], tenant: ['approver', 'admin'], signIn: 'any', realm: 'tenants' },
  'stop.write': { vendor: [], tenant: ['approver', 'admin'], signIn: 'own-browser', realm: 'tenants' },
  // Government demands are the legal counsel's alone; the vendor's auditors read how they went.
  'demand.read': { vendor: ['legal', 'auditor'], tenant: [], signIn: 'any', realm: 'deployment' },
  'demand-document.read': { vendor: ['legal'], tenant: [], signIn: 'strong', realm: 'deployment' },
  'demand.enter': { vendor: ['legal'], tenant: [], signIn: 'strong', realm: 'deployment' },
  'demand.step': { vendor: ['legal'], tenant: [], signIn: 'strong', realm: 'deployment' },
  // The operator of the host alone applies a file. A preview shows what it would change, and needs a strong sign-in.
  'organisation.read': { vendor: VENDOR_WATCHERS, tenant: [], signIn: 'any', realm: 'deployment' },
  'organisation.preview': { vendor: ['security-admin'], tenant: [], signIn: 'strong', realm: 'deployment' },
  'gateway.read': { vendor: VENDOR_WATCHERS, tenant: [], signIn: 'any', realm: 'deployment' },
  'slack.read': { vendor: ['security-admin'], tenant: ['admin'], signIn: 'any', realm: 'tenants' },
  'slack.install': { vendor: ['security-admin'], tenant: ['admin'], signIn: 'strong', realm: 'tenants' },
  'slack.link': { ...ANYONE, signIn: 'own-browser', realm: 'self' },
  'slack.unlink': { ...ANYONE, signIn: 'own-browser', realm: 'self' },
  'notice.read': { vendor: ['security-admin'], tenant: [], signIn: 'any', realm: 'deployment' },
  'notice.retry': { vendor: ['security-admin'], tenant: [], signIn: 'any', realm: 'deployment' },
  'service.read': { ...ANYONE, signIn: 'any', realm: 'deployment' },
  'directory.read': { ...ANYONE, signIn: 'any', realm: 'tenants' },
  'self.read': { ...ANYONE, signIn: 'any', realm: 'self' },
  'preference.save': { ...ANYONE, signIn: 'own-browser', realm: 'self' },
  'push.add': { ...ANYONE, signIn: 'own-browser', realm: 'self' },
  'push.remove': { ...ANYONE, signIn: 'own-browser', realm: 'self' },
  // For people who may request access.
  'template.save': { vendor: ['engineer', 'legal'], tenant: [], signIn: 'any', realm: 'self' },
  'template.delete': { vendor: ['engineer', 'legal'], tenant: [], signIn: 'any', realm: 'self' },
  'key.create': { ...ANYONE, signIn: 'own-browser', realm: 'self' },
  'key.revoke': { ...ANYONE, signIn: 'any', realm: 'self' },
  'session.end': { ...ANYONE, signIn: 'any', realm: 'self' },
  // The command line's session has the assurance of the browser's that authorizes it.
  'cli.authorize': { ...ANYONE, signIn: 'any', realm: 'self' },
};

/** The row of a permission. */
export const permissionRow = (permission: Permission): PermissionRow => PERMISSION_ROWS[permission];

/** True if the permission only reads. */
export const isReading = (permission: Permission): boolean =>
  permission.endsWith('.read') || READING.has(permission);
const READING: ReadonlySet<Permission> = new Set([
  'report.trace',
  'organisation.preview',
  'log.follow',
  'stop.draft',
  'token.introspect',
]);

/** True if one of the person's roles carries the permission. A removed person has no permission. */
export function hasPermission(person: Person, permission: Permission): boolean {
  const row = permissionRow(permission);
  const roles: readonly (VendorRole | TenantRole)[] = isVendorStaff(person) ? row.vendor : row.tenant;
  return roles.some((role) => hasRole(person, role));
}

type SignedIn = Pick<Principal, 'assurance' | 'channel'>;

/** True if this sign-in is at least that strong. */
export function isSignedInAs({ assurance, channel }: SignedIn, strength: SignInStrength): boolean {
  const rule = STRENGTHS[strength];
  return rule.assurances.includes(assurance) && rule.channels.includes(channel);
}

/** Why this sign-in is too weak for the permission; null if it is strong enough. */
export function signInRefusal(by: SignedIn, permission: Permission): string | null {
  const { signIn } = permissionRow(permission);
  return isSignedInAs(by, signIn) ? null : STRENGTHS[signIn].refusal;
}

/** Answers list permissions in this order. */
const IN_ROW_ORDER = Object.keys(PERMISSION_ROWS) as Permission[];

/** What the caller may attempt, by their roles and their sign-in. */
export const permissionsOf = (principal: Principal): Permission[] =>
  IN_ROW_ORDER.filter(
    (name) => hasPermission(principal.person, name) && signInRefusal(principal, name) === null,
  );

/**
 * Requires that the caller's roles carry the permission, and that they signed in strongly enough for it.
 *
 * @param stored the caller as the open unit of work has read them; absent: as authenticated
 * @throws AccessError `forbidden`
 */
export function requirePermission(
  principal: Principal,
  permission: Permission,
  stored: Person = principal.person,
): void {
  requireRole(stored, permission);
  requireSignIn(principal, permission);
}

/** The first half of `requirePermission`: a role of this person carries the permission. @throws AccessError `forbidden` */
export function requireRole(person: Person, permission: Permission): void {
  if (!hasPermission(person, permission))
    throw new AccessError('forbidden', `Your roles do not allow this (${permission}).`);
}

/** The second half: the sign-in is strong enough for the permission. @throws AccessError `forbidden` */
export function requireSignIn(by: SignedIn, permission: Permission): void {
  const refusal = signInRefusal(by, permission);
  if (refusal !== null) throw new AccessError('forbidden', refusal);
}

/** How long a proof of who someone is counts as fresh. */
const FRESH_MINUTES = 10;

/**
 * Requires that the person has proved in the last minutes who they are: at their provider, with a mailed code or with a
 * passkey. The thief of a web session cannot do that, so changes that outlive the session require it.
 *
 * @throws AccessError `fresh_sign_in_required`
 */
export function requireFreshSignIn({ authenticatedAt }: Principal, now: Date): void {
  if (authenticatedAt === undefined || now.getTime() - Date.parse(authenticatedAt) > FRESH_MINUTES * 60_000)
    throw new AccessError('fresh_sign_in_required');
}

/**
 * Which requests, grants and records a person may see: all, one tenant's, their own, or those on one ground. `sealed`: those of
 * a government demand under a gag too, which are kept apart in sealed logs.
 */
export type Visibility =
  | { all: true; sealed?: true }
  | { tenant: string }
  | { requester: string }
  | { basis: Basis; sealed: true };

/** Whether the person may see the access of a government demand under a gag: the vendor's legal counsel and auditors may. */
export const seesSealed = (person: Person): boolean =>
  isVendorStaff(person) && (hasRole(person, 'legal') || hasRole(person, 'auditor'));

/**
 * For requests and grants: reviewers see what they may have to decide, and legal counsel access for authorities
 * (docs/contract.md, Roles).
 */
export function requestVisibility(person: Person): Visibility {
  if (person.tenant !== null) return { tenant: person.tenant };
  if (hasRole(person, 'reviewer')) return hasRole(person, 'auditor') ? ALL_AND_SEALED : { all: true };
  if (hasRole(person, 'legal')) return { basis: 'legal', sealed: true };
  return logVisibility(person);
}

/**
 * For events and access records: a tenant's people see their tenant, the vendor's auditors and security admins see all,
 * and an engineer sees their own grants.
 */
export function logVisibility(person: Person): Visibility {
  if (person.tenant !== null) return { tenant: person.tenant };
  if (hasRole(person, 'auditor')) return ALL_AND_SEALED;
  if (hasRole(person, 'security-admin')) return { all: true };
  return { requester: person.id };
}

const ALL_AND_SEALED: Visibility = { all: true, sealed: true };

export function canSee(
  visibility: Visibility,
  object: { tenant: string; requester: string; basis?: Basis | null },
): boolean {
  if (isSealedLog(object.tenant) && !('sealed' in visibility)) return false;
  if ('all' in visibility) return true;
  if ('tenant' in visibility) return visibility.tenant === object.tenant;
  if ('basis' in visibility) return visibility.basis === object.basis;
  return visibility.requester === object.requester;
}

/** Of which objects of its realm the permission is given to this person: all, one tenant's, or their own. */
export function visibilityOf(person: Person, permission: Permission): Visibility {
  switch (permissionRow(permission).realm) {
    case 'requests':
      return requestVisibility(person);
    case 'records':
      return logVisibility(person);
    case 'tenants':
      return person.tenant === null ? { all: true } : { tenant: person.tenant };
    case 'side':
      return { tenant: person.tenant ?? VENDOR_SLUG };
    case 'self':
      return { requester: person.id };
    case 'deployment':
      return { all: true };
  }
}

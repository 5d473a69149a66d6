import { type KeptReason, toInstant } from '@countersign/contract';
import type { ReviewedItem } from '../../domain/access-review.js';
import { canApproveAll } from '../../domain/approval-stages.js';
import { narrowsControls } from '../../domain/controls-narrowing.js';
import { hasEnded } from '../../domain/grant.js';
import { isInvitationClosed } from '../../domain/invitation.js';
import type { TenantRecord } from '../../domain/organisation.js';
import type { Person } from '../../domain/person.js';
import type { ControlRule, PrivacyControls } from '../../domain/privacy-controls.js';
import type { VendorUnit } from '../../ports/index.js';
import { endGrantIn } from '../ending/end-grant.js';
import { withdrawIn } from '../invitations/invitation-transitions.js';
import { storeControlsIn } from '../organisation/change-controls.js';
import { changePersonIn, roleBelowMinimum } from '../organisation/change-person.js';
import type { Deps } from '../shared/deps.js';

/** The tenant whose item ends, who ends it (a person's id, or `job`), and when. */
interface ItemEnding {
  deps: Pick<Deps, 'ids'>;
  tenant: TenantRecord;
  actor: string;
  now: Date;
}

/**
 * What became of an item that was to end. `ended`: it was active and is not any more. `gone`: it had ended before. A reason: it
 * must not end this way.
 */
type ItemEnd = 'ended' | 'gone' | KeptReason;

type Handler = {
  isActive(unit: VendorUnit, item: ReviewedItem, at: Pick<ItemEnding, 'tenant' | 'now'>): Promise<boolean>;
  /** Called only while it is active. */
  end(unit: VendorUnit, item: ReviewedItem, by: ItemEnding): Promise<ItemEnd>;
};

/** Whether what an item names is still active. */
export const isItemActive = (
  unit: VendorUnit,
  item: ReviewedItem,
  at: Pick<ItemEnding, 'tenant' | 'now'>,
): Promise<boolean> => HANDLERS[item.kind].isActive(unit, item, at);

/**
 * Ends what an item of a review names: a grant is revoked, an invitation withdrawn, a rule taken out of the controls, a key
 * revoked, a session ended; a person loses all roles. What follows from that is as if an admin had done it on its own page.
 */
export async function endItemIn(unit: VendorUnit, item: ReviewedItem, by: ItemEnding): Promise<ItemEnd> {
  const { isActive, end } = HANDLERS[item.kind];
  return (await isActive(unit, item, by)) ? end(unit, item, by) : 'gone';
}

const HANDLERS: Readonly<Record<ReviewedItem['kind'], Handler>> = {
  grant: {
    async isActive(unit, { id }, { tenant }) {
      const grant = await (await unit.tenant(tenant.slug)).grants.find(id);
      return grant !== null && !hasEnded(grant);
    },
    async end(unit, { id }, { tenant, actor, now }) {
      const own = await unit.tenant(tenant.slug);
      const grant = await own.grants.find(id);
      if (grant !== null) await endGrantIn(own, grant, { actor, at: toInstant(now), reason: 'revoked' });
      return 'ended';
    },
  },
  invitation: {
    async isActive(unit, { id }, { tenant }) {
      const invitation = await (await unit.tenant(tenant.slug)).invitations.find(id);
      return invitation !== null && !isInvitationClosed(invitation);
    },
    async end(unit, { id }, { tenant, actor, now }) {
      const own = await unit.tenant(tenant.slug);
      const invitation = await own.invitations.find(id);
      if (invitation !== null) await withdrawIn(own, invitation, { actor, at: toInstant(now), words: null });
      return 'ended';
    },
  },
  rule: { isActive: isRuleActive, end: endRuleIn },
  person: {
    async isActive(unit, { id }, { tenant }) {
      return ((await memberOf(unit, id, tenant))?.roles.length ?? 0) > 0;
    },
    end: endRolesIn,
  },
  'api-key': {
    isActive: isCredentialLive,
    async end(unit, { id }, { tenant, actor, now }) {
      const at = now.toISOString();
      const key = await unit.apiKeys.find(id);
      if (key === null || !(await unit.apiKeys.revoke(id, at))) return 'gone';
      const data = { key: id, person: key.person, expiresAt: key.expiresAt };
      await (await unit.logOf(tenant.slug)).append({ type: 'api-key.revoked', at, actor, data });
      return 'ended';
    },
  },
  session: {
    isActive: isCredentialLive,
    async end(unit, { id, owner }, { tenant, actor, now }) {
      const at = now.toISOString();
      if (owner === null || !(await unit.sessions.end(id, at))) return 'gone';
      const data = { session: id, person: owner };
      await (await unit.logOf(tenant.slug)).append({ type: 'session.ended', at, actor, data });
      return 'ended';
    },
  },
};

async function isCredentialLive(
  unit: VendorUnit,
  { kind, id }: ReviewedItem,
  { tenant, now }: Pick<ItemEnding, 'tenant' | 'now'>,
): Promise<boolean> {
  const live = await unit.credentials.live([tenant.slug], now.toISOString());
  return live.some((each) => each.kind === kind && each.id === id);
}

/** A person of the tenant who has not left. */
async function memberOf(unit: VendorUnit, id: string, { slug }: TenantRecord): Promise<Person | null> {
  const person = await unit.organisation.person(id);
  return person?.tenant === slug && person.removedAt === null ? person : null;
}

/**
 * Takes all roles away, unless that would lock the tenant out: its last admin and the approvers that its controls require stay,
 * and so do the people of its trust document, who sign its next version.
 */
async function endRolesIn(unit: VendorUnit, { id }: ReviewedItem, by: ItemEnding): Promise<ItemEnd> {
  const { deps, tenant, actor, now } = by;
  const before = await memberOf(unit, id, tenant);
  if (before === null) return 'gone';
  const isProvided = tenant.oidc?.groups !== undefined || (await unit.scimUsers.find(id)) !== null;
  if (isProvided) return 'provider';
  const after: Person = { ...before, roles: [] };
  const role = await roleBelowMinimum(unit, tenant, before, after);
  if (role !== null) return role === 'admin' ? 'last-admin' : 'too-few-approvers';
  if (await wouldLeaveStagesEmpty(unit, tenant, before)) return 'too-few-approvers';
  const version = await unit.trust.current(tenant.slug);
  if (version?.document.people.some(({ person }) => person === id) === true) return 'claimed';
  await changePersonIn(deps, unit, before, after, { actor, at: now.toISOString() });
  return 'ended';
}

/** True if every rule of the controls can be approved now, and could not without this person. */
async function wouldLeaveStagesEmpty(
  unit: VendorUnit,
  { slug, controls }: TenantRecord,
  { id }: Person,
): Promise<boolean> {
  const approvers = await unit.organisation.withRole(slug, 'approver');
  const groupsOf = (people: readonly Person[]) => people.map(({ groups = [] }) => groups);
  const left = approvers.filter((each) => each.id !== id);
  return canApproveAll(controls, groupsOf(approvers)) && !canApproveAll(controls, groupsOf(left));
}

async function isRuleActive(
  unit: VendorUnit,
  { id, service }: ReviewedItem,
  { tenant: { slug, controls } }: Pick<ItemEnding, 'tenant'>,
): Promise<boolean> {
  const version = await unit.trust.current(slug);
  const isSigned = version?.document.bases.some(
    ({ basis, services }) => basis === id && services.includes(service ?? ''),
  );
  return isSigned === true || withoutRule(controls, id, service ?? '') !== null;
}

/** In a claimed tenant only its own people change rules: those of its trust document by signing the next one. */
async function endRuleIn(unit: VendorUnit, { id, service }: ReviewedItem, by: ItemEnding): Promise<ItemEnd> {
  const { tenant, actor, now } = by;
  const isClaimed = (await unit.trust.current(tenant.slug)) !== null;
  if (isClaimed && (actor === 'job' || id !== 'observe')) return 'claimed';
  const after = withoutRule(tenant.controls, id, service ?? '');
  if (after === null) return 'gone';
  // A rule that also requires something is more than a way in. If widenings wait, only the tenant's people replace it.
  if (tenant.controls.widening !== undefined && !narrowsControls(tenant.controls, after)) return 'claimed';
  await storeControlsIn(unit, tenant, after, { actor, at: now.toISOString() });
  return 'ended';
}

/** The controls without what lets this service in on the basis; null if nothing does. */
function withoutRule(controls: PrivacyControls, basis: string, service: string): PrivacyControls | null {
  if (basis === 'emergency') {
    const { emergency, ...rest } = controls;
    if (emergency?.allow.some(({ services }) => services.includes(service)) !== true) return null;
    const allow = emergency.allow
      .map((rule) => ({ ...rule, services: rule.services.filter((each) => each !== service) }))
      .filter(({ services }) => services.length > 0);
    return allow.length === 0 ? rest : { ...rest, emergency: { ...emergency, allow } };
  }
  const { rules = [], ...rest } = controls;
  const observes = ({ mode, services }: ControlRule) =>
    mode === 'observe' && services?.includes(service) === true;
  if (basis !== 'observe' || !rules.some(observes)) return null;
  const left = rules.flatMap((rule) => (observes(rule) ? split(rule, service) : [rule]));
  return left.length === 0 ? rest : { ...rest, rules: left };
}

/** What a rule says of the requests that it is about, and not of what they need. */
const CONDITIONS = new Set(['services', 'resources', 'actions', 'risks', 'reasons']);

/** The rule as it stays: for its other services, and with its other requirements for this one. */
function split({ mode, services = [], ...rule }: ControlRule, service: string): ControlRule[] {
  const others = services.filter((each) => each !== service);
  const requires = Object.keys(rule).some((member) => !CONDITIONS.has(member));
  return [
    ...(others.length === 0 || mode === undefined ? [] : [{ ...rule, services: others, mode }]),
    ...(requires ? [{ ...rule, services: [service] }] : []),
  ];
}

import {
  narrowsControls,
  narrowsTenant,
  type Person,
  type PrivacyControls,
  type TenantRecord,
} from '@countersign/access/policy';
import { canonicalJson } from '@countersign/contract';
import type { LeafData } from '../leaf-data.js';
import type { Timeline } from '../timeline.js';

type Member = { roles: Person['roles']; groups?: string[]; removedAt: number | null };

/** The tenant itself: its controls and its people. */
export type TenantState = {
  /** The controls at each moment; null while the tenant is removed. */
  controls: Timeline<PrivacyControls | null>;
  people: Map<string, Member>;
};

/** What the replay of people and controls reads from the trust chain. */
type Trust = {
  isClaimed(): boolean;
  /** The controls that a trust document brings with it, by its proposal. */
  takeControls(proposal: string): PrivacyControls | undefined;
};

/** What the replay of controls reads from their widenings. */
type Widenings = { takeApplied(data: LeafData, before: PrivacyControls, after: PrivacyControls): void };

/** People and privacy controls of the tenant, in the order of its log. */
export class TenantHistory {
  constructor(
    private readonly slug: string,
    private readonly trust: Trust,
    private readonly widenings: Widenings,
    readonly state: TenantState = { controls: [], people: new Map() },
  ) {}

  /** Takes `tenant.*` and `person.*`. @throws LogFault `changed_outside_log`, `widened_*`, `wrong_widening`, `role_not_held` */
  take(data: LeafData): void {
    const [area] = data.leaf.type.split('.');
    if (area === 'tenant' && data.leaf.type !== 'tenant.propose') this.takeTenant(data);
    if (area === 'person') this.takePerson(data);
  }

  get controls(): PrivacyControls | null {
    return this.state.controls.at(-1)?.value ?? null;
  }

  /** The tenant as the evaluator reads it; null if it is unknown or removed. */
  get record(): TenantRecord | null {
    const { controls, slug } = this;
    return controls === null ? null : recordOf(slug, controls);
  }

  /** Whether a person of the tenant holds a role now. */
  holds(person: string, role: string): boolean {
    const member = this.state.people.get(person);
    return member !== undefined && member.removedAt === null && (member.roles as string[]).includes(role);
  }

  /** Everyone who holds a role now. */
  withRole(role: string): string[] {
    return [...this.state.people.keys()].filter((person) => this.holds(person, role));
  }

  /** The groups of a person of the tenant. */
  groupsOf(person: string): string[] {
    return this.state.people.get(person)?.groups ?? [];
  }

  private takeTenant(data: LeafData): void {
    const before = this.state.controls.findLast(({ value }) => value !== null)?.value ?? null;
    const stated = data.has('before') ? data.object<PrivacyControls>('before') : null;
    if (canonicalJson(stated) !== canonicalJson(before))
      throw data.fault(
        'changed_outside_log',
        'the controls before this change are not those that the log shows.',
      );
    const isRemoval = data.leaf.type === 'tenant.remove';
    const after = data.object<PrivacyControls>('after');
    if (!isRemoval) this.requireMayChange(data, before, after);
    this.state.controls.push({ at: data.at, value: isRemoval ? null : after });
  }

  /** A tenant's own admin may change its controls. The host only narrows those of a claimed tenant. */
  private requireMayChange(data: LeafData, before: PrivacyControls | null, after: PrivacyControls): void {
    const { actor } = data.leaf;
    if (before !== null && data.has('widening')) {
      this.widenings.takeApplied(data, before, after);
      return;
    }
    if (before?.widening !== undefined && !narrowsControls(before, after))
      throw data.fault(
        'widened_early',
        'the controls were widened at once, without the delay or the second admin that they required.',
      );
    if (actor.startsWith('usr_')) {
      if (!this.holds(actor, 'admin'))
        throw data.fault('role_not_held', `${actor} is no admin of the tenant.`);
      return;
    }
    const proposal = data.textIfAny('proposal');
    const signed = proposal === undefined ? undefined : this.trust.takeControls(proposal);
    if (signed !== undefined && canonicalJson(signed) === canonicalJson(after)) return;
    const narrows = before !== null && narrowsTenant(recordOf(this.slug, before), recordOf(this.slug, after));
    if (this.trust.isClaimed() && !narrows)
      throw data.fault('widened_by_host', 'the vendor’s side widened the controls of a claimed tenant.');
  }

  private takePerson(data: LeafData): void {
    const id = data.text('person');
    const known = this.state.people.get(id);
    const before = data.has('before') ? data.texts('before') : [];
    if (!isSame(before, known?.roles ?? []))
      throw data.fault(
        'changed_outside_log',
        `the roles of ${id} before this change are not those that the log shows.`,
      );
    const removed = data.leaf.type === 'person.remove';
    const roles = data.texts('after') as Person['roles'];
    const { actor } = data.leaf;
    const isHost = !actor.startsWith('usr_');
    // Someone's own sign-in brings the roles that the tenant's provider gives them.
    if (!isHost && actor !== id && !this.holds(actor, 'admin'))
      throw data.fault('role_not_held', `${actor} is no admin of the tenant.`);
    const groups = data.has('groups') ? data.texts('groups') : [];
    if (isHost && !removed && this.trust.isClaimed() && !this.mayReturn(known, roles, groups))
      throw data.fault('widened_by_host', `the vendor’s side gave ${id} a role in a claimed tenant.`);
    this.state.people.set(id, {
      roles,
      ...(groups.length === 0 ? {} : { groups }),
      removedAt: removed ? data.at : null,
    });
  }

  /** Fewer roles and groups than before; a person who was removed comes back only with the whole tenant. */
  private mayReturn(known: Member | undefined, roles: readonly string[], groups: readonly string[]): boolean {
    if (known === undefined || !roles.every((role) => (known.roles as string[]).includes(role))) return false;
    if (!groups.every((group) => known.groups?.includes(group))) return false;
    if (known.removedAt === null) return true;
    return this.state.controls.some(
      ({ at, value }) => value === null && Math.abs(at - (known.removedAt ?? 0)) < 1_000,
    );
  }
}

const recordOf = (slug: string, controls: PrivacyControls): TenantRecord => ({
  ...{ slug, name: '', controls, oidc: null, slack: null, webhooks: [], removedAt: null },
});

const isSame = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((role) => other.includes(role));

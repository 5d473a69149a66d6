import {
  type Assignment,
  assignmentOf,
  narrowsControls,
  narrowsTenant,
  type Person,
  type PrivacyControls,
  type TenantRecord,
  widensAssignment,
} from '@countersign/access/policy';
import { canonicalJson } from '@countersign/contract';
import type { LeafData, LeafOf } from '../leaf-data.js';
import type { Timeline } from '../timeline.js';
import type { WideningHistory } from './widening-history.js';

type OfTenant = LeafOf<'tenant.add' | 'tenant.change' | 'tenant.remove'>;
type OfPerson = LeafOf<'person.add' | 'person.change' | 'person.remove'>;

type Member = { roles: Person['roles']; groups?: string[]; removedAt: number | null };

/** The tenant itself: its controls and its people. */
export type TenantState = {
  /** The controls at each moment; null while the tenant is removed. */
  controls: Timeline<PrivacyControls | null>;
  people: Map<string, Member>;
  /** When the tenant was added for the first time. */
  addedAt?: number;
};

/** What the replay of people and controls reads from the trust chain. */
type Trust = {
  isClaimed(): boolean;
  /** The controls that a trust document brings with it, by its proposal. */
  takeControls(proposal: string): PrivacyControls | undefined;
};

/** What the replay of people and controls reads from their widenings. */
type Widenings = Pick<WideningHistory, 'takeApplied' | 'takeAssigned'>;

/** People and privacy controls of the tenant, in the order of its log. */
export class TenantHistory {
  constructor(
    private readonly slug: string,
    private readonly trust: Trust,
    private readonly options: {
      widenings: Widenings;
      /** The latest moment that a leaf has shown, in milliseconds since the epoch. */
      now: () => number;
      /** Whether someone is, or was, of the vendor's staff. No one decides on both sides. */
      isStaff: (person: string) => boolean;
    },
    readonly state: TenantState = { controls: [], people: new Map() },
  ) {}

  /** Takes `tenant.*` and `person.*`. @throws LogFault `changed_outside_log`, `widened_*`, `wrong_widening`, `role_not_held` */
  take(data: LeafOf): void {
    switch (data.type) {
      case 'tenant.add':
      case 'tenant.change':
      case 'tenant.remove':
        this.takeTenant(data);
        break;
      case 'person.add':
      case 'person.change':
      case 'person.remove':
        this.takePerson(data);
        break;
    }
  }

  get controls(): PrivacyControls | null {
    return this.state.controls.at(-1)?.value ?? null;
  }

  /** The controls, also while the tenant is removed: its people come back under them. Null before it was added. */
  private get lastControls(): PrivacyControls | null {
    return this.state.controls.findLast(({ value }) => value !== null)?.value ?? null;
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

  /** What a person of the tenant decides now. */
  assignmentOf(person: string): Assignment {
    return assignmentOfMember(this.state.people.get(person));
  }

  /**
   * Requires that the author of the leaf may let this person decide more: an admin; the person, by the roles that the tenant's
   * provider gives; or while the tenant is unclaimed, the vendor's host or the SCIM client.
   *
   * @throws LogFault `role_not_held`, `widened_by_host`
   */
  requireMayAssign(data: LeafData, person: string): void {
    const { actor } = data.leaf;
    const isHost = !actor.startsWith('usr_');
    // The own sign-in of someone who is there brings the roles that the tenant's provider gives them.
    const isOwn = actor === person && this.state.people.get(person)?.removedAt === null;
    if (!isHost && !isOwn && !this.holds(actor, 'admin'))
      throw data.fault('role_not_held', `${actor} is no admin of the tenant.`);
    if (isHost && this.trust.isClaimed())
      throw data.fault('widened_by_host', `the vendor’s side gave ${person} a role in a claimed tenant.`);
  }

  private takeTenant(data: OfTenant): void {
    const before = this.lastControls;
    if (canonicalJson(data.members.before) !== canonicalJson(before))
      throw data.fault(
        'changed_outside_log',
        'the controls before this change are not those that the log shows.',
      );
    const isRemoval = data.type === 'tenant.remove';
    const after = data.members.after as PrivacyControls;
    if (!isRemoval) this.requireMayChange(data, before, after);
    if (before === null) this.state.addedAt = data.at;
    this.state.controls.push({ at: data.at, value: isRemoval ? null : after });
  }

  /** A tenant's own admin may change its controls. The host only narrows those of a claimed tenant. */
  private requireMayChange(data: OfTenant, before: PrivacyControls | null, after: PrivacyControls): void {
    const { actor } = data.leaf;
    if (before !== null && data.members.widening !== undefined) {
      this.options.widenings.takeApplied(data, before, after);
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
    const { proposal } = data.members;
    const signed = proposal === undefined ? undefined : this.trust.takeControls(proposal);
    if (signed !== undefined && canonicalJson(signed) === canonicalJson(after)) return;
    const narrows = before !== null && narrowsTenant(recordOf(this.slug, before), recordOf(this.slug, after));
    if (this.trust.isClaimed() && !narrows)
      throw data.fault('widened_by_host', 'the vendor’s side widened the controls of a claimed tenant.');
  }

  private takePerson(data: OfPerson): void {
    const id = data.members.person;
    const known = this.state.people.get(id);
    const before = data.members.before ?? [];
    if (!isSame(before, known?.roles ?? []))
      throw data.fault(
        'changed_outside_log',
        `the roles of ${id} before this change are not those that the log shows.`,
      );
    if (this.options.isStaff(id))
      throw data.fault('changed_outside_log', `${id} is of the vendor’s staff, and no one is of both sides.`);
    const removed = data.type === 'person.remove';
    const roles = data.members.after as Person['roles'];
    const groups = [...(data.members.groups ?? [])];
    const member = {
      ...{ roles, ...(groups.length === 0 ? {} : { groups }) },
      // Who left before the tenant did does not leave again with it.
      removedAt: removed ? (known?.removedAt ?? data.at) : null,
    };
    if (removed && widensAssignment(assignmentOnReturn(known), assignmentOnReturn(member)))
      throw data.fault('changed_outside_log', `${id} leaves with more than the log shows that they had.`);
    if (data.members.widening !== undefined) this.takeAssigned(data, id, member);
    else this.requireMayBecome(data, { id, known, member });
    this.state.people.set(id, member);
  }

  /** What waited takes effect. Nothing else of the person changes with it. */
  private takeAssigned(data: OfPerson, person: string, member: Member): void {
    const { controls } = this;
    if (controls === null) throw data.fault('changed_outside_log', 'the log shows no tenant now.');
    const change = { person, before: this.assignmentOf(person), after: assignmentOfMember(member) };
    this.options.widenings.takeAssigned(data, change, controls);
  }

  private requireMayBecome(
    data: OfPerson,
    { id, known, member }: { id: string; known: Member | undefined; member: Member },
  ): void {
    const removed = member.removedAt !== null;
    const { roles, groups = [] } = member;
    const isHost = !data.leaf.actor.startsWith('usr_');
    if (!isHost || !(removed || this.mayReturn(known, roles, groups))) this.requireMayAssign(data, id);
    if (this.lastControls?.widening === undefined || removed || this.isSetUp(data)) return;
    const isBack = isHost && known !== undefined && this.leftWithTenant(known);
    const had = isBack ? assignmentOnReturn(known) : assignmentOfMember(known);
    if (widensAssignment(had, assignmentOfMember(member)))
      throw data.fault(
        'widened_early',
        `${id} decides more at once, without the delay or the second admin that the controls required.`,
      );
  }

  /** The host adds the tenant and its first people in one unit of work, which has one time. */
  private isSetUp(data: LeafData): boolean {
    return data.leaf.actor === 'host' && data.at === this.state.addedAt && this.options.now() === data.at;
  }

  /** Fewer roles and groups than before; a person who was removed comes back only with the whole tenant. */
  private mayReturn(known: Member | undefined, roles: readonly string[], groups: readonly string[]): boolean {
    if (known === undefined || !roles.every((role) => (known.roles as string[]).includes(role))) return false;
    if (!groups.every((group) => known.groups?.includes(group))) return false;
    return known.removedAt === null || this.leftWithTenant(known);
  }

  /** Whether a person was removed because the whole tenant was. */
  private leftWithTenant({ removedAt }: Member): boolean {
    if (removedAt === null) return false;
    return this.state.controls.some(({ at, value }) => value === null && Math.abs(at - removedAt) < 1_000);
  }
}

const assignmentOfMember = (member: Member | undefined): Assignment =>
  assignmentOf(
    member === undefined
      ? null
      : { ...member, removedAt: member.removedAt === null ? null : String(member.removedAt) },
  );

/** What someone decides who comes back with the whole tenant. */
const assignmentOnReturn = (member: Member | undefined): Assignment =>
  assignmentOfMember(member && { ...member, removedAt: null });

const recordOf = (slug: string, controls: PrivacyControls): TenantRecord => ({
  ...{ slug, name: '', controls, oidc: null, slack: null, webhooks: [], removedAt: null },
});

const isSame = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((role) => other.includes(role));

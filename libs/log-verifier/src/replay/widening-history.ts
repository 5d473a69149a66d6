import {
  type Assignment,
  type ControlsWidening,
  dueWideningStep,
  isSigned,
  mayConfirm,
  type PersonWidening,
  type PrivacyControls,
  sameAssignment,
  takesEffectAt,
  type Widening,
  type WideningFacts,
  widenedControls,
} from '@countersign/access/policy';
import {
  canonicalJson,
  type EventType,
  parseSignature,
  parseWidening,
  type Signature,
  sha256Digest,
  type WideningStatement,
} from '@countersign/contract';
import type { LeafData, LeafOf } from '../leaf-data.js';
import type { SignedPoint } from '../named-points.js';
import { BROKER_TOLERANCE_MS } from '../timeline.js';
import type { ReplayContext } from './replay-context.js';

/** Leaves with which a widening takes effect. */
type Applied = LeafOf<
  'tenant.add' | 'tenant.change' | 'tenant.remove' | 'person.add' | 'person.change' | 'person.remove'
>;
type OfWidening = LeafOf<Extract<EventType, `widening.${string}`>>;

/** Widenings of the controls, and of who decides, by id. */
export type WideningState = Map<string, Widening>;

/**
 * The widenings of a tenant's controls, and of who decides there. Verifies that each one waited for its delay and its
 * confirmation before it took effect. It uses the broker's own functions (`access/src/domain/widening.ts`).
 */
export class WideningHistory {
  /** @param onPoint receives the point of the log that each signed confirmation names */
  constructor(
    private readonly context: Pick<ReplayContext, 'ports' | 'tenant' | 'trust'>,
    private readonly options: {
      onPoint: (point: SignedPoint) => void;
      /** The latest moment that a leaf has shown, in milliseconds since the epoch. */
      now: () => number;
    },
    readonly state: WideningState = new Map(),
  ) {}

  /**
   * Takes `widening.*`.
   *
   * @throws LogFault `changed_outside_log`, `role_not_held`, `wrong_widening`, `countersignature_required`,
   *   `bad_countersignature`
   */
  take(data: LeafOf): void | Promise<void> {
    switch (data.type) {
      case 'widening.proposed':
        return this.takeProposal(data);
      case 'widening.confirmed':
        return this.takeConfirmation(data);
      case 'widening.withdrawn':
        return this.takeWithdrawal(data);
      case 'widening.lapsed':
        this.end(data, 'lapsed');
    }
  }

  /**
   * Takes the `tenant.change` by which a widening took effect. Requires that the delay had passed, that the widening had the
   * confirmation that it needed, and that the new controls are those to which it leads (`widenedControls`).
   *
   * @throws LogFault `widened_early`, `wrong_widening`
   */
  takeApplied(data: Applied, before: PrivacyControls, after: PrivacyControls): void {
    const widening = this.requireDue(data, before);
    if (widening.person !== null || canonicalJson(widenedControls(before, widening)) !== canonicalJson(after))
      throw data.fault('wrong_widening', 'the new controls are not those that were proposed.');
    this.end(data, 'applied');
  }

  /**
   * Takes the `person.change` by which a widening took effect. Requires the same of it.
   *
   * @param present the controls now
   * @throws LogFault `widened_early`, `wrong_widening`
   */
  takeAssigned(
    data: Applied,
    { person, before, after }: { person: string; before: Assignment; after: Assignment },
    present: PrivacyControls,
  ): void {
    const widening = this.requireDue(data, present);
    const isProposed =
      widening.person === person &&
      sameAssignment(widening.before, before) &&
      sameAssignment(widening.after, after);
    if (!isProposed)
      throw data.fault('wrong_widening', `what ${person} decides now is not what was proposed.`);
    this.end(data, 'applied');
  }

  /** The widening that the leaf says takes effect. @throws LogFault `widened_early` if it still had to wait */
  private requireDue(data: Applied, present: PrivacyControls): Widening {
    const widening = this.waiting(data);
    if (dueWideningStep(widening, this.facts(present), new Date(data.at)).do === 'apply') return widening;
    const effect = takesEffectAt(widening, present);
    throw data.fault(
      'widened_early',
      data.at < Date.parse(effect)
        ? `it took effect before ${effect}, without the delay that the controls required.`
        : 'it took effect without the confirmation of an admin that the controls required.',
    );
  }

  private takeProposal(data: LeafOf<'widening.proposed'>): void {
    const present = this.context.tenant.controls;
    if (present === null) throw data.fault('changed_outside_log', 'the log shows no tenant now.');
    if (data.at < this.options.now() - BROKER_TOLERANCE_MS)
      throw data.fault(
        'backdated',
        'it says that it is older than the leaves before it, so it would wait for less.',
      );
    const change =
      data.members.person !== undefined ? this.readAssignment(data) : this.readControls(data, present);
    const isSecond = ({ state, person }: Widening) => state === 'waiting' && person === change.person;
    if ([...this.state.values()].some(isSecond))
      throw data.fault('wrong_widening', 'another widening waits already.');
    const { tenant, actor, at } = data.leaf;
    const id = data.members.widening;
    this.state.set(id, {
      ...{ id, tenant, state: 'waiting', version: 1, by: actor, ...change },
      waits: present.widening ?? { delay: 0, secondAdmin: false },
      ...{ admins: this.context.tenant.withRole('admin') },
      ...{ confirmation: null, createdAt: at, dueAt: at, endedAt: null },
    } as Widening);
  }

  private readControls(
    data: LeafOf<'widening.proposed'>,
    present: PrivacyControls,
  ): Pick<ControlsWidening, 'person' | 'before' | 'after' | 'proposal'> {
    const { tenant, trust } = this.context;
    const [before, after] = [data.members.before as PrivacyControls, data.members.after as PrivacyControls];
    if (canonicalJson(before) !== canonicalJson(present))
      throw data.fault('changed_outside_log', 'the controls are not those that the log shows.');
    const { actor } = data.leaf;
    if (actor.startsWith('usr_') && !tenant.holds(actor, 'admin'))
      throw data.fault('role_not_held', `${actor} is no admin of the tenant.`);
    const proposal = data.members.proposal ?? null;
    const signed = proposal === null ? undefined : trust.takeControls(proposal);
    if (proposal !== null && canonicalJson(signed ?? null) !== canonicalJson(after))
      throw data.fault('wrong_widening', 'no trust document was signed that brings these controls.');
    return { person: null, before, after, proposal };
  }

  private readAssignment(
    data: LeafOf<'widening.proposed'>,
  ): Pick<PersonWidening, 'person' | 'before' | 'after' | 'proposal'> {
    const { tenant } = this.context;
    const person = data.required('person', data.members.person);
    const [before, after] = [data.members.before as Assignment, data.members.after as Assignment];
    if (!sameAssignment(before, tenant.assignmentOf(person)))
      throw data.fault('changed_outside_log', `what ${person} decides is not what the log shows.`);
    tenant.requireMayAssign(data, person);
    return { person, before, after, proposal: null };
  }

  private async takeConfirmation(data: LeafOf<'widening.confirmed'>): Promise<void> {
    const widening = this.waiting(data);
    const { tenant } = this.context;
    const { actor: person } = data.leaf;
    if (tenant.controls === null) throw data.fault('changed_outside_log', 'the log shows no tenant now.');
    const facts = this.facts(tenant.controls);
    if (!mayConfirm(widening, facts, person))
      throw data.fault('role_not_held', `${person} may not confirm this widening.`);
    if (isSigned(widening, facts) && data.members.countersignature === undefined)
      throw data.fault('countersignature_required', 'a claimed tenant’s widening is confirmed by a passkey.');
    const isOfControls = widening.person === null && data.members.countersignature !== undefined;
    const signature = isOfControls ? await this.signature(data, widening, person) : null;
    this.state.set(widening.id, { ...widening, confirmation: { person, at: data.leaf.at, signature } });
  }

  /** The passkey's signature of a confirmation, verified. Its statement must be about exactly this widening and this person. */
  private async signature(
    data: LeafData,
    { id, before, after }: ControlsWidening,
    person: string,
  ): Promise<Signature<WideningStatement>> {
    const signature = data.parsed('countersignature', parseSignature);
    const statement = data.parsed('countersignature', () => parseWidening(signature.statement));
    const { hashing } = this.context.ports;
    const hash = (controls: PrivacyControls) => sha256Digest(hashing, canonicalJson(controls));
    const { tenant } = data.leaf;
    const own = { ...statement, tenant, widening: id, before: hash(before), after: hash(after), person };
    if (canonicalJson(own) !== canonicalJson(statement))
      throw data.fault('bad_countersignature', 'what was signed is not this widening.');
    await this.context.trust.requireValid(data, signature, person);
    this.options.onPoint({ index: data.index, ...statement.log });
    return { ...signature, statement };
  }

  private takeWithdrawal(data: LeafOf<'widening.withdrawn'>): void {
    const { actor } = data.leaf;
    const { by, person } = this.waiting(data);
    // Who changes a person, in whatever way, takes back what waits for them.
    const mayWithdraw = actor.startsWith('usr_')
      ? this.context.tenant.holds(actor, 'admin') || actor === person
      : person !== null || by === 'host';
    if (!mayWithdraw) throw data.fault('role_not_held', `${actor} may not withdraw this widening.`);
    this.end(data, 'withdrawn');
  }

  /** The widening that the leaf names. @throws LogFault `wrong_widening` if it does not wait */
  private waiting(data: OfWidening | Applied): Widening {
    const widening = this.state.get(data.required('widening', data.members.widening));
    if (widening?.state !== 'waiting')
      throw data.fault('wrong_widening', 'the log has no such widening that waits.');
    return widening;
  }

  private end(data: OfWidening | Applied, state: Widening['state']): void {
    const widening = this.waiting(data);
    this.state.set(widening.id, { ...widening, state });
  }

  private facts(present: PrivacyControls): WideningFacts {
    const { tenant, trust } = this.context;
    return {
      present,
      isClaimed: trust.isClaimed(),
      isAdmin: (person) => tenant.holds(person, 'admin'),
    };
  }
}

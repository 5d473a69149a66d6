import {
  type ControlsWidening,
  dueWideningStep,
  mayConfirm,
  type PrivacyControls,
  takesEffectAt,
  type WideningFacts,
  widenedControls,
} from '@countersign/access/policy';
import {
  canonicalJson,
  parseSignature,
  parseWidening,
  type Signature,
  sha256Digest,
  type WideningStatement,
} from '@countersign/contract';
import type { LeafData } from '../leaf-data.js';
import type { SignedPoint } from '../named-points.js';
import { BROKER_TOLERANCE_MS } from '../timeline.js';
import type { ReplayContext } from './replay-context.js';

/** Widenings of the controls, by id. */
export type WideningState = Map<string, ControlsWidening>;

/**
 * The widenings of a tenant's controls. Verifies that each one waited for its delay and its confirmation before it took effect.
 * It uses the broker's own functions (`access/src/domain/controls-widening.ts`).
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
  take(data: LeafData): void | Promise<void> {
    switch (data.leaf.type) {
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
  takeApplied(data: LeafData, before: PrivacyControls, after: PrivacyControls): void {
    const widening = this.waiting(data);
    const facts = this.facts(before);
    if (dueWideningStep(widening, facts, new Date(data.at)).do !== 'apply') {
      const effect = takesEffectAt(widening, before);
      throw data.fault(
        'widened_early',
        data.at < Date.parse(effect)
          ? `the controls were widened before ${effect}, without the delay that they required.`
          : 'the controls were widened without the confirmation of an admin that they required.',
      );
    }
    if (canonicalJson(widenedControls(before, widening)) !== canonicalJson(after))
      throw data.fault('wrong_widening', 'the new controls are not those that were proposed.');
    this.end(data, 'applied');
  }

  private takeProposal(data: LeafData): void {
    const { tenant, trust } = this.context;
    const [before, after] = [data.object<PrivacyControls>('before'), data.object<PrivacyControls>('after')];
    const present = tenant.controls;
    if (present === null || canonicalJson(before) !== canonicalJson(present))
      throw data.fault('changed_outside_log', 'the controls are not those that the log shows.');
    const { actor } = data.leaf;
    if (actor.startsWith('usr_') && !tenant.holds(actor, 'admin'))
      throw data.fault('role_not_held', `${actor} is no admin of the tenant.`);
    const proposal = data.textIfAny('proposal') ?? null;
    const signed = proposal === null ? undefined : trust.takeControls(proposal);
    if (proposal !== null && canonicalJson(signed ?? null) !== canonicalJson(after))
      throw data.fault('wrong_widening', 'no trust document was signed that brings these controls.');
    if ([...this.state.values()].some(({ state }) => state === 'waiting'))
      throw data.fault('wrong_widening', 'another widening waits already.');
    if (data.at < this.options.now() - BROKER_TOLERANCE_MS)
      throw data.fault(
        'backdated',
        'it says that it is older than the leaves before it, so it would wait for less.',
      );
    const id = data.text('widening');
    const at = data.leaf.at;
    this.state.set(id, {
      ...{ id, tenant: data.leaf.tenant, state: 'waiting', version: 1, by: actor, before, after, proposal },
      waits: present.widening ?? { delay: 0, secondAdmin: false },
      ...{ admins: tenant.withRole('admin'), confirmation: null, createdAt: at, dueAt: at, endedAt: null },
    });
  }

  private async takeConfirmation(data: LeafData): Promise<void> {
    const widening = this.waiting(data);
    const { tenant, trust } = this.context;
    const { actor: person } = data.leaf;
    const present = tenant.controls ?? widening.before;
    if (!mayConfirm(widening, this.facts(present), person))
      throw data.fault('role_not_held', `${person} may not confirm this widening.`);
    if (trust.isClaimed() && !data.has('countersignature'))
      throw data.fault('countersignature_required', 'a claimed tenant’s widening is confirmed by a passkey.');
    const signature = data.has('countersignature') ? await this.signature(data, widening, person) : null;
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
    const made = { ...statement, tenant, widening: id, before: hash(before), after: hash(after), person };
    if (canonicalJson(made) !== canonicalJson(statement))
      throw data.fault('bad_countersignature', 'what was signed is not this widening.');
    await this.context.trust.requireValid(data, signature, person);
    this.options.onPoint({ index: data.index, ...statement.log });
    return { ...signature, statement };
  }

  private takeWithdrawal(data: LeafData): void {
    const { actor } = data.leaf;
    const mayWithdraw = actor.startsWith('usr_')
      ? this.context.tenant.holds(actor, 'admin')
      : this.waiting(data).by === 'host';
    if (!mayWithdraw) throw data.fault('role_not_held', `${actor} may not withdraw this widening.`);
    this.end(data, 'withdrawn');
  }

  /** The widening that the leaf names. @throws LogFault `wrong_widening` if it does not wait */
  private waiting(data: LeafData): ControlsWidening {
    const widening = this.state.get(data.text('widening'));
    if (widening?.state !== 'waiting')
      throw data.fault('wrong_widening', 'the log has no such widening that waits.');
    return widening;
  }

  private end(data: LeafData, state: ControlsWidening['state']): void {
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

import { type Signature, toInstant, type WideningState, type WideningStatement } from '@countersign/contract';
import type { Assignment } from './assignment.js';
import type { PrivacyControls, WideningControls } from './privacy-controls.js';
import { type TransitionTable, transition } from './transition-table.js';

/** `lapsed`: no one confirmed it in time, or the controls had changed so that nothing of it was left. */
export const WIDENING_TRANSITIONS: TransitionTable<WideningState> = {
  waiting: ['applied', 'withdrawn', 'lapsed'],
  applied: [],
  withdrawn: [],
  lapsed: [],
};

/** An admin's confirmation. */
interface WideningConfirmation {
  person: string;
  at: string;
  /** By the admin's passkey; null if the tenant was not claimed. */
  signature: Signature<WideningStatement> | null;
}

/** A change that lets more in, and waits. */
interface WaitingChange {
  /** `wdn_…` */
  id: string;
  tenant: string;
  state: WideningState;
  /** Counts changes. A change names the version that it was decided on (compare-and-swap). */
  version: number;
  /** Who proposed it: a person's id, `host`, or `job` for the tenant's SCIM client. */
  by: string;
  /** What it waits for, as of its proposal. The present controls may require more by now. */
  waits: WideningControls;
  /** Who were admins when it was proposed: no one can add the admin who then confirms. */
  admins: string[];
  confirmation: WideningConfirmation | null;
  createdAt: string;
  /** When the scheduler has to look at it: never later than it may take effect or lapse. */
  dueAt: string;
  endedAt: string | null;
}

/** A change of a tenant's controls that widens them. A tenant has at most one that waits. */
export interface ControlsWidening extends WaitingChange {
  person: null;
  /** The controls that it was proposed on, with the narrowing part of the same change. */
  before: PrivacyControls;
  after: PrivacyControls;
  /** The proposal of the trust document that brought it, which the tenant's people have signed; null: it came another way. */
  proposal: string | null;
}

/** A change that lets a person of the tenant decide more. A person has at most one that waits. */
export interface PersonWidening extends WaitingChange {
  /** `usr_…`, whom it is about. */
  person: string;
  /** What the person has meanwhile: the narrowing part of the same change. */
  before: Assignment;
  after: Assignment;
  proposal: null;
}

export type Widening = ControlsWidening | PersonWidening;

/** If no one confirms it, it lapses so long after it could have taken effect. */
const UNCONFIRMED_SECONDS = 14 * 86_400;

/** What a widening waits for now: as its proposal said, or more if the controls have been narrowed since. */
function waitsNow(
  { waits }: Pick<Widening, 'waits'>,
  present: Pick<PrivacyControls, 'widening'>,
): WideningControls {
  return {
    delay: Math.max(waits.delay, present.widening?.delay ?? 0),
    secondAdmin: waits.secondAdmin || (present.widening?.secondAdmin ?? false),
  };
}

/** In whole seconds, never earlier: a signed statement names such an instant. */
const after = (at: string, seconds: number): string =>
  toInstant(new Date(Math.ceil(Date.parse(at) / 1_000) * 1_000 + seconds * 1_000));

/** The first instant at which it may take effect. Whole seconds. */
export const takesEffectAt = (
  widening: Pick<Widening, 'createdAt' | 'waits'>,
  present: Pick<PrivacyControls, 'widening'>,
): string => after(widening.createdAt, waitsNow(widening, present).delay);

/** When it lapses if no one has confirmed it. */
export const lapsesAt = (
  widening: Pick<Widening, 'createdAt' | 'waits'>,
  present: Pick<PrivacyControls, 'widening'>,
): string => after(takesEffectAt(widening, present), UNCONFIRMED_SECONDS);

/** The facts by which a confirmation counts now. */
export interface WideningFacts {
  present: Pick<PrivacyControls, 'widening'>;
  isClaimed: boolean;
  /** Whether this person is an admin of the tenant now. */
  isAdmin: (person: string) => boolean;
}

/**
 * Whether an admin has to confirm it: another one than its author, or for the controls of a claimed tenant any admin, with a
 * passkey. What lets a person decide is confirmed only if there was someone who could: a tenant with one admin waits for the
 * delay alone. But what the vendor's side proposed before the claim has no effect after it unless an admin confirms it.
 */
export function needsConfirmation(widening: Widening, facts: WideningFacts): boolean {
  const { secondAdmin } = waitsNow(widening, facts.present);
  if (widening.person === null) return widening.proposal === null && (secondAdmin || facts.isClaimed);
  if (facts.isClaimed && !widening.by.startsWith('usr_')) return true;
  return secondAdmin && widening.admins.some((each) => isThird(widening, each));
}

/** Neither who proposed it nor whom it is about. */
const isThird = ({ by, person }: PersonWidening, admin: string): boolean => admin !== by && admin !== person;

/** Whether this person may confirm it now. */
export const mayConfirm = (widening: Widening, facts: WideningFacts, person: string): boolean =>
  widening.admins.includes(person) &&
  facts.isAdmin(person) &&
  (widening.person === null
    ? person !== widening.by || !waitsNow(widening, facts.present).secondAdmin
    : isThird(widening, person));

/**
 * Whether a passkey has to sign the confirmation: for the controls of a claimed tenant. Who decides there with a passkey, its
 * trust document says; a role alone opens nothing that needs one.
 */
export const isSigned = ({ person }: Pick<Widening, 'person'>, { isClaimed }: WideningFacts): boolean =>
  isClaimed && person === null;

/** Whether it has the confirmation that it needs now. An admin who has left, or lost the role, no longer counts. */
export function isConfirmed(widening: Widening, facts: WideningFacts): boolean {
  if (!needsConfirmation(widening, facts)) return true;
  const { confirmation } = widening;
  if (confirmation === null || !mayConfirm(widening, facts, confirmation.person)) return false;
  return !isSigned(widening, facts) || confirmation.signature !== null;
}

/** What the scheduler does with it at this moment; `wait`: look again at `dueAt`. */
type WideningStep = { do: 'apply' } | { do: 'lapse' } | { do: 'wait'; dueAt: string };

export function dueWideningStep(widening: Widening, facts: WideningFacts, now: Date): WideningStep {
  const effect = takesEffectAt(widening, facts.present);
  const isOver = (at: string) => Date.parse(at) <= now.getTime();
  if (isConfirmed(widening, facts)) return isOver(effect) ? { do: 'apply' } : { do: 'wait', dueAt: effect };
  const end = lapsesAt(widening, facts.present);
  return isOver(end) ? { do: 'lapse' } : { do: 'wait', dueAt: end };
}

/** Ends it. @throws Error if it does not wait */
export function endWidening<W extends Widening>(
  widening: W,
  to: Exclude<WideningState, 'waiting'>,
  at: string,
): W {
  const state = transition(WIDENING_TRANSITIONS, widening.state, to);
  return { ...widening, state, version: widening.version + 1, endedAt: at };
}

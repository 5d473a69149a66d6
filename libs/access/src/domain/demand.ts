import {
  DEMAND_STATES,
  type DemandKind,
  type DemandState,
  type DemandStepAction,
  type RedirectOutcome,
} from '@countersign/contract';
import { AccessError } from '../errors.js';
import { type TransitionTable, transition } from './transition-table.js';

/**
 * Every transition of a demand. The authority is sent to the customer first: nothing else leads on from `received`. The
 * database holds the same rule (`legal_transitions`).
 */
export const DEMAND_TRANSITIONS: TransitionTable<DemandState> = {
  received: ['redirected'],
  redirected: ['challenged', 'narrowed', 'rejected', 'disclosed', 'closed'],
  challenged: ['narrowed', 'rejected', 'disclosed', 'closed'],
  narrowed: ['challenged', 'rejected', 'disclosed', 'closed'],
  rejected: ['challenged', 'closed'],
  disclosed: ['closed'],
  closed: [],
};

/**
 * What can happen to a demand. Those that are also states lead there. The others leave the state as it is: a document was
 * filed, an extension of a gag was proposed or confirmed, and a gag has ended, so the demand opens to the customer.
 */
export const DEMAND_ACTIONS = [
  ...DEMAND_STATES,
  ...(['documented', 'extension-proposed', 'extended', 'opened'] as const),
] as const;
export type DemandAction = (typeof DEMAND_ACTIONS)[number];

/** An order that forbids the vendor to notify the customer. It ends by a date: twelve months later at most. */
interface Gag {
  /** What forbids it, as a person reads it: court, statute, number. */
  order: string;
  /** RFC 3339 instant. */
  until: string;
}

/** A government's demand as it was received. It never changes: what happens to it are steps. */
export interface Demand {
  /** `dem_…` */
  id: string;
  authority: string;
  /** ISO 3166-1 alpha-2. */
  country: string;
  legalBasis: string;
  kind: DemandKind;
  /** The authority's own number, if it has one. */
  reference: string | null;
  /** Which data the authority wants. */
  data: string;
  /** From when to when, and of which services, the data is. */
  scope: string;
  /** Slugs, sorted, at least one. */
  tenants: string[];
  /** Accounts that the demand names, as the authority wrote them. */
  accounts: string[];
  receivedAt: string;
  dueAt: string | null;
  gag: Gag | null;
  createdAt: string;
  /** The person with the role `legal` who entered it. */
  createdBy: string;
}

/** One step of a demand, append-only. Members that the action does not have are null. */
export interface DemandStep {
  /** From 0, without gaps: two people who act at once cannot both be next. */
  seq: number;
  action: DemandAction;
  from: DemandState | null;
  to: DemandState;
  /** A person, or `job` for an opening. */
  person: string;
  at: string;
  reason: string;
  outcome: RedirectOutcome | null;
  /** `narrowed`: what is left of the demand. */
  scope: string | null;
  /** `disclosed`: whether content was disclosed, and not only data about it. */
  withContent: boolean | null;
  /** `narrowed`, `disclosed`: how many accounts are left, or were affected. */
  accounts: number | null;
  /** `extension-proposed`, `extended`: the new end of the gag. */
  until: string | null;
  /** `documented`: `sha256:…` of the document. */
  document: string | null;
  /** `disclosed`: the grant under which the data was read; null if it was read elsewhere. */
  grant: string | null;
}

/** A document of a demand. Its content is kept sealed; its hash is in the log. */
export interface DemandDocument {
  /** `sha256:` and hex. */
  sha256: string;
  name: string;
  bytes: number;
  at: string;
  person: string;
}

/** What a person adds to a demand. */
export interface StepInput {
  action: DemandStepAction;
  reason: string;
  outcome?: RedirectOutcome | undefined;
  scope?: string | undefined;
  withContent?: boolean | undefined;
  accounts?: number | undefined;
  until?: string | undefined;
  grant?: string | undefined;
}

/** A demand with its steps, oldest first. */
export interface DemandFile {
  demand: Demand;
  steps: readonly DemandStep[];
}

export const demandState = ({ steps }: Pick<DemandFile, 'steps'>): DemandState => {
  const last = steps.at(-1);
  if (last === undefined) throw new Error('a demand has a first step');
  return last.to;
};

/** The end of the gag, extensions included; null if the demand has none. */
export const gagEnd = ({ demand, steps }: DemandFile): string | null =>
  demand.gag === null
    ? null
    : (steps.findLast(({ action }) => action === 'extended')?.until ?? demand.gag.until);

/** True while the customer must not learn of the demand: it has a gag and was not opened. */
export const isSealed = ({ demand, steps }: DemandFile): boolean =>
  demand.gag !== null && !steps.some(({ action }) => action === 'opened');

/** True if a sealed demand should be open by now. Its gag has ended, and the customer does not know of it yet. */
export const isOverdue = (file: DemandFile, now: Date): boolean => {
  const end = gagEnd(file);
  return end !== null && isSealed(file) && Date.parse(end) <= now.getTime();
};

/** The extension that waits for a second person; null if there is none. */
export function openProposal({ steps }: Pick<DemandFile, 'steps'>): DemandStep | null {
  const last = steps.findLast(({ action }) => action === 'extension-proposed' || action === 'extended');
  return last?.action === 'extension-proposed' ? last : null;
}

/** The latest end that a gag may have if it is recorded, or extended, at this moment: the same date a year later. */
function latestGagEnd(now: Date): Date {
  const end = new Date(now);
  end.setUTCFullYear(end.getUTCFullYear() + 1);
  // 29 February becomes 1 March, which is more than twelve months later.
  if (end.getUTCMonth() !== now.getUTCMonth()) end.setUTCDate(0);
  return end;
}

/** @throws AccessError `invalid_request` */
export function validateGagEnd(until: string, now: Date, pointer: string): void {
  const end = Date.parse(until);
  if (end <= now.getTime())
    throw new AccessError('invalid_request', 'A gag ends in the future.', { pointer });
  if (end > latestGagEnd(now).getTime())
    throw new AccessError(
      'invalid_request',
      'A gag ends within twelve months. Two people with the role legal can extend it before it ends.',
      { pointer },
    );
}

/** The first step of a demand. */
export const receivedStep = (demand: Demand, reason: string): DemandStep => ({
  ...blankStep(0, 'received', null, 'received'),
  ...{ person: demand.createdBy, at: demand.createdAt, reason },
});

/** A step that files a document, or opens the demand, and leaves the state as it is. */
export const noteStep = (
  file: DemandFile,
  action: 'documented' | 'opened',
  facts: Pick<DemandStep, 'person' | 'at' | 'reason'> & Partial<DemandStep>,
): DemandStep => {
  const state = demandState(file);
  return { ...blankStep(file.steps.length, action, state, state), ...facts };
};

/**
 * The step that a person adds.
 *
 * @throws AccessError `wrong_state` if the state machine does not lead there, `invalid_request` for members that the action
 *   lacks or does not have, `self_review` if one person confirms their own extension
 */
export function personStep(
  file: DemandFile,
  { action, reason, ...input }: StepInput,
  by: { person: string; now: Date },
): DemandStep {
  const state = demandState(file);
  requireMembers(action, input);
  const facts = { person: by.person, at: by.now.toISOString(), reason };
  if (action === 'extension-proposed' || action === 'extended')
    return {
      ...blankStep(file.steps.length, action, state, state),
      ...facts,
      until: extendedUntil(file, action, input.until, by),
    };
  if (!DEMAND_TRANSITIONS[state].includes(action))
    throw new AccessError(
      'wrong_state',
      state === 'received'
        ? 'Send the authority to the customer first, and record its answer (redirected).'
        : `A demand that is ${state} cannot become ${action}.`,
    );
  return {
    ...blankStep(file.steps.length, action, state, transition(DEMAND_TRANSITIONS, state, action)),
    ...facts,
    outcome: input.outcome ?? null,
    scope: input.scope ?? null,
    withContent: input.withContent ?? null,
    accounts: input.accounts ?? null,
    grant: input.grant ?? null,
  };
}

/** Which members an action needs (true) or may have (false). It has no others. */
const MEMBERS: Readonly<Record<DemandStepAction, Partial<Record<keyof StepInput, boolean>>>> = {
  redirected: { outcome: true },
  challenged: {},
  narrowed: { scope: true, accounts: false },
  rejected: {},
  disclosed: { withContent: true, accounts: true, grant: false },
  closed: {},
  'extension-proposed': { until: true },
  extended: {},
};

function requireMembers(action: DemandStepAction, input: Omit<StepInput, 'action' | 'reason'>): void {
  const allowed = MEMBERS[action];
  for (const [name, value] of Object.entries(input))
    if (value !== undefined && !(name in allowed))
      throw new AccessError('invalid_request', `A step “${action}” has no ${name}.`, { pointer: `/${name}` });
  for (const [name, isNeeded] of Object.entries(allowed))
    if (isNeeded && input[name as keyof typeof input] === undefined)
      throw new AccessError('invalid_request', `A step “${action}” needs ${name}.`, { pointer: `/${name}` });
}

function extendedUntil(
  file: DemandFile,
  action: 'extension-proposed' | 'extended',
  until: string | undefined,
  { person, now }: { person: string; now: Date },
): string {
  if (!isSealed(file)) throw new AccessError('wrong_state', 'This demand has no gag that could be extended.');
  if (isOverdue(file, now))
    throw new AccessError('wrong_state', 'The gag has ended: the demand opens and cannot be sealed again.');
  if (action === 'extension-proposed') {
    validateGagEnd(until ?? '', now, '/until');
    // An earlier end would open the demand behind the back of the order, and of the person who confirms an extension.
    if (Date.parse(until ?? '') <= Date.parse(gagEnd(file) ?? ''))
      throw new AccessError('invalid_request', 'An extension ends later than the gag does now.', {
        pointer: '/until',
      });
    return new Date(until ?? '').toISOString();
  }
  const proposal = openProposal(file);
  if (proposal?.until == null)
    throw new AccessError('wrong_state', 'No extension waits for a second person: propose one first.');
  if (proposal.person === person)
    throw new AccessError('self_review', 'Another person with the role legal must confirm the extension.');
  return proposal.until;
}

const blankStep = (
  seq: number,
  action: DemandAction,
  from: DemandState | null,
  to: DemandState,
): Omit<DemandStep, 'person' | 'at' | 'reason'> => ({
  ...{ seq, action, from, to, outcome: null, scope: null, withContent: null, accounts: null },
  ...{ until: null, document: null, grant: null },
});

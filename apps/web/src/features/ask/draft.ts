import type { Ask, Template } from '@countersign/api';
import { formatDuration, toInstant } from '@countersign/contract';
import { tickedScope } from '@countersign/wording';
import { instantOfLocal } from '../../text/clock.js';

/** When access begins: at once, at a time, or with the first token. */
export type Start = 'approval' | 'later' | 'first-use';

/** The values of the form. */
export interface Draft {
  tenant: string;
  service: string;
  /** The ticked `pattern action` pairs. */
  ticked: ReadonlySet<string>;
  objects: string;
  minutes: string;
  justification: string;
  ticket: string;
  /** The customer is notified and not asked. */
  emergency?: boolean;
  /** The government demand that the access answers (`dem_…`). */
  demand?: string;
  /** Answers show the fields that the service hides. */
  unmasked?: boolean;
  /** Empty: none is stated. */
  reasonCode: string;
  /** `approval` if absent. */
  start?: Start;
  /** Local times of the form: `2026-11-24T15:03`. */
  startsAt?: string;
  useBy?: string;
  /** The most calls; empty: as many as the rules allow. */
  calls?: string;
}

export const secondsOf = ({ minutes }: Pick<Draft, 'minutes'>): number =>
  Math.round(Number(minutes.replace(',', '.')) * 60);

const basisOf = ({ emergency, demand }: Draft): Pick<Ask, 'basis' | 'demand'> => {
  if (demand !== undefined) return { basis: 'legal', demand };
  return emergency === true ? { basis: 'emergency' } : {};
};

/** A local time as the API takes it; undefined if the form has none. */
function instantOf(local: string | undefined): string | undefined {
  const at = instantOfLocal(local ?? '');
  return Number.isNaN(at) ? undefined : toInstant(new Date(at));
}

/** When it begins; null while a time is missing. */
function startOf({
  start = 'approval',
  startsAt,
  useBy,
}: Draft): Pick<Ask, 'startsAt' | 'startsOn' | 'useBy'> | null {
  if (start === 'approval') return {};
  const [at, by] = [instantOf(startsAt), instantOf(useBy)];
  if (start === 'later') return at === undefined ? null : { startsAt: at };
  return by === undefined ? null : { startsOn: 'first-use', useBy: by };
}

/** What is wrong with the time that the chosen start needs; null if nothing is, or if it needs none. */
export function findTimeProblem(draft: Draft, now: number): 'missing' | 'past' | null {
  const start = startOf(draft);
  if (start === null) return 'missing';
  const at = start.startsAt ?? start.useBy;
  return at !== undefined && Date.parse(at) <= now ? 'past' : null;
}

/** At most so many calls; null if it is no whole number. */
function budgetOf({ calls = '' }: Draft): Pick<Ask, 'budget'> | null {
  if (calls.trim() === '') return {};
  const count = Number(calls);
  return Number.isInteger(count) && count >= 1 ? { budget: { calls: count } } : null;
}

/** What is requested of any customer at any time; null while the scope or the duration is missing. */
function valuesOf(draft: Draft): Omit<Ask, 'tenant' | 'justification'> | null {
  const scope = tickedScope(draft);
  const seconds = secondsOf(draft);
  const budget = budgetOf(draft);
  if (draft.service === '' || scope.length === 0 || !(seconds >= 1) || budget === null) return null;
  const ticket = draft.ticket.trim();
  const reasonCode = draft.reasonCode.trim();
  return {
    service: draft.service,
    scope,
    duration: formatDuration(seconds),
    ...(ticket === '' ? {} : { ticket }),
    ...budget,
    ...(draft.unmasked === true ? { unmasked: true as const } : {}),
    ...(reasonCode === '' ? {} : { reasonCode }),
  };
}

/** The request body; null while the customer, the scope or the duration is missing. */
export function buildAsk(draft: Draft): Ask | null {
  const [values, start] = [valuesOf(draft), startOf(draft)];
  if (draft.tenant === '' || values === null || start === null) return null;
  const { tenant, justification } = draft;
  return { tenant, ...values, justification, ...basisOf(draft), ...start };
}

/** What a template keeps of the form: no time, no emergency and no demand. Null while the scope or the duration is missing. */
export function buildTemplate(draft: Draft): Template['request'] | null {
  const values = valuesOf(draft);
  if (values === null) return null;
  const { tenant, justification } = draft;
  return {
    ...values,
    ...(tenant === '' ? {} : { tenant }),
    ...(justification.trim() === '' ? {} : { justification }),
  };
}

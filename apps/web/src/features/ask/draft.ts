import { formatDuration } from '@countersign/contract';
import { tickedScope } from '@countersign/wording';
import type { Ask } from '../../api/client.js';

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
}

export const secondsOf = ({ minutes }: Pick<Draft, 'minutes'>): number =>
  Math.round(Number(minutes.replace(',', '.')) * 60);

const basisOf = ({ emergency, demand }: Draft): Pick<Ask, 'basis' | 'demand'> => {
  if (demand !== undefined) return { basis: 'legal', demand };
  return emergency === true ? { basis: 'emergency' } : {};
};

/** The request body; null while the customer, the scope or the duration is missing. */
export function buildAsk(draft: Draft): Ask | null {
  const scope = tickedScope(draft);
  const seconds = secondsOf(draft);
  if (draft.tenant === '' || draft.service === '' || scope.length === 0 || !(seconds >= 1)) return null;
  const ticket = draft.ticket.trim();
  const reasonCode = draft.reasonCode.trim();
  return {
    tenant: draft.tenant,
    service: draft.service,
    scope,
    duration: formatDuration(seconds),
    justification: draft.justification,
    ...(ticket === '' ? {} : { ticket }),
    ...basisOf(draft),
    ...(draft.unmasked === true ? { unmasked: true as const } : {}),
    ...(reasonCode === '' ? {} : { reasonCode }),
  };
}

import { formatDuration } from '@countersign/contract';
import { tickedScope } from '@countersign/wording';
import type { Ask } from '../../api/client.js';

/** What the form holds. */
export interface Draft {
  tenant: string;
  service: string;
  /** `pattern action` pairs that are ticked. */
  ticked: ReadonlySet<string>;
  objects: string;
  minutes: string;
  justification: string;
  ticket: string;
}

export const secondsOf = ({ minutes }: Pick<Draft, 'minutes'>): number =>
  Math.round(Number(minutes.replace(',', '.')) * 60);

/** The ask to send; null while customer, scope or time are missing. */
export function buildAsk(draft: Draft): Ask | null {
  const scope = tickedScope(draft);
  const seconds = secondsOf(draft);
  if (draft.tenant === '' || draft.service === '' || scope.length === 0 || !(seconds >= 1)) return null;
  const ticket = draft.ticket.trim();
  return {
    tenant: draft.tenant,
    service: draft.service,
    scope,
    duration: formatDuration(seconds),
    justification: draft.justification,
    ...(ticket === '' ? {} : { ticket }),
  };
}

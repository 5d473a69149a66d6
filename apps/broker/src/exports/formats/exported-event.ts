import type { ExportedValue, ExportPage } from '@countersign/access';
import { type LeafV1, logOrigin } from '@countersign/audit-log';
import type { AnyEventData, EventType } from '@countersign/contract';

/** One leaf, ready to be written in any of the formats. */
export interface ExportedEvent {
  /** The log's origin (docs/contract.md, Checkpoint origin). With `index` it names the leaf for good. */
  log: string;
  index: number;
  /** RFC 6962 leaf hash, `sha256:` + hex. */
  hash: string;
  leaf: Omit<LeafV1, 'data'> & { data: AnyEventData };
  /** The leaf's canonical JSON, as it was hashed. */
  text: string;
  personal: Readonly<Record<string, ExportedValue>>;
}

/** The leaves of a page as the formats take them, with the log's origin when the page was read. */
export function exportedEvents(
  deployment: string,
  slug: string,
  { leaves, epoch }: ExportPage,
): { log: string; events: ExportedEvent[] } {
  const log = logOrigin(deployment, slug, epoch);
  const events = leaves.map(({ index, hash, leaf: text, personal }) => ({
    ...{ log, index, hash, text, personal },
    leaf: JSON.parse(text) as LeafV1,
  }));
  return { log, events };
}

/** What a receiver does with an event at first sight. */
export type Severity = 'info' | 'notice' | 'warning';

/** Stops, locks and emergencies are worth a look; what contradicts the broker's own state, or is late, is worth an alarm. */
const SEVERITIES: Partial<Record<EventType, Severity>> = {
  'access.refused': 'notice',
  'lock.set': 'notice',
  'supervision.crossed': 'notice',
  'trust.stopped': 'notice',
  'emergency.opened': 'notice',
  'disclosure.late': 'warning',
  'trust.reset': 'warning',
  'opening.erased': 'notice',
  'log.restored': 'warning',
  'gateway.bypassed': 'warning',
  'gateway.gap': 'warning',
  'gateway.mismatch': 'warning',
  'gateway.closed': 'warning',
};

/** How urgent an event is. One of a type that is not listed is information. */
export function severityOf({ type, data }: Pick<ExportedEvent['leaf'], 'type' | 'data'>): Severity {
  if (type === 'grant.ended' && data.reason === 'revoked') return 'notice';
  return Object.hasOwn(SEVERITIES, type) ? (SEVERITIES[type as EventType] ?? 'info') : 'info';
}

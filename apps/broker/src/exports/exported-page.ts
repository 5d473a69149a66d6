import type { ExportPage } from '@countersign/access';
import { type LeafV1, logOrigin } from '@countersign/audit-log';
import type { ExportedEvent } from './formats/exported-event.js';

/** The leaves of a page as the formats take them, with the log's origin at the moment of reading. */
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

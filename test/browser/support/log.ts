import { appendLeaf, EMPTY_RANGE, encodeBase64, leafHash, rangeRoot } from '@countersign/audit-log';
import { systemHashing } from '@countersign/persistence';
import { filler } from '../../factories/filler.js';
import type { BrowserSite } from './browser-site.js';

/** Appends so many leaves to a tenant's log. @param at their time; in a log that the test verifies, not before its newest leaf */
export const grow = (
  site: BrowserSite,
  tenant: string,
  count: number,
  at = new Date().toISOString(),
): Promise<void> =>
  site.site.store.host.store.forTenant(tenant, (unit) =>
    unit.log.appendAll(Array.from({ length: count }, (_, index) => filler(at, index))),
  );

/** What a browser would keep that has verified another log: so many leaves that no log has. */
export function pointOfAnotherLog(origin: string, size: number) {
  let range = EMPTY_RANGE;
  for (let at = 0; at < size; at += 1)
    range = appendLeaf(systemHashing, range, leafHash(systemHashing, Buffer.from(`another ${at}`)));
  return {
    origin,
    size,
    root: encodeBase64(rangeRoot(systemHashing, range)),
    range: range.nodes.map(encodeBase64),
  };
}

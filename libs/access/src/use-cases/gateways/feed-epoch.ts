import type { Deps } from '../shared/deps.js';

/**
 * After the database was restored from a backup: opens a new epoch of the gateways' feed, on the host. Until then
 * every gateway that had heard more than the backup knows refuses the feed; from then on it believes the new epoch's
 * snapshot, and what had ended before stays ended.
 */
export function openFeedEpoch(deps: Deps): Promise<{ epoch: number; after: { epoch: number; seq: number } }> {
  return deps.store.feed.write(async (unit) => {
    const opened = await unit.feed.openEpoch();
    await unit.log.append({
      type: 'feed.epoch-opened',
      at: deps.clock.now().toISOString(),
      actor: 'host',
      data: { epoch: opened.epoch, after: opened.after },
    });
    return opened;
  });
}

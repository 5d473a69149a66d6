import { VENDOR_SLUG } from '../../domain/organisation.js';
import type { Deps } from '../shared/deps.js';

/** A checkpoint of a log that is known from outside the restored database. The caller has verified its signature. */
export type KnownCheckpoint = {
  /** A tenant's slug, `deployment` or `vendor`. */
  log: string;
  origin: string;
  epoch: number;
  size: number;
  /** Padded base64. */
  root: string;
  /** How many of its first leaves are shown to be those of the database. */
  kept: number;
};

/** What a log was before, and what it has lost, as its leaf `log.restored` says. */
export type RestoredLog = {
  log: string;
  previous: { origin: string; size: number; root: string };
  kept: number;
  lost: number;
};

type Restored = {
  epoch: number;
  /** The position of the gateways' feed that the new epoch follows. */
  after: { epoch: number; seq: number };
  logs: RestoredLog[];
};

/**
 * Begins a new epoch of the feed and of every log, on the host, after the database was restored from a backup. Until then
 * every gateway that knows more than the backup refuses the feed, and no log that is known to have gone back is signed.
 *
 * The first leaf that each log appends in its new epoch is `log.restored`: the last known checkpoint from before, and what was
 * lost. Epoch and leaves are one transaction, so no log is signed in the new epoch without its leaf. A log that the backup does
 * not have at all begins with it.
 *
 * @param known the largest for each log, if it is beyond what the database holds or differs from it
 * @param originOf a log's origin in an epoch
 */
export function restoreLogs(
  deps: Deps,
  known: readonly KnownCheckpoint[],
  originOf: (log: string, epoch: number) => string,
): Promise<Restored> {
  return deps.store.feed.write(async (unit) => {
    const names = new Set([...(await unit.checkpoints.logs()), ...known.map(({ log }) => log)]);
    const logs: RestoredLog[] = [];
    for (const log of [...names].sort()) {
      const head = await (await unit.logOf(log === VENDOR_SLUG ? null : log)).head();
      const own = { ...head, log, origin: originOf(log, head.epoch), kept: head.size };
      const { origin, size, root, kept } = known.find((each) => each.log === log) ?? own;
      logs.push({ log, previous: { origin, size, root }, kept, lost: size - kept });
    }
    const opened = await unit.feed.openEpoch(Math.max(0, ...known.map(({ epoch }) => epoch)) + 1);
    const at = deps.clock.now().toISOString();
    for (const { log, ...data } of logs) {
      const own = await unit.logOf(log === VENDOR_SLUG ? null : log);
      await own.append({ type: 'log.restored', at, actor: 'host', data: { epoch: opened.epoch, ...data } });
    }
    await unit.continuity.restored(at);
    const { epoch, after } = opened;
    await unit.log.append({ type: 'feed.epoch-opened', at, actor: 'host', data: { epoch, after } });
    return { ...opened, logs };
  });
}

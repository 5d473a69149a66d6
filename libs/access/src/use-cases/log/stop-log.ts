import { DEPLOYMENT_SLUG } from '@countersign/contract';
import { VENDOR_SLUG } from '../../domain/organisation.js';
import type { SeenCheckpoint } from '../../ports/index.js';
import { logStoppedNotice } from '../notices/notices.js';
import type { Deps } from '../shared/deps.js';

/**
 * Keeps a checkpoint that a log's own key signed and that the log does not continue. From then on no broker signs the log, until
 * a restore opens another epoch. People are notified once.
 *
 * @param checkpoint the caller has verified its signature, and that the log does not continue it
 * @returns whether it is the first one
 */
export function stopLog(deps: Deps, log: string, checkpoint: SeenCheckpoint): Promise<boolean> {
  return deps.store.logAlarms.write(async (unit) => {
    const isFirst = await unit.checkpoints.keepSeen(log, checkpoint);
    const tenant = log === DEPLOYMENT_SLUG || log === VENDOR_SLUG ? null : log;
    if (isFirst) await unit.outboxOf(tenant).add(logStoppedNotice(log, tenant, checkpoint.seenAt));
    return isFirst;
  });
}

import {
  type Checkpoint,
  decodeBase64,
  hadRoot,
  type LogSource,
  parseLogOrigin,
} from '@countersign/audit-log';
import type { Hashing } from '@countersign/contract';
import { fault } from './faults.js';

/** A point of a tenant's log that someone signed, and the leaf that has the signed statement. `root` is padded base64. */
export type SignedPoint = { index: number; epoch: number; size: number; root: string };

/** A point of the deployment's log that a leaf of a tenant's log names. */
export type DeploymentPoint = { index: number; origin: string; size: number; root: string };

/** An epoch that a restore began, the leaf that says so, and how many of the leaves before it are those of the epoch before. */
export type RestoredEpoch = { epoch: number; index: number; kept: number };

/** A log that was verified as a whole, with its restores as its leaves tell them. */
export type PointedLog = {
  source: LogSource;
  checkpoint: Checkpoint;
  /** The first leaf that was read in this run. */
  start: number;
  restored: readonly RestoredEpoch[];
};

/**
 * Requires that the log had each root that its people signed. What a restore lost can no longer be compared, if the statement
 * came after the restore: a leaf that the log has from before it is of the same history as the point that it names.
 *
 * @throws LogFault `statement_of_fork`
 */
export async function requireSignedPoints(
  hashing: Hashing,
  log: PointedLog,
  points: readonly SignedPoint[],
): Promise<void> {
  const own = parseLogOrigin(log.checkpoint.origin)?.epoch ?? 1;
  for (const { index, epoch, size, root } of points) {
    const restoredBefore = log.restored.filter((each) => each.index < index);
    if (epoch > own || isLost(restoredBefore, epoch, size)) continue;
    if (!(await hadRoot(hashing, log.source, { size, root: rootOf(root, index) }, log.checkpoint)))
      throw fault('statement_of_fork', 'the signed statement names another root of this log.', index);
  }
}

/**
 * Requires that the deployment's log had each root that a tenant's log names, in this epoch or in an earlier one. A later epoch
 * counts only if a leaf of the deployment's log says that it was restored: otherwise another origin would be enough to show a
 * tenant another history. A restore is of all logs at once, so both logs are of one epoch, and what the tenant's log has from
 * before it is of the same database as what it names.
 *
 * @throws LogFault `deployment_forked`
 */
export async function requireDeploymentPoints(
  hashing: Hashing,
  log: PointedLog,
  points: readonly DeploymentPoint[],
  tenant: { origin: string; restored: readonly RestoredEpoch[] },
): Promise<void> {
  const own = parseLogOrigin(log.checkpoint.origin);
  for (const { index, origin, size, root } of points) {
    const named = parseLogOrigin(origin);
    const forked = () =>
      fault('deployment_forked', 'the deployment’s log is not the one that this log names.', index);
    if (named === undefined || named.deployment !== own?.deployment || named.slug !== own.slug)
      throw forked();
    if (named.epoch > own.epoch) throw forked();
    const isKnown = named.epoch === own.epoch || log.restored.some(({ epoch }) => epoch > named.epoch);
    // Leaves that were pruned, or read in an earlier run, may have said it.
    if (!isKnown && log.start > 0) continue;
    if (!isKnown) throw forked();
    const restoredBefore = log.restored.filter(({ epoch }) =>
      tenant.restored.some((each) => each.epoch === epoch && each.index < index),
    );
    if (isLost(restoredBefore, named.epoch, size)) continue;
    if (!(await hadRoot(hashing, log.source, { size, root: rootOf(root, index) }, log.checkpoint)))
      throw forked();
  }
  const tenantEpoch = parseLogOrigin(tenant.origin)?.epoch ?? 1;
  if ((own?.epoch ?? 1) !== tenantEpoch)
    throw fault(
      'deployment_forked',
      `The deployment’s log is of epoch ${own?.epoch}, and this log of epoch ${tenantEpoch}. A restore begins the same epoch in every log. If one was going on, mirror or verify both again.`,
    );
}

/** Whether a restore after this epoch kept fewer leaves. */
const isLost = (restored: readonly RestoredEpoch[], epoch: number, size: number): boolean =>
  restored.some((each) => each.epoch > epoch && each.kept < size);

function rootOf(text: string, index: number): Uint8Array {
  const root = decodeBase64(text);
  if (root?.length !== 32) throw fault('unreadable_leaf', 'a root is 32 bytes of base64.', index);
  return root;
}

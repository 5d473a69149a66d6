import type { AnchorFile, VerifiedPoint } from '@countersign/audit-log';
import type { ReplayReport } from '@countersign/log-verifier';
import { isReplayable, type ReplayFault, replayInBrowser } from '../log/replay-log.js';
import { verifyInBrowser } from '../log/verify-log.js';
import type { FolderLog } from './folder-log.js';

export type Progress = (what: 'deployment' | 'tenant', done: number, size: number) => void;

/** What was found. `report` is null if calls and approvals were not looked at. */
export type Finding =
  | {
      ok: true;
      point: VerifiedPoint;
      report: ReplayReport | null;
      isReplayable: boolean;
      hasOpenings: boolean;
    }
  | { ok: false; fault: ReplayFault };

/**
 * Verifies a copy of a log, with its calls and approvals if the deployment's log is in the copy.
 *
 * @param anchor the customer's anchor file, if it was given; `vkey` is then the key in it
 */
export async function verifyCopy(
  copy: FolderLog,
  { vkey, anchor }: { vkey: string; anchor?: AnchorFile | undefined },
  onProgress: Progress,
): Promise<Finding> {
  const { deployment, hasOpenings } = copy;
  const deploymentKey = anchor?.deploymentVkey ?? (await deployment?.text('vkey'));
  const canReplay = isReplayable(vkey);
  if (canReplay && deployment !== undefined && deploymentKey !== undefined) {
    const replayed = await replayInBrowser({
      ...{ source: copy, vkey, anchor, openings: hasOpenings, onProgress },
      deployment: { source: deployment, vkey: deploymentKey },
    });
    if (!replayed.ok) return replayed;
    const { report } = replayed;
    return { ok: true, point: report.point, report, isReplayable: canReplay, hasOpenings };
  }
  const found = await verifyInBrowser(copy, vkey, {
    onProgress: (done, size) => onProgress('tenant', done, size),
  });
  if (!found.ok) return found;
  return { ok: true, point: found.point, report: null, isReplayable: canReplay, hasOpenings };
}

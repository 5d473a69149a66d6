/** The logs: reading, exports, erasure, daily statements, keys, pruning and restoring; and the evidence that is made from them. */

export { isReliedOn } from '../domain/deployment-events.js';
export type { Erasure } from '../domain/erasure.js';
export type { ExportTarget } from '../domain/export-target.js';
export { DEFAULT_LOG_SETTINGS, type LegalHold, type LogSettings } from '../domain/log-settings.js';
export {
  endBrokerLease,
  LEASE_RENEWAL_MS,
  noteParted,
  renewBrokerLease,
  sizesInBackup,
  takeBrokerLease,
} from '../use-cases/continuity/continuity.js';
export { evidenceLeaves, requireEvidencePeriod } from '../use-cases/evidence/evidence.js';
export { DailyLeavesFailed, type DailyRun, openSeals, sealDays } from '../use-cases/log/daily-leaves.js';
export { makeDailyStatements, type SignStatement } from '../use-cases/log/daily-statements.js';
export { eraseOpenings } from '../use-cases/log/erase.js';
export {
  type ExportedValue,
  type ExportPage,
  exportLog,
  exportLogAsSide,
} from '../use-cases/log/export-log.js';
export {
  addExportTarget,
  type ExportTargetView,
  listExportTargets,
  removeExportTarget,
} from '../use-cases/log/export-targets.js';
export { liftLegalHold, setLegalHold } from '../use-cases/log/legal-holds.js';
export { getLogSettings, setLogSettings } from '../use-cases/log/log-settings.js';
export {
  missingWitnesses,
  noticeMissingWitnesses,
} from '../use-cases/log/missing-witnesses.js';
export { pruneLogs } from '../use-cases/log/prune-logs.js';
export {
  listEvents,
  listRecords,
  readLogPoint,
  readOpenings,
  readOpeningsFrom,
  readWholeLog,
} from '../use-cases/log/read-log.js';
export {
  type KnownCheckpoint,
  type RestoredLog,
  restoreLogs,
} from '../use-cases/log/restore-logs.js';
export {
  beginLogKeyRotation,
  continueLogKeyRotation,
  LOG_KEY_OVERLAP_SECONDS,
} from '../use-cases/log/rotate-log-key.js';
export type { StatementSpan } from '../use-cases/log/statement-facts.js';
export { getStatement, headsWanted, listStatements, readStatement } from '../use-cases/log/statements.js';
export { stopLog } from '../use-cases/log/stop-log.js';
export { NOTICES_KEPT_DAYS, prune, SLACK_POSTS_KEPT_DAYS } from '../use-cases/scheduler/prune.js';

import {
  type AnchorFile,
  AuditLogError,
  LogFault,
  type LogSource,
  parseLogOrigin,
  parseVerifierKey,
  unknownEvent,
} from '@countersign/audit-log';
import { DEPLOYMENT_SLUG } from '@countersign/contract';
import {
  notWitnessed,
  type ReplayFaultCode,
  type ReplayReport,
  replayTenantLog,
} from '@countersign/log-verifier';
import type { Fault } from './verify-log.js';
import { requireWorkingCrypto, UnsupportedBrowser, webEd25519, webHashing } from './web-crypto.js';
import { withWebSignatures } from './web-signatures.js';

/** A fault of what the leaves say, or of the log's hashes and signatures. */
export type ReplayFault = Omit<Fault, 'code'> & { code: Fault['code'] | ReplayFaultCode };

export type Replay = { ok: true; report: ReplayReport } | { ok: false; fault: ReplayFault };

/**
 * Verifies a tenant's log in the browser with everything that its leaves say, as `countersign log verify` does: also that
 * every allowed call lies under a grant whose approvals were what the policy of that moment required. Cosignatures that are
 * missing are a warning of the report, and a fault after the grace period of the trust document.
 */
export async function replayInBrowser(options: {
  source: LogSource;
  vkey: string;
  deployment: { source: LogSource; vkey: string };
  anchor?: AnchorFile | undefined;
  openings: boolean;
  onProgress: (what: 'deployment' | 'tenant', done: number, size: number) => void;
}): Promise<Replay> {
  const { source, vkey, deployment, anchor, openings, onProgress } = options;
  const ports = { hashing: webHashing, check: webEd25519, signed: withWebSignatures };
  try {
    await requireWorkingCrypto();
    const report = await replayTenantLog(ports, {
      log: { source, key: parseVerifierKey(webHashing, vkey.trim()) },
      deployment: { source: deployment.source, key: parseVerifierKey(webHashing, deployment.vkey.trim()) },
      ...{ anchor, openings, onProgress, now: () => Date.now() },
    });
    if (report.unknown !== null) throw unknownEvent(report.unknown);
    // A browser has one way to say that a log is not as it should be.
    if (report.unwitnessed !== null) throw notWitnessed(report.unwitnessed);
    return { ok: true, report };
  } catch (error) {
    if (error instanceof LogFault) return failed(error.code, error.message, error.index);
    if (error instanceof AuditLogError) return failed('invalid_key', error.message);
    if (error instanceof UnsupportedBrowser) return failed('unsupported', error.message);
    throw error;
  }
}

const failed = (code: ReplayFault['code'], detail: string, index?: number): Replay => ({
  ok: false,
  fault: { code, detail, index: index ?? null },
});

/** False for the logs without grants and calls: only their hashes, signatures and the form of their leaves are verified. */
export function isReplayable(vkey: string): boolean {
  const slug = parseLogOrigin(vkey.trim().split('+')[0] ?? '')?.slug;
  return slug !== undefined && slug !== DEPLOYMENT_SLUG && slug !== 'vendor';
}

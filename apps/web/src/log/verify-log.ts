import {
  AuditLogError,
  cosignedAt,
  LogFault,
  type LogFaultCode,
  type LogSource,
  type Note,
  parseLogOrigin,
  parseVerifierKey,
  type Restoration,
  UnknownLeaves,
  unknownEvent,
  type VerifiedPoint,
  verifyTenantLog,
} from '@countersign/audit-log';
import { requireWorkingCrypto, UnsupportedBrowser, webEd25519, webHashing } from './web-crypto.js';

/** Why a log does not verify here: the verifier's codes, and what only these pages meet. */
export type FaultCode =
  | LogFaultCode
  | 'invalid_key'
  | 'not_a_countersign_log'
  | 'unsupported'
  /** Leaves that were verified before were lost in a restore from a backup, as the log itself says. */
  | 'restored'
  /** The log has another key than when this browser verified it last, and the old one did not hand over to it. */
  | 'key_changed'
  /** The key is not the one in the anchor file. */
  | 'anchor_differs'
  /** The file is no anchor file. */
  | 'invalid_anchor'
  /** No fault: the log has events of types that these pages do not know. */
  | 'unknown_event';

/** The first fault. `index` is that of the leaf, if the fault is in one. `detail` is in English, as the command says it. */
export interface Fault {
  code: FaultCode;
  index: number | null;
  detail: string;
}

export type Verification =
  | {
      ok: true;
      point: VerifiedPoint;
      note: Note;
      /** The number of leaves that `since` had; 0 without it. */
      since: number;
      /** Leaves before this one were pruned: the log no longer gives them. */
      prunedBefore: number;
      /** The last restore from a backup that the leaves tell of; null if there was none. */
      restored: Pick<Restoration, 'epoch' | 'lost'> | null;
    }
  | { ok: false; fault: Fault };

/**
 * Verifies a whole log of Countersign in the browser, as `countersign log verify` does: the checkpoint's signature, all
 * leaves and tiles, that each leaf is a leaf of this log at its own index and of a known type, that new keys and restores are
 * what the leaves say, and that the log continues `since`. It does not evaluate whether the calls in the log were allowed:
 * `replayInBrowser` does.
 *
 * @param vkey the log's C2SP verifier key
 * @throws what the source throws, such as a lost connection
 */
export async function verifyInBrowser(
  source: LogSource,
  vkey: string,
  options: {
    since?: VerifiedPoint | undefined;
    /** The reader knows that leaves that were verified before were lost in a restore. */
    acceptRestored?: boolean | undefined;
    onProgress?: ((done: number, size: number) => void) | undefined;
  } = {},
): Promise<Verification> {
  const { since, onProgress, acceptRestored = false } = options;
  const unknown = new UnknownLeaves();
  try {
    await requireWorkingCrypto();
    const key = parseVerifierKey(webHashing, vkey.trim());
    if (parseLogOrigin(key.name) === undefined)
      return failed('not_a_countersign_log', `${key.name} is no log of Countersign.`);
    const ports = { hashing: webHashing, check: webEd25519 };
    const { point, note, prunedBefore, succession } = await verifyTenantLog(ports, source, {
      key,
      since,
      onProgress,
      onLeaf: (_index, leaf) => void unknown.take(leaf),
    });
    const last = succession?.restorations.at(-1);
    const lost = succession?.lost ?? 0;
    if (lost > 0 && !acceptRestored)
      return failed('restored', `${lost} of the leaves that were verified before are lost.`, last?.index);
    if (unknown.found !== null) throw unknownEvent(unknown.found);
    const restored = last === undefined ? null : { epoch: last.epoch, lost: last.lost };
    return { ok: true, point, note, since: since?.size ?? 0, prunedBefore, restored };
  } catch (error) {
    if (error instanceof LogFault) return failed(error.code, error.message, error.index);
    if (error instanceof AuditLogError) return failed('invalid_key', error.message);
    if (error instanceof UnsupportedBrowser) return failed('unsupported', error.message);
    throw error;
  }
}

const failed = (code: FaultCode, detail: string, index?: number): Verification => ({
  ok: false,
  fault: { code, detail, index: index ?? null },
});

/** Whether a witness has signed a checkpoint: when (RFC 3339), or why that is not shown. */
export type Cosignature =
  | { state: 'signed'; at: string }
  | { state: 'missing' | 'bad_signature' | 'invalid_key' };

/** Looks for the signature of a witness on a checkpoint, and verifies it here. */
export async function checkCosignature(note: Note, vkey: string): Promise<Cosignature> {
  try {
    const seconds = await cosignedAt(webEd25519, note, parseVerifierKey(webHashing, vkey));
    if (seconds === undefined) return { state: 'missing' };
    return { state: 'signed', at: new Date(seconds * 1_000).toISOString() };
  } catch (error) {
    if (!(error instanceof AuditLogError)) throw error;
    return { state: error.code === 'bad_signature' ? 'bad_signature' : 'invalid_key' };
  }
}

import { createHash } from 'node:crypto';
import {
  AuditLogError,
  ed25519Key,
  hadRoot,
  logOrigin,
  parseLogOrigin,
  type VerifierKey,
} from '@countersign/audit-log';
import { nodeEd25519, nodeHashing } from '@countersign/authorization';
import { DEPLOYMENT_SLUG } from '@countersign/contract';
import { EvidenceFault, FILES, type VerifiedPack, verifyPack } from '@countersign/evidence';
import { ZipError, ZipReader } from '@countersign/runtime';
import type { Answer, Context } from '../command/context.js';
import { CliError, cannotOpenError } from '../command/errors.js';
import { FolderLog } from '../log/log-source.js';
import { verifyMirror } from '../log/statement-comparison.js';
import { chooseKey, keysOf, readVerifierKey } from '../log/verification.js';
import { Progress } from '../terminal/progress.js';
import { formatFacts } from '../terminal/text.js';

/** Flags of `evidence verify`. */
export type VerifyEvidenceOptions = { vkey?: string; anchor?: string; log?: string };

/**
 * Verifies an evidence pack offline, and says what was verified.
 *
 * @throws CliError `invalid_pack`, `changed_file`, `evidence_differs`, `wrong_opening` and the codes of notes and proofs (exit 1);
 *   `cannot_open` (exit 2)
 */
export async function verifyEvidence(
  context: Context,
  file: string,
  options: VerifyEvidenceOptions,
): Promise<Answer> {
  const { key, anchor } = await chooseKey(options);
  const shared = anchor?.deploymentVkey === undefined ? undefined : readVerifierKey(anchor.deploymentVkey);
  const mirror = options.log === undefined ? undefined : new FolderLog(options.log);
  const log = mirror === undefined ? undefined : await mirroredLog(mirror, key);
  const keys = log?.keys ?? [key];
  const found = await verifyFile(context, file, {
    keys,
    // A deployment signs all of its logs with the same keys.
    deploymentKeys: shared === undefined ? keys.map(asDeploymentKey) : [shared, ...keys.map(asDeploymentKey)],
  });
  if (mirror !== undefined && log !== undefined) await compareWithMirror(found, mirror, log);
  const { manifest, checkpoint, range, calls, statement } = found;
  const later = calls - statement.count;
  return {
    document: {
      ...{
        verified: true,
        tenant: manifest.tenant,
        deployment: manifest.deployment,
        period: manifest.period,
      },
      ...{ madeAt: manifest.madeAt, seed: manifest.seed, files: found.files, derived: found.derived },
      ...{ leaves: range.to - range.from, range, size: checkpoint.size, proven: found.proven, calls },
      ...{ complete: statement.exceptions.length === 0, comparedWith: options.log ?? null },
    },
    text: formatFacts([
      ['verified', 'yes'],
      [
        'pack',
        `${manifest.tenant}, ${manifest.period.name}: from ${manifest.period.from} up to ${manifest.period.to}`,
      ],
      ['signed', `by ${checkpoint.origin}`],
      [
        'files',
        `${found.files} have the hashes of the manifest; ${found.derived} of them were made again from the leaves, and are the same`,
      ],
      [
        'leaves',
        `${range.to - range.from} of a log of ${checkpoint.size}, without a gap; ${found.proven} more proofs of single leaves`,
      ],
      ['values', 'each value opens its commitment'],
      [
        'calls',
        `${calls} allowed; the statement names ${statement.count}${later > 0 ? `, ${later} were recorded after it` : ''}`,
      ],
      [
        'complete',
        statement.exceptions.length === 0 ? 'yes' : 'no: see exceptions.csv, gateway-out-of-touch',
      ],
      [
        'mirror',
        options.log === undefined ? 'not compared: add --log DIR' : 'has no other leaf of the period',
      ],
    ]),
  };
}

async function verifyFile(
  context: Context,
  file: string,
  keys: { keys: VerifierKey[]; deploymentKeys: VerifierKey[] },
): Promise<VerifiedPack> {
  const progress = new Progress(context.io);
  let line = 'hashing the files …';
  progress.waiting(() => line);
  let zip: ZipReader | undefined;
  try {
    const archive = await ZipReader.open(file);
    zip = archive;
    const source = {
      names: archive.names,
      size: (name: string) => archive.size(name) ?? 0,
      read: (name: string) => archive.read(name),
    };
    const ports = { hashing: nodeHashing, check: nodeEd25519, startHash };
    return await verifyPack(ports, source, {
      ...keys,
      onProgress: (leaves, all) => {
        line = `${leaves} of ${all} leaves verified`;
      },
    });
  } catch (error) {
    throw toCliError(file, error);
  } finally {
    progress.end();
    await zip?.close();
  }
}

function startHash() {
  const hash = createHash('sha256');
  return { update: (bytes: Uint8Array) => void hash.update(bytes), hex: () => hash.digest('hex') };
}

function toCliError(file: string, error: unknown): unknown {
  if (error instanceof EvidenceFault || error instanceof AuditLogError)
    return new CliError(error.code, error.message, {
      document: { verified: false, code: error.code, detail: error.message },
      cause: error,
    });
  if (error instanceof ZipError)
    return new CliError('invalid_pack', `${file}: ${error.message}`, {
      document: { verified: false, code: 'invalid_pack', detail: error.message },
      cause: error,
    });
  return (error as NodeJS.ErrnoException).syscall === undefined ? error : cannotOpenError(file, error);
}

const asDeploymentKey = ({ name, publicKey }: VerifierKey): VerifierKey => {
  const { deployment = '', epoch = 1 } = parseLogOrigin(name) ?? {};
  return ed25519Key(nodeHashing, logOrigin(deployment, DEPLOYMENT_SLUG, epoch), publicKey);
};

interface MirroredLog {
  /** Those that the log's leaves lead to: a pack of after a rotation or a restore is signed by a later one. */
  keys: VerifierKey[];
  checkpoint: Awaited<ReturnType<typeof verifyMirror>>['checkpoint'];
  times: Float64Array;
}

/** Verifies the mirror from its first leaf, and keeps the time of each. */
async function mirroredLog(mirror: FolderLog, key: VerifierKey): Promise<MirroredLog> {
  let times = new Float64Array(1_024);
  const found = await verifyMirror(mirror, key, (index, { at }) => {
    if (index >= times.length) {
      const wider = new Float64Array(times.length * 2);
      wider.set(times);
      times = wider;
    }
    times[index] = Date.parse(at);
  });
  const { checkpoint } = found;
  return { keys: [key, ...keysOf(found)], checkpoint, times: times.subarray(0, checkpoint.size) };
}

/** The mirror continues the pack's checkpoint, and has no leaf of the period that the pack lacks. */
async function compareWithMirror(
  { manifest, checkpoint, range }: VerifiedPack,
  mirror: FolderLog,
  log: MirroredLog,
): Promise<void> {
  const differs = (detail: string) =>
    new CliError('evidence_differs', detail, {
      document: { verified: false, code: 'evidence_differs', detail },
    });
  if (!(await hadRoot(nodeHashing, mirror, checkpoint, log.checkpoint)))
    throw differs(
      `The mirror has another root at ${checkpoint.size} leaves, or fewer leaves: ${FILES.checkpoint}.`,
    );
  const [from, to] = [Date.parse(manifest.period.from), Date.parse(manifest.period.to)];
  const outside = log.times
    .subarray(0, checkpoint.size)
    .findIndex((at, index) => at >= from && at < to && (index < range.from || index >= range.to));
  if (outside >= 0) throw differs(`Leaf ${outside} of the mirror is of the period, and the pack lacks it.`);
}

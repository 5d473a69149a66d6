import { createHash } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { evidenceEndpoints } from '@countersign/api';
import { packFileName } from '@countersign/evidence';
import { ZipError, ZipReader } from '@countersign/runtime';
import type { Answer, Context } from '../command/context.js';
import { CliError, cannotWriteError, usageError } from '../command/errors.js';
import { parseSlug } from '../command/flags.js';
import { chooseLog } from '../log/mirror.js';
import { Progress } from '../terminal/progress.js';
import { formatFacts } from '../terminal/text.js';

/** Flags of `evidence`. */
export type EvidenceOptions = { tenant?: string; period?: string; out?: string; seed?: string };

/** The members of a pack's `summary.json` that this command shows. */
interface Summary {
  rows: Record<string, number>;
  calls: { allowed: number; refused: number };
  exceptions: Record<string, number>;
  statement: { isComplete: boolean };
}

/**
 * Downloads the evidence pack of a period. The file gets its name only when it is complete: a proxy may end an answer that was cut
 * off as if it were whole, so the archive's directory is read first.
 *
 * @throws CliError the broker's codes; `invalid_pack`; `cannot_write` (exit 2)
 */
export async function fetchEvidence(context: Context, options: EvidenceOptions): Promise<Answer> {
  const { period, seed } = options;
  if (period === undefined)
    throw usageError(
      'say which period: --period 2026-H1, 2026-Q3, or FROM..TO such as 2026-07-01..2026-10-01',
    );
  const slug = await chooseLog(context, options.tenant && parseSlug('--tenant', options.tenant));
  const file = options.out ?? packFileName(slug, period);
  const api = await context.api();
  const query = new URLSearchParams({ period, ...(seed === undefined ? {} : { seed }) });
  const progress = new Progress(context.io);
  let bytes = 0;
  progress.waiting(() => (bytes === 0 ? 'the broker reads the log …' : `${bytes} bytes received`));
  try {
    const pieces = await api.download(evidenceEndpoints.read, { params: { slug }, query });
    const { size, sha256, summary } = await save(file, pieces, (received) => {
      bytes = received;
    });
    const { rows, calls, exceptions, statement } = summary;
    return {
      document: { file, tenant: slug, period, bytes: size, sha256, rows, calls, exceptions },
      text: formatFacts([
        ['file', file],
        ['size', `${size} bytes`],
        ['sha256', sha256],
        ['requests', String(rows['requests'] ?? 0)],
        ['grants', String(rows['grants'] ?? 0)],
        ['calls', `${calls.allowed} allowed, ${calls.refused} refused`],
        [
          'exceptions',
          Object.entries(exceptions)
            .map(([kind, count]) => `${kind} ${count}`)
            .join(', ') || 'none',
        ],
        ['statement', statement.isComplete ? 'complete' : 'not complete: see exceptions.csv'],
        ['verify', `countersign evidence verify ${file} --anchor ANCHOR-FILE`],
      ]),
    };
  } finally {
    progress.end();
  }
}

async function save(
  file: string,
  pieces: AsyncIterable<Uint8Array>,
  onBytes: (received: number) => void,
): Promise<{ size: number; sha256: string; summary: Summary }> {
  const partial = `${file}.partial`;
  const hash = createHash('sha256');
  let size = 0;
  let handle: FileHandle;
  try {
    handle = await open(partial, 'w', 0o600);
  } catch (cause) {
    throw cannotWriteError(partial, cause);
  }
  try {
    for await (const piece of pieces) {
      await handle.appendFile(piece).catch((cause: unknown) => {
        throw cannotWriteError(partial, cause);
      });
      hash.update(piece);
      size += piece.length;
      onBytes(size);
    }
    await handle.sync();
    await handle.close();
    const summary = await readSummary(partial);
    await rename(partial, file);
    return { size, sha256: hash.digest('hex'), summary };
  } catch (error) {
    await handle.close().catch(() => undefined);
    await rm(partial, { force: true });
    throw error instanceof CliError ? error : cannotWriteError(file, error);
  }
}

/** @throws CliError `invalid_pack` if the archive is not whole */
async function readSummary(file: string): Promise<Summary> {
  let zip: ZipReader | undefined;
  try {
    zip = await ZipReader.open(file);
    const pieces: Uint8Array[] = [];
    for await (const piece of zip.read('summary.json')) pieces.push(piece);
    return JSON.parse(Buffer.concat(pieces).toString('utf8')) as Summary;
  } catch (cause) {
    if (!(cause instanceof ZipError)) throw cause;
    const detail = `What arrived is no whole pack (${cause.message}). Nothing was kept. Download it again.`;
    throw new CliError('invalid_pack', detail, { cause });
  } finally {
    await zip?.close();
  }
}

import { readFile } from 'node:fs/promises';
import { type ExportTarget, exportEndpoints, type NewExportTarget } from '@countersign/api';
import type { ExportContent, ExportKind } from '@countersign/contract';
import type { Answer, Context } from '../command/context.js';
import { cannotOpenError } from '../command/errors.js';
import { parseId, parseSlug, parseWholeNumber } from '../command/flags.js';
import { readAll } from '../terminal/io.js';
import { formatFacts, formatTable } from '../terminal/text.js';
import { chooseLog } from './mirror.js';

export type TargetOptions = { tenant?: string };

export type AddTargetOptions = TargetOptions & {
  name: string;
  secretFile?: string;
  content?: ExportContent;
  splunkIndex?: string;
  ca?: string;
  from?: string;
};

/** Lists where a log is streamed to, with how far each stream has come. */
export async function listTargets(context: Context, options: TargetOptions): Promise<Answer> {
  const params = { slug: await slugOf(context, options) };
  const document = await (await context.api()).call(exportEndpoints.targets, { params });
  return { document, text: formatTargets(document.items) };
}

/**
 * Streams a log to a receiver. The secret is read from a file or from stdin: in an argument every program of this machine
 * could read it. Without `--json` a secret that the broker made is all that is printed.
 *
 * @throws CliError `cannot_open` (exit 2)
 */
export async function addTarget(
  context: Context,
  kind: ExportKind,
  address: string,
  options: AddTargetOptions,
): Promise<Answer> {
  const { name, splunkIndex, from, ca, secretFile } = options;
  const body: NewExportTarget = {
    ...{ kind, name, address },
    content: options.content ?? 'leaf',
    from: from === undefined ? 0 : parseWholeNumber('--from', from, 0, 999_999_999),
    ...(splunkIndex === undefined ? {} : { splunkIndex }),
    ...(ca === undefined ? {} : { ca: await readText(ca) }),
    ...(secretFile === undefined ? {} : { secret: await readSecret(context, secretFile) }),
  };
  const params = { slug: await slugOf(context, options) };
  const document = await (await context.api()).call(exportEndpoints.addTarget, { params, body });
  if (document.secret !== null) context.note('Receivers verify with this secret. It is not shown again:');
  const facts = formatFacts([
    ['target', document.id],
    ['address', document.address],
    ['begins at', `leaf ${document.next} of ${document.size}`],
  ]);
  return { document, text: document.secret ?? facts };
}

/** Ends a stream. */
export async function removeTarget(context: Context, id: string, options: TargetOptions): Promise<Answer> {
  const params = { slug: await slugOf(context, options), id: parseId('xpt', id) };
  await (await context.api()).call(exportEndpoints.removeTarget, { params });
  return { document: { id: params.id, removed: true }, text: `${params.id} is removed.` };
}

const slugOf = (context: Context, { tenant }: TargetOptions): Promise<string> =>
  chooseLog(context, tenant === undefined ? undefined : parseSlug('--tenant', tenant));

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw cannotOpenError(path, cause);
  }
}

const MAX_SECRET_BYTES = 4_096;

const readSecret = async ({ io }: Context, path: string): Promise<string> =>
  (path === '-' ? await readAll(io.stdin, MAX_SECRET_BYTES) : await readText(path)).trim();

function formatTargets(targets: readonly ExportTarget[]): string {
  if (targets.length === 0) return 'No targets.';
  return formatTable(
    ['ID', 'NAME', 'KIND', 'ADDRESS', 'LAST SENT', 'LEAVES', 'LAST ERROR'],
    targets.map(({ id, name, kind, address, lastSent, size, lastError }) => [
      ...[id, name, kind, address, lastSent === null ? '–' : String(lastSent), String(size), lastError ?? ''],
    ]),
  );
}

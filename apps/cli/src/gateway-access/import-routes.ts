import { readFileSync } from 'node:fs';
import { importOpenApi, OpenApiError, type OpenApiImport } from '@countersign/config';
import type { TenantFrom } from '@countersign/contract';
import { stringify } from 'yaml';
import type { Answer, Context } from '../command/context.js';
import { CliError, cannotOpenError } from '../command/errors.js';
import { readAll } from '../terminal/io.js';
import { escapeForTerminal, formatTable } from '../terminal/text.js';

export type ImportOptions = {
  dryRun?: boolean;
  tenantFrom?: TenantFrom;
  tenantParameter?: string;
  checksTenant?: true;
  exactPaths?: true;
};

const MAX_BYTES = 64 * 1024 ** 2;

/**
 * Makes a route map of an OpenAPI description. It is printed as the organisation file has it; with `--dry-run`, only what
 * would be mapped and what is left.
 *
 * @throws CliError `invalid_openapi`, `cannot_open`
 */
export async function importRoutes(context: Context, file: string, options: ImportOptions): Promise<Answer> {
  const imported = read(await textOf(context, file), {
    tenantFrom: options.tenantFrom ?? 'path',
    tenantParameter: options.tenantParameter,
    checksTenant: options.checksTenant,
    paths: options.exactPaths === true ? 'exact' : undefined,
  });
  const { title, routes, unmapped, leftOut } = imported;
  const operations = routes.length + unmapped.length + leftOut.length;
  const document = { title, operations, mapped: routes.length, unmapped, leftOut, routes };
  const summary = summaryOf(imported);
  if (options.dryRun === true) return { document, text: summary };
  context.note(summary);
  return { document, text: stringify({ routes }, { lineWidth: 0 }).trimEnd() };
}

async function textOf(context: Context, file: string): Promise<string> {
  if (file === '-') return readAll(context.io.stdin, MAX_BYTES);
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw cannotOpenError(file, error);
  }
}

function read(text: string, options: Parameters<typeof importOpenApi>[1]): OpenApiImport {
  try {
    return importOpenApi(text, options);
  } catch (error) {
    if (!(error instanceof OpenApiError)) throw error;
    throw new CliError('invalid_openapi', `this OpenAPI description cannot be imported: ${error.message}`);
  }
}

function summaryOf({ title, routes, unmapped, leftOut }: OpenApiImport): string {
  const total = routes.length + unmapped.length;
  const percent = total === 0 ? 100 : Math.floor((routes.length / total) * 1_000) / 10;
  const left = leftOut.length === 0 ? '' : ` ${leftOut.length} are left out on purpose.`;
  const head = `${escapeForTerminal(title)}: ${routes.length} of ${total} operations have a route (${percent} %).${left}`;
  if (unmapped.length === 0) return head;
  const rows = unmapped.map(({ method, path, reason }) => [method, path, reason].map(escapeForTerminal));
  return [
    head,
    '',
    'Left to map, and refused by gateways until then (list a route for them, or set x-countersign: false):',
    formatTable(['METHOD', 'PATH', 'REASON'], rows),
  ].join('\n');
}

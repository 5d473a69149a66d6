import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { grantEndpoints } from '@countersign/api';
import { openWithId } from '../api/find-id.js';
import type { Context } from '../command/context.js';
import { CliError } from '../command/errors.js';
import { buildCurlArguments } from './curl-arguments.js';
import { mintToken, readGatewayUrl, requireActive } from './grant-token.js';

const HEADER_DESCRIPTOR = 3;

/** Calls the grant's service with this machine's curl. The output is curl's own, also with `--json`. */
export async function curl(context: Context, text: string, args: string[]): Promise<undefined> {
  // Check the arguments before any request, so that a missing path costs no token.
  buildCurlArguments(args, '', '');
  const { api, id } = await openWithId(context, 'grt', text);
  const grant = await api.call(grantEndpoints.read, { params: { id } });
  requireActive(grant);
  const curlArgs = buildCurlArguments(args, readGatewayUrl(grant), `/dev/fd/${HEADER_DESCRIPTOR}`);
  const { access_token } = await mintToken(api, id);
  const status = await withSecretDescriptor(`Authorization: Bearer ${access_token}\n`, (descriptor) =>
    runCurl(curlArgs, descriptor, withoutSecrets(context.io.env)),
  );
  if (status !== 0) throw new CliError('curl_failed', `curl ended with ${status}`, { document: null });
  return undefined;
}

function runCurl(args: string[], descriptor: number, env: NodeJS.ProcessEnv): Promise<number | string> {
  return new Promise((resolve, reject) => {
    const child = spawn('curl', args, { stdio: ['inherit', 'inherit', 'inherit', descriptor], env });
    // The terminal sends Ctrl-C to curl too. This process must outlive curl: it cleans up and reports the status.
    const ignore = () => undefined;
    process.on('SIGINT', ignore);
    child.on('error', (error: NodeJS.ErrnoException) => {
      process.off('SIGINT', ignore);
      reject(
        error.code === 'ENOENT'
          ? new CliError(
              'curl_missing',
              'curl is not installed (or not on the PATH). Install it, or use "countersign proxy".',
            )
          : error,
      );
    });
    child.on('close', (code, signal) => {
      process.off('SIGINT', ignore);
      resolve(code ?? signal ?? 'no status');
    });
  });
}

/** curl needs none of our variables, and cannot leak what it does not have. */
function withoutSecrets(env: Context['io']['env']): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('COUNTERSIGN_')));
}

/**
 * Runs `work` with a file descriptor from which `text` can be read. The file is made in a new folder with mode 0600 and
 * deleted before `work` begins: no one else can open it, and a crash leaves nothing behind. A pipe would not do, because
 * curl opens /dev/fd/N again, which sockets refuse.
 */
async function withSecretDescriptor<Result>(
  text: string,
  work: (descriptor: number) => Promise<Result>,
): Promise<Result> {
  const descriptor = openUnnamedFile(text);
  try {
    return await work(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function openUnnamedFile(text: string): number {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-'));
  try {
    const path = join(folder, 'header');
    const writer = openSync(path, 'wx', 0o600);
    try {
      writeSync(writer, text);
    } finally {
      closeSync(writer);
    }
    return openSync(path, 'r');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

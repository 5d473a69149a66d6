import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { segment } from '../api/client.js';
import { grantShape } from '../api/shapes.js';
import type { Context } from '../command/context.js';
import { CliError } from '../command/errors.js';
import { idOf } from '../command/flags.js';
import { curlArguments } from './curl-arguments.js';
import { gatewayUrlOf, mint, requireActive } from './grant-token.js';

const HEADER_FD = 3;

/** Calls the grant's service with the machine's own curl. Its output is curl's own, also with `--json`. */
export async function curl(context: Context, id: string, args: string[]): Promise<undefined> {
  idOf('grt', id);
  // Looked at before anything is asked, so that a forgotten path costs no token.
  curlArguments(args, '', '');
  const api = context.api();
  const grant = await api.call(`/api/v1/grants/${segment(id)}`, grantShape);
  requireActive(grant);
  const full = curlArguments(args, gatewayUrlOf(grant), `/dev/fd/${HEADER_FD}`);
  const { access_token } = await mint(api, id);
  const status = await withSecretDescriptor(`Authorization: Bearer ${access_token}\n`, (header) =>
    runCurl(full, header, withoutSecrets(context.io.env)),
  );
  if (status !== 0) throw new CliError('curl_failed', `curl ended with ${status}`, { document: null });
  return undefined;
}

function runCurl(args: string[], header: number, env: NodeJS.ProcessEnv): Promise<number | string> {
  return new Promise((resolve, reject) => {
    const child = spawn('curl', args, { stdio: ['inherit', 'inherit', 'inherit', header], env });
    // Ctrl-C reaches curl by itself; this process stays to clean up and to tell how it ended.
    const stay = () => undefined;
    process.on('SIGINT', stay);
    child.on('error', (error: NodeJS.ErrnoException) => {
      process.off('SIGINT', stay);
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
      process.off('SIGINT', stay);
      resolve(code ?? signal ?? 'no status');
    });
  });
}

/** curl needs no key of ours; what it does not have it cannot leak. */
function withoutSecrets(env: Context['io']['env']): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('COUNTERSIGN_')));
}

/**
 * Runs `work` with a file descriptor from which `text` can be read. The file behind it is made in a folder of
 * our own with mode 0600 and has no name any more once `work` begins: nobody else can open it, and a crash
 * leaves nothing behind. (A pipe would not do: programs open /dev/fd/N anew, which sockets refuse.)
 */
export async function withSecretDescriptor<Result>(
  text: string,
  work: (descriptor: number) => Promise<Result>,
): Promise<Result> {
  const descriptor = unnamedFile(text);
  try {
    return await work(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function unnamedFile(text: string): number {
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

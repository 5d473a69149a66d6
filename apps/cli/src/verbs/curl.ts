import { spawn } from 'node:child_process';
import { segment } from '../api/client.js';
import { grantShape } from '../api/shapes.js';
import { curlArguments } from '../gateway-access/curl-arguments.js';
import { gatewayUrlOf, requireActive } from '../gateway-access/gateway-url.js';
import { withSecretDescriptor } from '../gateway-access/secret-file.js';
import { mint } from '../gateway-access/tokens.js';
import { idOf } from '../runtime/arguments.js';
import { CliError } from '../runtime/cli-error.js';
import type { Context } from '../runtime/context.js';

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

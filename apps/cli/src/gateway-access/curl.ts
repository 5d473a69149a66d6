import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { grantEndpoints } from '@countersign/api';
import { openWithId } from '../api/find-id.js';
import type { Context } from '../command/context.js';
import { CliError } from '../command/errors.js';
import { buildCurlArguments, pathIn, printsAnswer } from './curl-arguments.js';
import { mintToken, readGatewayUrl, requireActive } from './grant-token.js';
import { MAX_REFUSAL_BYTES, offerRequest } from './offer-request.js';

const HEADER_DESCRIPTOR = 3;

/**
 * Calls the grant's service with this machine's curl. The output is curl's own, also with `--json`. If the gateway refuses
 * the call and another grant would cover it, offers to request that.
 */
export async function curl(context: Context, text: string, args: string[]): Promise<undefined> {
  // Check the arguments before any request, so that a missing path costs no token.
  buildCurlArguments(args, '', '');
  const { api, id } = await openWithId(context, 'grt', text);
  const grant = await api.call(grantEndpoints.read, { params: { id } });
  requireActive(grant);
  const [ignoreFiles = '', ...others] = buildCurlArguments(
    args,
    readGatewayUrl(grant),
    `/dev/fd/${HEADER_DESCRIPTOR}`,
  );
  const { access_token } = await mintToken(api, id);
  const answer = printsAnswer(args) ? new PassedAnswer(process.stdout) : undefined;
  // `-q` stays the first argument, or curl reads .curlrc.
  const curlArgs = [ignoreFiles, ...(answer?.isTerminal ? AS_ON_A_TERMINAL : []), ...others];
  const status = await withSecretDescriptor(`Authorization: Bearer ${access_token}\n`, (descriptor) =>
    runCurl(curlArgs, { descriptor, env: withoutSecrets(context.io.env), answer }),
  );
  const printed = answer?.start;
  if (printed !== undefined) await offerRequest(context, api, { grant, path: pathIn(args), printed });
  if (status !== 0) throw new CliError('curl_failed', `curl ended with ${status}`, { document: null });
  return undefined;
}

/** curl writes to a pipe here, and must do as it does on a terminal: show no progress, and hold nothing back. */
const AS_ON_A_TERMINAL = ['--no-progress-meter', '--no-buffer'];

/** What curl prints, on its way to standard output. Its start is kept, because it may be a refusal of the gateway. */
class PassedAnswer {
  private readonly pieces: Buffer[] = [];
  private bytes = 0;

  constructor(private readonly output: NodeJS.WriteStream) {}

  get isTerminal(): boolean {
    return this.output.isTTY === true;
  }

  /** All of it; undefined if it is too long to be a refusal. */
  get start(): string | undefined {
    return this.bytes > MAX_REFUSAL_BYTES ? undefined : Buffer.concat(this.pieces).toString('utf8');
  }

  /** Passes everything on, as fast as the reader takes it. As curl does, it writes nothing binary to a terminal. */
  from(child: ChildProcess): void {
    const source = child.stdout;
    source?.on('data', (piece: Buffer) => {
      if (this.bytes === 0 && this.isTerminal && piece.includes(0)) {
        process.stderr.write('countersign: the answer is binary; save it with --output FILE\n');
        child.kill();
        source.destroy();
        return;
      }
      this.bytes += piece.length;
      if (this.bytes <= MAX_REFUSAL_BYTES) this.pieces.push(piece);
      if (this.output.write(piece)) return;
      source.pause();
      this.output.once('drain', () => source.resume());
    });
  }
}

type CurlRun = { descriptor: number; env: NodeJS.ProcessEnv; answer: PassedAnswer | undefined };

function runCurl(args: string[], { descriptor, env, answer }: CurlRun): Promise<number | string> {
  return new Promise((resolve, reject) => {
    const output = answer === undefined ? 'inherit' : 'pipe';
    const child = spawn('curl', args, { stdio: ['inherit', output, 'inherit', descriptor], env });
    answer?.from(child);
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

import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { readCliEnvironment } from '@countersign/config';
import { z } from 'zod';
import { Api, unreachable } from '../api/client.js';
import type { Answer, Context } from '../command/context.js';
import { CliError, usageError } from '../command/errors.js';
import { slug } from '../command/flags.js';
import { readAll } from '../terminal/io.js';
import { instantFrom } from '../terminal/text.js';
import { storedLogin, storeLogin } from './credentials-file.js';
import { Loopback } from './loopback.js';
import { endSessionOf } from './session.js';

export type LoginOptions = { organisation?: string; withKey?: boolean; browser: boolean };

const MOST_KEY_BYTES = 1_024;
const exchangeShape = z.object({ credential: z.string(), expiresAt: z.string() });
const whoamiShape = z.looseObject({ email: z.string(), name: z.string(), tenant: z.string().nullable() });

/** Signs in through the browser and keeps what comes of it, for this broker and this user alone. */
export async function login(context: Context, options: LoginOptions): Promise<Answer> {
  const { brokerUrl, credentialsFile } = readCliEnvironment(context.io.env);
  if (credentialsFile === null)
    throw new CliError(
      'no_home',
      'set HOME or COUNTERSIGN_CREDENTIALS_FILE: there is nowhere to keep a login',
    );
  const given =
    options.withKey === true ? await keyOnStdin(context) : await throughBrowser(context, brokerUrl, options);
  const me = await new Api(brokerUrl, given.credential).call('/api/v1/whoami', whoamiShape);
  const before = storedLogin(credentialsFile, brokerUrl);
  storeLogin(credentialsFile, brokerUrl, { ...given, email: me.email });
  // Nobody here holds the one before any more; where it cannot be ended, its own time ends it.
  if (before !== undefined && before.credential !== given.credential)
    await endSessionOf(brokerUrl, before.credential);
  const side = me.tenant === null ? 'vendor' : me.tenant;
  const until = given.expiresAt === null ? '' : `, until ${instantFrom(given.expiresAt, new Date())}`;
  return {
    document: { broker: brokerUrl, email: me.email, tenant: me.tenant, expiresAt: given.expiresAt },
    text: `Signed in at ${brokerUrl} as ${me.name} <${me.email}> (${side})${until}.`,
  };
}

type Given = { credential: string; expiresAt: string | null };

async function keyOnStdin({ io }: Context): Promise<Given> {
  const credential = (await readAll(io.stdin, MOST_KEY_BYTES)).trim();
  if (!/^csk_[A-Za-z0-9_-]{20,200}$/.test(credential))
    throw usageError('--with-key reads an API key (csk_…) from stdin, and what stands there is none');
  return { credential, expiresAt: null };
}

/** RFC 8252 with PKCE: the browser brings a code to a port of this computer; only the verifier makes something of it. */
async function throughBrowser(context: Context, broker: string, options: LoginOptions): Promise<Given> {
  const [verifier, state] = [randomText(), randomText()];
  const loopback = await Loopback.open(state, context.io.signal);
  try {
    const url = new URL('/auth/cli', broker);
    url.search = new URLSearchParams({
      port: String(loopback.port),
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      state,
      device: `countersign on ${hostname()}`.slice(0, 120),
      ...(options.organisation === undefined
        ? {}
        : { organisation: slug('--organisation', options.organisation) }),
    }).toString();
    context.note('Open this address in a browser of this computer, and say yes there:');
    context.note(url.href);
    if (options.browser && context.io.live) openBrowser(url.href);
    return await exchange(broker, await loopback.code(), verifier);
  } finally {
    loopback.close();
  }
}

async function exchange(broker: string, code: string, verifier: string): Promise<Given> {
  const answer = await fetch(`${broker}/auth/cli/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ code, verifier }),
    redirect: 'error',
    signal: AbortSignal.timeout(30_000),
  }).catch((cause: unknown) => {
    throw unreachable(broker, cause);
  });
  const parsed = exchangeShape.safeParse(await answer.json().catch(() => undefined));
  if (answer.ok && parsed.success) return parsed.data;
  throw new CliError('login_failed', 'the broker did not take the code; log in again');
}

/** Whatever the desktop opens addresses with; where that fails, the address has been printed. */
function openBrowser(url: string): void {
  const [command = '', ...args] =
    process.platform === 'darwin'
      ? ['open', url]
      : process.platform === 'win32'
        ? ['rundll32', 'url.dll,FileProtocolHandler', url]
        : ['xdg-open', url];
  spawn(command, args, { stdio: 'ignore', detached: true })
    .on('error', () => undefined)
    .unref();
}

const randomText = (): string => randomBytes(32).toString('base64url');

import { createHash, randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { cliCredentialSchema } from '@countersign/api';
import { readCliEnvironment } from '@countersign/config';
import { Api, unreachableError } from '../api/client.js';
import { fetchMe } from '../api/people.js';
import type { Answer, Context } from '../command/context.js';
import { CliError, usageError } from '../command/errors.js';
import { parseSlug } from '../command/flags.js';
import { readAll } from '../terminal/io.js';
import { openBrowser } from '../terminal/open-browser.js';
import { formatInstant } from '../terminal/time.js';
import { readStoredLogin, writeStoredLogin } from './credentials-file.js';
import { LoopbackRedirect } from './loopback-redirect.js';
import { endSession } from './session.js';

export type LoginOptions = { organisation?: string; withKey?: boolean; browser: boolean };

type Credential = { credential: string; expiresAt: string | null };

const MAX_KEY_BYTES = 1_024;
const EXCHANGE_TIMEOUT_MS = 30_000;

/** Signs in through the browser, or takes an API key, and stores the credential for this broker and this user. */
export async function login(context: Context, options: LoginOptions): Promise<Answer> {
  const { brokerUrl, credentialsFile } = readCliEnvironment(context.io.env);
  if (credentialsFile === null)
    throw new CliError(
      'no_home',
      'set HOME or COUNTERSIGN_CREDENTIALS_FILE: there is no place to store a login',
    );
  const received =
    options.withKey === true ? await readKey(context) : await signInByBrowser(context, brokerUrl, options);
  const me = await fetchMe(new Api(brokerUrl, received.credential));
  const previous = readStoredLogin(credentialsFile, brokerUrl);
  writeStoredLogin(credentialsFile, brokerUrl, { ...received, email: me.email });
  // This computer no longer holds the previous credential. If its session cannot be ended now, it expires.
  if (previous !== undefined && previous.credential !== received.credential)
    await endSession(brokerUrl, previous.credential);
  const { expiresAt } = received;
  const until = expiresAt === null ? '' : `, until ${formatInstant(expiresAt, new Date())}`;
  return {
    document: { broker: brokerUrl, email: me.email, tenant: me.tenant, expiresAt },
    text: `Signed in at ${brokerUrl} as ${me.name} <${me.email}> (${me.tenant ?? 'vendor'})${until}.`,
  };
}

async function readKey({ io }: Context): Promise<Credential> {
  const credential = (await readAll(io.stdin, MAX_KEY_BYTES)).trim();
  if (!/^csk_[A-Za-z0-9_-]{20,200}$/.test(credential))
    throw usageError('--with-key reads an API key (csk_…) from stdin; the text there is not one');
  return { credential, expiresAt: null };
}

/**
 * OAuth for native apps (RFC 8252) with PKCE (RFC 7636): the browser brings a code to a loopback port. Only this process
 * holds the verifier that turns the code into a credential.
 */
async function signInByBrowser(context: Context, broker: string, options: LoginOptions): Promise<Credential> {
  const [verifier, state] = [randomText(), randomText()];
  const redirect = await LoopbackRedirect.open(state, context.io.signal);
  try {
    const url = new URL('/auth/cli', broker);
    url.search = new URLSearchParams({
      port: String(redirect.port),
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      state,
      device: `countersign on ${hostname()}`.slice(0, 120),
      ...(options.organisation === undefined
        ? {}
        : { organisation: parseSlug('--organisation', options.organisation) }),
    }).toString();
    context.note('Open this address in a browser on this computer, and confirm there:');
    context.note(url.href);
    if (options.browser && context.io.isTerminal) openBrowser(url.href);
    return await exchangeCode(broker, await redirect.code(), verifier);
  } finally {
    redirect.close();
  }
}

async function exchangeCode(broker: string, code: string, verifier: string): Promise<Credential> {
  const response = await fetch(`${broker}/auth/cli/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ code, verifier }),
    redirect: 'error',
    signal: AbortSignal.timeout(EXCHANGE_TIMEOUT_MS),
  }).catch((cause: unknown) => {
    throw unreachableError(broker, cause);
  });
  const parsed = cliCredentialSchema.safeParse(await response.json().catch(() => undefined));
  if (response.ok && parsed.success) {
    const { credential, expiresAt } = parsed.data;
    return { credential, expiresAt };
  }
  throw new CliError('login_failed', 'the broker did not accept the code; log in again');
}

const randomText = (): string => randomBytes(32).toString('base64url');

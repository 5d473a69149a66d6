import net from 'node:net';
import { CLOCK_SKEW_MS } from '@countersign/contract';
import { type Finding, failed, ok, skipped, warning } from './finding.js';

const TIMEOUT_MS = 3000;
const MAX_BODY = 2000;
/** P3: broker and gateway tolerate this much between their clocks. */
const MAX_SKEW_S = CLOCK_SKEW_MS / 1_000;

type HttpAnswer = { status: number; date: string | null; body: string };

/** One GET. Undefined if nothing answers. */
async function get(url: string, headers: Record<string, string> = {}): Promise<HttpAnswer | undefined> {
  try {
    const response = await fetch(url, {
      headers,
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const body = (await response.text()).slice(0, MAX_BODY);
    return { status: response.status, date: response.headers.get('date'), body };
  } catch {
    return undefined;
  }
}

/** Whether the broker answers and is ready, and whether its clock agrees with this machine's. */
export async function checkBroker(url: string): Promise<Finding[]> {
  const answer = await get(`${url}/readyz`);
  if (answer === undefined) {
    return [
      failed(
        'broker',
        `${url} does not answer`,
        'Start it ("countersign broker", or "npm start" for the demo), or correct COUNTERSIGN_BROKER_URL.',
      ),
      skipped('clock', 'checked once the broker answers'),
    ];
  }
  const ready =
    answer.status === 200
      ? ok('broker', `${url} is ready`)
      : failed(
          'broker',
          describeStatus(url, answer),
          'Look at the broker’s log, and at /readyz on its private port (COUNTERSIGN_ADMIN_PORT, 4001). If another program uses that port, choose another with COUNTERSIGN_PORT.',
        );
  return [ready, checkClockSkew(answer.date, Date.now())];
}

/** The Date header has whole seconds, so a difference of one second means nothing. */
export function checkClockSkew(date: string | null, now: number): Finding {
  const brokerTime = Date.parse(date ?? '');
  if (Number.isNaN(brokerTime)) return skipped('clock', 'the broker sends no time');
  const seconds = Math.round(Math.abs(now - brokerTime) / 1000);
  const detail = `${seconds} s from the broker's`;
  const mend = 'Synchronise the clocks of both machines (NTP).';
  if (seconds > MAX_SKEW_S) return failed('clock', `${detail}: tokens will be refused`, mend);
  return seconds > 2
    ? warning('clock', detail, mend)
    : ok('clock', seconds <= 1 ? "agrees with the broker's" : detail);
}

export async function checkGateway(url: string): Promise<Finding> {
  const answer = await get(`${url}/readyz`);
  if (answer === undefined) {
    return failed(
      'gateway',
      `${url} does not answer`,
      'Start one ("countersign gateway" with COUNTERSIGN_GATEWAY_CREDENTIAL), or correct COUNTERSIGN_GATEWAY_URL.',
    );
  }
  const look = 'Look at /readyz on its private port (COUNTERSIGN_ADMIN_PORT, 4101).';
  if (answer.status !== 200)
    return failed(
      'gateway',
      describeStatus(url, answer),
      `${look} Its \`faults\` say why: the credential is revoked, the spool or its disk is full, or a worker is missing.`,
    );
  return isInTouch(answer.body)
    ? ok('gateway', `${url} is ready and in touch with the broker`)
    : failed(
        'gateway',
        `${url} is not in touch with the broker`,
        `It refuses every call until it receives the broker’s feed. Check that the broker runs and that the gateway reaches it. ${look}`,
      );
}

function isInTouch(body: string): boolean {
  try {
    return (JSON.parse(body) as { inTouch?: unknown } | null)?.inTouch !== false;
  } catch {
    return true;
  }
}

/** Whether a program could listen there: a port that another program holds would stop ours from starting. */
export async function checkPort(
  name: string,
  host: string,
  port: number,
  variable: string,
): Promise<Finding> {
  const isFree = await new Promise<boolean>((resolve) => {
    const server = net.createServer();
    server.once('error', () => resolve(false));
    server.listen(port, host, () => server.close(() => resolve(true)));
  });
  return isFree
    ? ok(name, `${host}:${port} is free`)
    : failed(
        name,
        `nothing can listen on ${host}:${port}, and no ${name.split(' ')[0]} answers there`,
        `Stop the program that uses it, or set ${variable} to another port.`,
      );
}

/**
 * Whether a proxy stands before the broker that the broker does not trust. It follows the check of the broker, whose call
 * went through that proxy. The broker reports such proxies on its private listener, which only its own host can read.
 *
 * @param admin where that listener is on this host
 */
export async function checkProxies(admin: { host: string; port: number } | null): Promise<Finding> {
  const name = 'proxies';
  const answer = admin === null ? undefined : await get(`${originOf(admin)}/readyz`);
  const seen = answer === undefined ? undefined : proxiesSeen(answer.body);
  if (seen === undefined)
    return skipped(name, 'the broker’s private listener (COUNTERSIGN_ADMIN_PORT) does not answer here');
  const { unlisted, shared } = seen;
  const reasons = [
    ...unlisted.map((address) => `${address} sent headers of a proxy`),
    ...shared.map((address) => `many accounts signed in from ${address}`),
  ];
  if (reasons.length === 0) return ok(name, 'the broker has seen no proxy that is not listed');
  return warning(
    name,
    `in the last hour ${reasons.join(', ')}, and it is not listed: its clients share one rate limit`,
    'If it is your proxy, add its network to COUNTERSIGN_TRUSTED_PROXIES. If it is a client or an office, ignore this.',
  );
}

/**
 * How a gateway on this host signs for each service, and whether it has the keys and files that this needs. Only its private
 * listener says so.
 */
export async function checkGatewayServices(admin: { host: string; port: number } | null): Promise<Finding[]> {
  const name = 'gateway services';
  const answer = admin === null ? undefined : await get(`${originOf(admin)}/readyz`);
  const state = answer === undefined ? undefined : gatewayServices(answer.body);
  if (state === undefined)
    return [skipped(name, 'no private listener of a gateway (COUNTERSIGN_ADMIN_PORT) answers here')];
  const files = state.upstreamTls.map(({ service, problem, inUse }) => {
    const detail = `${service}: ${problem}${inUse ? '; the previous files are in use' : ''}`;
    const mend = 'Put the files into the folder of the upstream’s host (docs/gateway.md, TLS to upstreams).';
    return inUse ? warning('upstream TLS', detail, mend) : failed('upstream TLS', detail, mend);
  });
  const contexts = state.contexts.map(({ service, mode, problem }) =>
    problem === null
      ? ok('signed context', `${service}: ${mode}`)
      : failed(
          'signed context',
          `context_key_missing: ${service} needs a key for ${mode}: ${problem}`,
          `countersign gateways context-key ${service}`,
        ),
  );
  const databases = state.databases.map(({ service, problem }) =>
    problem === null
      ? ok('database', `${service}: statements may run`)
      : failed('database', `${service}: ${problem}`, 'docs/sql.md says what a database must have.'),
  );
  const untrusted = state.untrustedUpstreams.map((upstream) =>
    warning(
      'upstream answers',
      `${upstream} sent bytes that belong to no answer, so each call has a connection of its own`,
      'Correct the service: no body after HEAD, 204 and 304, and never more than Content-Length says. Then restart the gateway.',
    ),
  );
  return [...contexts, ...files, ...databases, ...untrusted];
}

type GatewayServices = {
  contexts: { service: string; mode: string; problem: string | null }[];
  upstreamTls: { service: string; problem: string; inUse: boolean }[];
  databases: { service: string; problem: string | null }[];
  untrustedUpstreams: string[];
};

function gatewayServices(body: string): GatewayServices | undefined {
  try {
    const state = JSON.parse(body) as Partial<GatewayServices>;
    // A gateway of an older release does not have all of them.
    const { contexts, upstreamTls, databases = [], untrustedUpstreams = [] } = state;
    return [contexts, upstreamTls, databases, untrustedUpstreams].every(Array.isArray)
      ? ({ contexts, upstreamTls, databases, untrustedUpstreams } as GatewayServices)
      : undefined;
  } catch {
    return undefined;
  }
}

const originOf = ({ host, port }: { host: string; port: number }): string =>
  `http://${host.includes(':') ? `[${host}]` : host}:${port}`;

/** Addresses that the broker takes for proxies: by their headers, and by how many accounts sign in from them. */
function proxiesSeen(body: string): { unlisted: string[]; shared: string[] } | undefined {
  try {
    // A broker of an older release does not have `sharedAddresses`.
    const { unlistedProxies, sharedAddresses = [] } = JSON.parse(body) as Record<string, unknown>;
    return Array.isArray(unlistedProxies) && Array.isArray(sharedAddresses)
      ? { unlisted: unlistedProxies.map(String), shared: sharedAddresses.map(String) }
      : undefined;
  } catch {
    return undefined;
  }
}

/**
 * No credential is no fault of a set-up: a host needs none, and a person logs in when they want to.
 *
 * @param key the API key of the environment, or the stored login's credential
 */
export async function checkApiKey(url: string, key: string | null): Promise<Finding> {
  const name = 'API key';
  const mend = 'countersign login; or on the broker’s host: countersign keys create --principal EMAIL';
  if (key === null)
    return skipped(
      name,
      'no one is logged in here and COUNTERSIGN_API_KEY is not set; see "countersign login"',
    );
  const answer = await get(`${url}/api/v1/whoami`, { authorization: `Bearer ${key}` });
  if (answer === undefined) return skipped(name, 'checked once the broker answers');
  if (answer.status === 200) return ok(name, 'the broker accepts it');
  if (answer.status === 401) return failed(name, 'the broker rejects it: unknown, expired or revoked', mend);
  return failed(name, describeStatus('the broker', answer), 'Look at the broker’s log.');
}

/** The status, with the reason that a problem document or a readiness report gives. */
function describeStatus(who: string, { status, body }: HttpAnswer): string {
  try {
    const { code, detail, reason } = JSON.parse(body) as Record<string, unknown>;
    const why = [code, detail ?? reason].filter((part) => typeof part === 'string').join(': ');
    return `${who} answers ${status}${why === '' ? '' : ` (${why})`}`;
  } catch {
    return `${who} answers ${status}`;
  }
}

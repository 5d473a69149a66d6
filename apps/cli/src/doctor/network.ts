import net from 'node:net';
import { CLOCK_SKEW_MS } from '@countersign/contract';
import { type Finding, failed, ok, skipped, warning } from './check.js';

const TIMEOUT_MS = 3000;
/** P3 tolerates 5 s between the clocks of broker and gateway. */
const MAX_SKEW_S = CLOCK_SKEW_MS / 1_000;

type Answered = { status: number; date: string | null; body: string };

/** One GET, or undefined where nothing answers. */
async function get(url: string, headers: Record<string, string> = {}): Promise<Answered | undefined> {
  try {
    const answer = await fetch(url, { headers, redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT_MS) });
    return {
      status: answer.status,
      date: answer.headers.get('date'),
      body: (await answer.text()).slice(0, 2000),
    };
  } catch {
    return undefined;
  }
}

/** Whether the broker answers, whether it can work, and whether its clock is ours. */
export async function brokerFindings(url: string): Promise<Finding[]> {
  const answer = await get(`${url}/readyz`);
  if (answer === undefined) {
    return [
      failed(
        'broker',
        `${url} does not answer`,
        'Start it ("countersign broker", or "npm start" for the demo), or correct COUNTERSIGN_BROKER_URL.',
      ),
      skipped('clock', 'once the broker answers'),
    ];
  }
  const ready =
    answer.status === 200
      ? ok('broker', `${url} is ready`)
      : failed(
          'broker',
          `${url} answers ${answer.status}${because(answer)}`,
          'Look at the broker’s log; if another program has that port, choose another with COUNTERSIGN_PORT.',
        );
  return [ready, clockSkew(answer.date, Date.now())];
}

/** The Date header has whole seconds, so a second of difference is none. */
export function clockSkew(date: string | null, now: number): Finding {
  const theirs = Date.parse(date ?? '');
  if (Number.isNaN(theirs)) return skipped('clock', 'the broker does not tell the time');
  const seconds = Math.round(Math.abs(now - theirs) / 1000);
  const detail = `${seconds} s from the broker's`;
  const mend = 'Synchronise the clocks of both machines (NTP).';
  if (seconds > MAX_SKEW_S) return failed('clock', `${detail}: tokens will be refused`, mend);
  return seconds > 2
    ? warning('clock', detail, mend)
    : ok('clock', seconds <= 1 ? "agrees with the broker's" : detail);
}

export async function gatewayFinding(url: string): Promise<Finding> {
  const answer = await get(`${url}/readyz`);
  if (answer === undefined) {
    return failed(
      'gateway',
      `${url} does not answer`,
      'Start one ("countersign gateway" with COUNTERSIGN_GATEWAY_CREDENTIAL), or correct COUNTERSIGN_GATEWAY_URL.',
    );
  }
  return answer.status === 200
    ? ok('gateway', `${url} is ready and in touch`)
    : failed(
        'gateway',
        `${url} answers ${answer.status}${because(answer)}`,
        'It refuses every call until it hears from the broker. Check that the broker runs, that the credential is not revoked and that the spool has room.',
      );
}

/** A port that something else holds would stop the program that wants it. */
export async function portFinding(
  name: string,
  host: string,
  port: number,
  variable: string,
): Promise<Finding> {
  const free = await new Promise<boolean>((resolve) => {
    const server = net.createServer();
    server.once('error', () => resolve(false));
    server.listen(port, host, () => server.close(() => resolve(true)));
  });
  return free
    ? ok(name, `${host}:${port} is free`)
    : failed(
        name,
        `${host}:${port} cannot be listened on, and no ${name.split(' ')[0]} of ours answers there`,
        `Stop the program that holds it, or set ${variable} to another.`,
      );
}

/** @param key the API key that is set, or what `login` has kept */
export async function apiKeyFinding(url: string, key: string | null): Promise<Finding> {
  const name = 'API key';
  const make = 'countersign login; or on the broker’s host: countersign keys create --principal EMAIL';
  if (key === null) return warning(name, 'COUNTERSIGN_API_KEY is not set, and nobody is logged in', make);
  const answer = await get(`${url}/api/v1/whoami`, { authorization: `Bearer ${key}` });
  if (answer === undefined) return skipped(name, 'once the broker answers');
  if (answer.status === 200) return ok(name, 'the broker knows it');
  if (answer.status === 401)
    return failed(name, 'the broker does not accept it: unknown, expired or revoked', make);
  return failed(name, `the broker answers ${answer.status}${because(answer)}`, 'Look at the broker’s log.');
}

/** The reason that a problem document or a readiness report gives. */
function because({ body }: Answered): string {
  try {
    const { code, detail, reason } = JSON.parse(body) as Record<string, unknown>;
    const told = [code, detail ?? reason].filter((part) => typeof part === 'string').join(': ');
    return told === '' ? '' : ` (${told})`;
  } catch {
    return '';
  }
}

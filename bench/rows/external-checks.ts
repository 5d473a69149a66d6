import { randomBytes } from 'node:crypto';
import { freePort } from '../../test/support/free-port.js';
import { Program } from '../../test/support/program.js';
import type { Site } from '../../test/support/site.js';
import type { Closing } from '../support/closing.js';
import { cpuMicroseconds, REPORT_CPU } from '../support/cpu.js';
import {
  bearing,
  type LoadedSubject,
  perCall,
  startGatewaySite,
  subjectOf,
  tokenFor,
} from '../support/loaded-gateway.js';
import { type Family, median, type Row, times } from '../support/table.js';

const CONNECTIONS = [128, 16];
const ROUNDS = 5;
/** Counted in checks, so that both programs are measured after their code is compiled. */
const WARM_UP = 50_000;
const CHECKS = 10_000;
const CONTEXTS = ['none', 'ed25519'] as const;
type Context = (typeof CONTEXTS)[number];

/**
 * The gateway's processor time per question of a proxy, to the last record shipped, beside that of a program that verifies the
 * token alone. Nothing is forwarded by either.
 */
export const externalChecks: Family = {
  name: 'external-checks',
  async run(closing: Closing): Promise<Row[]> {
    const rows: Row[] = [];
    for (const context of CONTEXTS) {
      rows.push(...(await rowsWith(context, closing)));
      await closing.closeAll();
    }
    return rows;
  },
};

async function rowsWith(context: Context, closing: Closing): Promise<Row[]> {
  const secret = randomBytes(32).toString('base64url');
  const site = await startGatewaySite(
    'http://127.0.0.1:9',
    closing,
    ({ services }) => {
      for (const service of services) service.context = context;
    },
    { COUNTERSIGN_AUTHZ_SECRET: secret },
  );
  const token = await tokenFor(site);
  const asked = {
    ...bearing(token),
    ...{ 'x-original-method': 'GET', 'x-original-uri': '/tenants/acme/invoices/inv-1' },
    ...{ 'x-original-host': 'billing.example', 'countersign-proxy-secret': secret },
  };
  const gateway = subjectOf(site, '/authz/nginx/billing', asked);
  const rival = await startChecker(site, token, asked, closing);
  const rows: Row[] = [];
  for (const connections of CONNECTIONS) {
    for (const subject of [gateway, rival]) await perCall(subject, connections, WARM_UP);
    const rounds: [ours: number, theirs: number][] = [];
    for (let round = 0; round < ROUNDS; round += 1)
      rounds.push([await perCall(gateway, connections, CHECKS), await perCall(rival, connections, CHECKS)]);
    rows.push({
      what: `gateway CPU per external check, records durable and shipped, context ${context}, ${connections} connections`,
      figure: `${Math.round(median(rounds.map(([ours]) => ours)))} µs`,
      rival: rival.name,
      rivalFigure: `${Math.round(median(rounds.map(([, theirs]) => theirs)))} µs`,
      ratio: times(median(rounds.map(([ours, theirs]) => ours / theirs))),
      target: connections === 128 && context === 'none' ? '≤ 0.3 ×' : '',
    });
  }
  return rows;
}

async function startChecker(
  site: Site,
  token: string,
  headers: Record<string, string>,
  closing: Closing,
): Promise<LoadedSubject> {
  const [head, claims = ''] = token.split('.');
  const { iss, aud } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as {
    iss: string;
    aud: string;
  };
  const answer = await fetch(`${site.brokerUrl}/.well-known/jwks.json`);
  const { keys } = (await answer.json()) as { keys: object[] };
  const port = await freePort();
  const program = Program.start({
    name: 'plain checker',
    script: 'bench/servers/plain-checker.js',
    preload: [REPORT_CPU],
    env: { PORT: String(port), JWK: JSON.stringify(keys[0]), ISSUER: iss, AUDIENCE: aud },
  });
  closing.add(() => program.dispose());
  const url = `http://127.0.0.1:${port}`;
  await program.untilReady(`${url}/ready`);
  // A rival that verifies nothing would look good.
  const forged = bearing(`${head}.${claims}.${Buffer.alloc(64, 1).toString('base64url')}`);
  const { status } = await fetch(url, { headers: forged });
  if (status !== 401) throw new Error(`the plain checker answered ${status} to a forged token`);
  const cpu = () => cpuMicroseconds(program.child);
  return { name: 'node:http and jsonwebtoken (ES256)', url, headers, cpu, drained: async () => undefined };
}

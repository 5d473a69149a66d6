import { randomBytes } from 'node:crypto';
import { freePort } from '../../test/support/free-port.js';
import { Program } from '../../test/support/program.js';
import type { Site } from '../../test/support/site.js';
import type { Closing } from '../support/closing.js';
import { cpuMicroseconds, REPORT_CPU } from '../support/cpu.js';
import {
  bearing,
  compareCpu,
  type LoadedSubject,
  requireVerifies,
  startGatewaySite,
  subjectOf,
  tokenFor,
  verificationOf,
} from '../support/loaded-gateway.js';
import type { Family, Row } from '../support/table.js';

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
  const target = context === 'none' ? '≤ 0.3 ×' : '';
  return compareCpu(
    gateway,
    [{ ...rival, target }],
    (connections) =>
      `gateway CPU per external check, records durable and shipped, context ${context}, ${connections} connections`,
  );
}

async function startChecker(
  site: Site,
  token: string,
  headers: Record<string, string>,
  closing: Closing,
): Promise<LoadedSubject> {
  const { issuer, audience, key } = await verificationOf(site, token);
  const port = await freePort();
  const program = Program.start({
    name: 'plain checker',
    script: 'bench/servers/plain-checker.js',
    preload: [REPORT_CPU],
    env: { PORT: String(port), JWK: JSON.stringify(key), ISSUER: issuer, AUDIENCE: audience },
  });
  closing.add(() => program.dispose());
  const url = `http://127.0.0.1:${port}`;
  await program.untilReady(`${url}/ready`);
  await requireVerifies('the plain checker', url, token);
  const cpu = () => cpuMicroseconds(program.child);
  return { name: 'node:http and jsonwebtoken (ES256)', url, headers, cpu, drained: async () => undefined };
}

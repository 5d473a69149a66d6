import { randomBytes } from 'node:crypto';
import type { Site } from '../../test/support/site.js';
import { startServer } from '../rivals/rival.js';
import type { Closing } from '../support/closing.js';
import { cpuMicrosecondsWithChildren } from '../support/cpu.js';
import { oneCaller } from '../support/load.js';
import {
  bearing,
  compareCpu,
  type LoadedSubject,
  requireVerifies,
  rivalSetupOf,
  startGatewaySite,
  subjectOf,
  tokenFor,
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
  const setup = await rivalSetupOf(site, token, '127.0.0.1:9', closing);
  const { origin, pids } = await startServer('plain-checker', setup);
  await requireVerifies('the plain checker', origin, token);
  const cpu = async () => pids.reduce((sum, pid) => sum + cpuMicrosecondsWithChildren(pid), 0);
  return {
    ...{ name: 'node:http and jsonwebtoken (ES256)', url: `${origin}/`, callers: oneCaller(headers), cpu },
    drained: async () => undefined,
  };
}

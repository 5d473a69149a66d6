import { freePort } from '../../test/support/free-port.js';
import { Program } from '../../test/support/program.js';
import type { Site } from '../../test/support/site.js';
import type { Closing } from '../support/closing.js';
import { cpuMicroseconds, cpuMicrosecondsOf, REPORT_CPU } from '../support/cpu.js';
import { onPath } from '../support/foreign.js';
import { startHaproxy } from '../support/haproxy.js';
import {
  bearing,
  compareCpu,
  type Rival,
  requireVerifies,
  startGatewaySite,
  subjectOf,
  tokenFor,
  verificationOf,
} from '../support/loaded-gateway.js';
import type { Family, Row } from '../support/table.js';
import { startUpstream } from '../support/upstream.js';

const CALL = '/billing/tenants/acme/invoices/inv-1';

/** The gateway's processor time per call, to the last record shipped, beside those of other proxies before one upstream. */
export const proxiedCalls: Family = {
  name: 'proxied-calls',
  async run(closing: Closing): Promise<Row[]> {
    const upstream = await startUpstream(closing);
    const site = await startGatewaySite(upstream.origin, closing);
    const token = await tokenFor(site);
    const gateway = subjectOf(site, CALL, bearing(token));
    const rivals = [await startBare(upstream.origin, closing)];
    const haproxy = onPath('haproxy');
    if (haproxy === undefined)
      process.stderr.write('bench: no haproxy on this machine: its rows are left out\n');
    else rivals.push(await haproxyOf(haproxy, { site, token, upstream: upstream.origin, closing }));
    return compareCpu(
      gateway,
      rivals,
      (connections) =>
        `gateway CPU per proxied call, records durable and shipped, ${upstream.kind} upstream, ${connections} connections`,
    );
  },
};

async function startBare(upstream: string, closing: Closing): Promise<Rival> {
  const port = await freePort();
  const program = Program.start({
    name: 'bare proxy',
    script: 'bench/servers/bare-proxy.js',
    preload: [REPORT_CPU],
    env: { PORT: String(port), UPSTREAM: upstream },
  });
  closing.add(() => program.dispose());
  const origin = `http://127.0.0.1:${port}`;
  await program.untilReady(`${origin}/ready`);
  return {
    name: 'bare undici proxy',
    url: `${origin}/tenants/acme/invoices/inv-1`,
    // The same headers, so that both read and send as much.
    headers: bearing('x'.repeat(1_400)),
    cpu: () => cpuMicroseconds(program.child),
    drained: async () => undefined,
    target: '≤ 1.35 ×',
  };
}

/** It verifies each call's token again, before the same upstream. It has no revocation, no scope, no budget and no record. */
async function haproxyOf(
  program: string,
  { site, token, upstream, closing }: { site: Site; token: string; upstream: string; closing: Closing },
): Promise<Rival> {
  const verification = await verificationOf(site, token);
  const { pid, origin } = await startHaproxy(program, upstream, verification, closing);
  const url = `${origin}${CALL}`;
  await requireVerifies('HAProxy', url, token);
  return {
    name: 'HAProxy jwt_verify (ES256)',
    url,
    headers: bearing(token),
    cpu: async () => cpuMicrosecondsOf(pid),
    drained: async () => undefined,
    target: '≤ 0.7 ×',
  };
}

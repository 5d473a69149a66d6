import autocannon from 'autocannon';
import { eventually } from '../../test/support/eventually.js';
import { freePort } from '../../test/support/free-port.js';
import { Program } from '../../test/support/program.js';
import { Site } from '../../test/support/site.js';
import type { Closing } from '../support/closing.js';
import { cpuMicroseconds, REPORT_CPU } from '../support/cpu.js';
import { JsonPool } from '../support/json-pool.js';
import { APPROVER, ASK, benchOrganisation, engineer, REVIEWER } from '../support/organisation.js';
import { type Family, median, type Row, times } from '../support/table.js';
import { startUpstream } from '../support/upstream.js';

const CONNECTIONS = [128, 16];
const ROUNDS = 5;
/** Counted in calls, not seconds: the slower of two programs would else be measured before its code is compiled. */
const WARM_UP_CALLS = 20_000;
const CALLS = 10_000;
const DRAIN_MS = 60_000;
/** Seldom, because asking costs the gateway processor time too. */
const DRAIN_PAUSE_MS = 250;

/** A proxy under load, and when it has nothing left to do. */
type Subject = {
  program: Program;
  url: string;
  headers: Record<string, string>;
  drained(): Promise<unknown>;
};

/** The gateway's processor time per call, to the last record shipped, beside a bare proxy's before one upstream. */
export const proxiedCalls: Family = {
  name: 'proxied-calls',
  async run(closing: Closing): Promise<Row[]> {
    const upstream = await startUpstream(closing);
    const gateway = await startGateway(upstream.origin, closing);
    const bare = await startBare(upstream.origin, closing);
    const rows: Row[] = [];
    for (const connections of CONNECTIONS) {
      await perCall(gateway, connections, WARM_UP_CALLS);
      await perCall(bare, connections, WARM_UP_CALLS);
      const rounds: { ours: number; rivals: number }[] = [];
      for (let round = 0; round < ROUNDS; round += 1) {
        const ours = await perCall(gateway, connections, CALLS);
        const rivals = await perCall(bare, connections, CALLS);
        rounds.push({ ours, rivals });
      }
      rows.push({
        what: `gateway CPU per proxied call, records durable and shipped, ${upstream.kind} upstream, ${connections} connections`,
        figure: `${Math.round(median(rounds.map(({ ours }) => ours)))} µs`,
        rival: 'bare undici proxy',
        rivalFigure: `${Math.round(median(rounds.map(({ rivals }) => rivals)))} µs`,
        ratio: times(median(rounds.map(({ ours, rivals }) => ours / rivals))),
        target: connections === 128 ? '≤ 1.35 ×' : '',
      });
    }
    return rows;
  },
};

/** Microseconds of processor time for each call that was answered. */
async function perCall(subject: Subject, connections: number, amount: number): Promise<number> {
  const before = await cpuMicroseconds(subject.program.child);
  const { headers, url } = subject;
  const load = await autocannon({ url, connections, amount, headers });
  await subject.drained();
  const used = (await cpuMicroseconds(subject.program.child)) - before;
  if (load.non2xx > 0 || load.errors > 0) {
    throw new Error(`${subject.program.name} refused ${load.non2xx} calls and broke ${load.errors}`);
  }
  return used / load.requests.total;
}

async function startGateway(upstream: string, closing: Closing): Promise<Subject> {
  const site = await Site.start({ organisation: benchOrganisation(1, upstream), preload: [REPORT_CPU] });
  closing.add(() => site.close());
  await site.startGateway();
  const url = `${site.gatewayUrl}/billing/tenants/acme/invoices/inv-1`;
  const headers = { authorization: `Bearer ${await tokenFor(site)}` };
  const drained = () =>
    eventually(
      'every record is at the broker',
      async () => {
        const answer = await fetch(`${site.gatewayUrl}/readyz`);
        const { spool } = (await answer.json()) as { spool: { backlog: number; shipped: boolean } };
        return spool.shipped && spool.backlog === 0;
      },
      DRAIN_MS,
      DRAIN_PAUSE_MS,
    );
  return { program: site.gateway, url, headers, drained };
}

async function tokenFor(site: Site): Promise<string> {
  const api = new JsonPool(site.brokerUrl, 1);
  const mine = await site.key(engineer(0));
  const { id, digest } = await api.call<{ id: string; digest: string }>(
    mine,
    'POST',
    '/api/v1/requests',
    201,
    ASK,
  );
  for (const who of [REVIEWER, APPROVER]) {
    const body = { decision: 'approve', digest };
    await api.call(await site.key(who), 'POST', `/api/v1/requests/${id}/reviews`, 201, body);
  }
  const { grant } = await api.call<{ grant: string }>(mine, 'GET', `/api/v1/requests/${id}`, 200);
  const minted = await api.call<{ access_token: string }>(
    mine,
    'POST',
    `/api/v1/grants/${grant}/tokens`,
    200,
  );
  await api.close();
  return minted.access_token;
}

async function startBare(upstream: string, closing: Closing): Promise<Subject> {
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
  // The same headers, so that both read and send as much.
  const headers = { authorization: `Bearer ${'x'.repeat(1_400)}` };
  return { program, url: `${origin}/tenants/acme/invoices/inv-1`, headers, drained: async () => undefined };
}

import type { JsonWebKey } from 'node:crypto';
import autocannon from 'autocannon';
import { eventually } from '../../test/support/eventually.js';
import { freePort } from '../../test/support/free-port.js';
import { Program } from '../../test/support/program.js';
import { Site } from '../../test/support/site.js';
import type { Closing } from '../support/closing.js';
import { cpuMicroseconds, cpuMicrosecondsOf, REPORT_CPU } from '../support/cpu.js';
import { onPath } from '../support/foreign.js';
import { startHaproxy } from '../support/haproxy.js';
import { JsonPool } from '../support/json-pool.js';
import { APPROVER, ASK, benchOrganisation, engineer, REVIEWER } from '../support/organisation.js';
import { type Family, median, type Row, times } from '../support/table.js';
import { startUpstream } from '../support/upstream.js';

const CONNECTIONS = [128, 16];
const ROUNDS = 5;
/** Counted in calls, not seconds: the slower of two programs would else be measured before its code is compiled. */
const WARM_UP_CALLS = 50_000;
const CALLS = 10_000;
const CALL = '/billing/tenants/acme/invoices/inv-1';
const DRAIN_MS = 60_000;
/** Seldom, because asking costs the gateway processor time too. */
const DRAIN_PAUSE_MS = 250;

/** A proxy under load, its processor time so far, and when it has nothing left to do. */
type Subject = {
  name: string;
  url: string;
  headers: Record<string, string>;
  cpu(): Promise<number>;
  drained(): Promise<unknown>;
};

/** Another proxy before the same upstream, and the target at 128 connections. */
type Rival = Subject & { target: string };

/** The gateway's processor time per call, to the last record shipped, beside those of other proxies before one upstream. */
export const proxiedCalls: Family = {
  name: 'proxied-calls',
  async run(closing: Closing): Promise<Row[]> {
    const upstream = await startUpstream(closing);
    const site = await startSite(upstream.origin, closing);
    const token = await tokenFor(site);
    const gateway = gatewayOf(site, token);
    const rivals = [await startBare(upstream.origin, closing)];
    const haproxy = onPath('haproxy');
    if (haproxy === undefined)
      process.stderr.write('bench: no haproxy on this machine: its rows are left out\n');
    else rivals.push(await haproxyOf(haproxy, { site, token, upstream: upstream.origin, closing }));
    const rows: Row[] = [];
    for (const connections of CONNECTIONS) {
      for (const subject of [gateway, ...rivals]) await perCall(subject, connections, WARM_UP_CALLS);
      const rounds: { ours: number; theirs: number[] }[] = [];
      for (let round = 0; round < ROUNDS; round += 1) {
        const ours = await perCall(gateway, connections, CALLS);
        const theirs: number[] = [];
        for (const rival of rivals) theirs.push(await perCall(rival, connections, CALLS));
        rounds.push({ ours, theirs });
      }
      for (const [at, { name, target }] of rivals.entries()) {
        const their = rounds.map(({ theirs }) => theirs[at] ?? Number.NaN);
        rows.push({
          what: `gateway CPU per proxied call, records durable and shipped, ${upstream.kind} upstream, ${connections} connections`,
          figure: `${Math.round(median(rounds.map(({ ours }) => ours)))} µs`,
          rival: name,
          rivalFigure: `${Math.round(median(their))} µs`,
          ratio: times(median(rounds.map(({ ours }, round) => ours / (their[round] ?? Number.NaN)))),
          target: connections === 128 ? target : '',
        });
      }
    }
    return rows;
  },
};

/** Microseconds of processor time for each call that was answered. */
async function perCall(subject: Subject, connections: number, amount: number): Promise<number> {
  const before = await subject.cpu();
  const { name, headers, url } = subject;
  const load = await autocannon({ url, connections, amount, headers });
  await subject.drained();
  const used = (await subject.cpu()) - before;
  if (load.non2xx > 0 || load.errors > 0)
    throw new Error(`${name} refused ${load.non2xx} calls and broke ${load.errors}`);
  return used / load.requests.total;
}

async function startSite(upstream: string, closing: Closing): Promise<Site> {
  const site = await Site.start({ organisation: benchOrganisation(1, upstream), preload: [REPORT_CPU] });
  closing.add(() => site.close());
  await site.startGateway();
  return site;
}

function gatewayOf(site: Site, token: string): Subject {
  const drained = () =>
    eventually(
      'every record is at the broker',
      async () => {
        const answer = await fetch(`${site.gatewayAdminUrl}/readyz`);
        const { spool } = (await answer.json()) as { spool: { backlog: number; shipped: boolean } };
        return spool.shipped && spool.backlog === 0;
      },
      DRAIN_MS,
      DRAIN_PAUSE_MS,
    );
  const cpu = () => cpuMicroseconds(site.gateway.child);
  return { name: 'gateway', url: `${site.gatewayUrl}${CALL}`, headers: bearing(token), cpu, drained };
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
  const { iss, aud } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as {
    iss: string;
    aud: string;
  };
  const answer = await fetch(`${site.brokerUrl}/.well-known/jwks.json`);
  const { keys } = (await answer.json()) as { keys: JsonWebKey[] };
  const [key = {}] = keys;
  const { pid, origin } = await startHaproxy(program, upstream, { issuer: iss, audience: aud, key }, closing);
  const url = `${origin}${CALL}`;
  // A rival that verifies nothing would look good.
  const [head, claims] = token.split('.');
  const forged = bearing(`${head}.${claims}.${Buffer.alloc(64, 1).toString('base64url')}`);
  const { status } = await fetch(url, { headers: forged });
  if (status !== 401) throw new Error(`HAProxy answered ${status} to a forged token`);
  return {
    name: 'HAProxy jwt_verify (ES256)',
    url,
    headers: bearing(token),
    cpu: async () => cpuMicrosecondsOf(pid),
    drained: async () => undefined,
    target: '≤ 0.7 ×',
  };
}

const bearing = (token: string) => ({ authorization: `Bearer ${token}` });

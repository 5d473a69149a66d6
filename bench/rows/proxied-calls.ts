import type { JsonWebKey } from 'node:crypto';
import { freePort } from '../../test/support/free-port.js';
import { Program } from '../../test/support/program.js';
import type { Site } from '../../test/support/site.js';
import type { Closing } from '../support/closing.js';
import { cpuMicroseconds, cpuMicrosecondsOf, REPORT_CPU } from '../support/cpu.js';
import { onPath } from '../support/foreign.js';
import { startHaproxy } from '../support/haproxy.js';
import {
  bearing,
  type LoadedSubject,
  perCall,
  startGatewaySite,
  subjectOf,
  tokenFor,
} from '../support/loaded-gateway.js';
import { type Family, median, type Row, times } from '../support/table.js';
import { startUpstream } from '../support/upstream.js';

const CONNECTIONS = [128, 16];
const ROUNDS = 5;
/** Counted in calls, not seconds: the slower of two programs would else be measured before its code is compiled. */
const WARM_UP_CALLS = 50_000;
const CALLS = 10_000;
const CALL = '/billing/tenants/acme/invoices/inv-1';
/** Another proxy before the same upstream, and the target at 128 connections. */
type Rival = LoadedSubject & { target: string };

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

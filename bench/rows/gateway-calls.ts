import { addContextKey } from '@countersign/gateway-protocol';
import { apacheOpenidc } from '../rivals/apache.js';
import { caddyForwardAuth } from '../rivals/caddy.js';
import { haproxy } from '../rivals/haproxy.js';
import { nginxAuthRequest, nginxNjs } from '../rivals/nginx.js';
import { bareProxy, fastifyProxy } from '../rivals/node.js';
import type { Rival } from '../rivals/rival.js';
import type { Closing } from '../support/closing.js';
import { cpuMicrosecondsWithChildren } from '../support/cpu.js';
import { oneCaller } from '../support/load.js';
import {
  bearing,
  type LoadedSubject,
  measured,
  requireVerifies,
  rivalSetupOf,
  startGatewaySite,
  subjectOf,
  tokenFor,
} from '../support/loaded-gateway.js';
import { type Family, median, rounded, type Sheet, times } from '../support/table.js';
import { startUpstream } from '../support/upstream.js';

const RIVALS: readonly Rival[] = [
  ...[haproxy, nginxAuthRequest, nginxNjs, caddyForwardAuth, apacheOpenidc, fastifyProxy, bareProxy],
];
const MODES = ['none', 'hmac', 'ed25519'] as const;
/** The service of each mode of the signed context. */
const SERVICES = { none: 'billing', hmac: 'billing-hmac', ed25519: 'billing-ed25519' } as const;
const INVOICE = '/tenants/acme/invoices/inv-1';

const CONNECTIONS = [128, 16];
const ROUNDS = 3;
const CALLS = 10_000;
/** Counted in calls: a slower program makes fewer in a second, and would be measured before its code is compiled. */
const WARM_UP_CALLS = 60_000;
/** The warm-up ends earlier after so many seconds. */
const WARM_UP_SECONDS = 10;
/** The warm-up with another number of connections. */
const MORE_WARM_UP_CALLS = 3_000;
/** Before each round, not measured: while others had their turn, a program has lost its place in the processor's caches. */
const LEAD_IN_CALLS = 2_000;
const LEAD_IN_SECONDS = 1;
/** No call begins later in a round. */
const MOST_SECONDS = 3;

type Round = { cpu: number; perSecond: number; p50: number; p99: number };
/** A rival that does not run here, and why. */
type Missing = { name: string; reason: string };
type Subject = LoadedSubject & { rounds: Round[] };

/**
 * The gateway with each mode of its signed context, beside every proxy that could be used in its place: the same upstream, the
 * same token, in turn. Processor time is that of all processes of a program, by the operating system; the gateway's is up to the last record
 * shipped.
 */
export const gatewayCalls: Family = {
  name: 'gateway-calls',
  async run(closing: Closing): Promise<Sheet> {
    const { subjects, missing, kind } = await startAll(closing);
    const lines: string[][] = [];
    for (const connections of CONNECTIONS) {
      const warmUp = connections === CONNECTIONS[0] ? WARM_UP_CALLS : MORE_WARM_UP_CALLS;
      for (const subject of subjects) {
        process.stderr.write(
          `bench: ${subject.name.replaceAll('*', '')}, ${connections} connections: warming up …\n`,
        );
        await measured(subject, { connections, amount: warmUp, mostSeconds: WARM_UP_SECONDS });
        subject.rounds = [];
      }
      for (let round = 0; round < ROUNDS; round += 1)
        for (const subject of subjects) subject.rounds.push(await roundOf(subject, connections));
      lines.push(...linesOf(subjects, connections));
    }
    const notRun = missing.map(({ name, reason }) => [name, `*not run*: ${reason}`, ...Array(7).fill('')]);
    return {
      title: `Proxied calls, records durable and shipped, ${kind} upstream. Targets: none and hmac ≤ 0.7 × HAProxy, ed25519 ≤ 1.05 ×; ≤ 0.5 × every other`,
      columns: [
        ...['program', 'connections', 'processor time a call', 'calls/s', 'p50', 'p99'],
        ...MODES.map((mode) => `${mode} by it`),
      ],
      lines: [...lines, ...notRun],
    };
  },
};

async function startAll(
  closing: Closing,
): Promise<{ subjects: Subject[]; missing: Missing[]; kind: string }> {
  const upstream = await startUpstream(closing);
  const site = await startGatewaySite(upstream.origin, closing, ({ services }) => {
    const [billing] = services;
    if (billing === undefined) throw new Error('the organisation has no service');
    billing.context = 'none';
    for (const mode of ['hmac', 'ed25519'] as const)
      services.push({ ...billing, name: SERVICES[mode], audience: SERVICES[mode], context: mode });
  });
  await addContextKey(`${site.folder}/spool`, SERVICES.hmac, { now: Date.now(), overlapMs: 0 });
  const subjects: Subject[] = [];
  for (const mode of MODES) {
    const token = await tokenFor(site, { service: SERVICES[mode] });
    const subject = subjectOf(site, `/${SERVICES[mode]}${INVOICE}`, bearing(token));
    subjects.push({ ...subject, name: `**gateway, context ${mode}**`, rounds: [] });
  }
  const token = await tokenFor(site);
  const setup = await rivalSetupOf(site, token, new URL(upstream.origin).host, closing);
  const missing: Missing[] = [];
  for (const rival of RIVALS) {
    const running = await rival.start(setup).catch((error: Error) => error);
    if (running === undefined || running instanceof Error) {
      missing.push({ name: rival.name, reason: running?.message ?? `needs ${rival.needs}` });
      continue;
    }
    const url = `${running.origin}/billing${INVOICE}`;
    if (rival.verifies) await requireVerifies(rival.name, url, token);
    const cpu = async () => running.pids.reduce((sum, pid) => sum + cpuMicrosecondsWithChildren(pid), 0);
    const drained = async () => undefined;
    subjects.push({ name: rival.name, url, callers: oneCaller(bearing(token)), cpu, drained, rounds: [] });
  }
  return { subjects, missing, kind: upstream.kind };
}

async function roundOf(subject: Subject, connections: number): Promise<Round> {
  await measured(subject, { connections, amount: LEAD_IN_CALLS, mostSeconds: LEAD_IN_SECONDS });
  return measured(subject, { connections, amount: CALLS, mostSeconds: MOST_SECONDS });
}

function linesOf(subjects: readonly Subject[], connections: number): string[][] {
  const [none, hmac, ed25519] = subjects;
  const of = ({ rounds }: Subject, pick: (round: Round) => number) => median(rounds.map(pick));
  return subjects.map((subject) => {
    const byIt = (ours: Subject | undefined) =>
      ours === undefined
        ? ''
        : times(median(subject.rounds.map(({ cpu }, at) => (ours.rounds[at]?.cpu ?? Number.NaN) / cpu)));
    return [
      ...[subject.name, String(connections), `${Math.round(of(subject, ({ cpu }) => cpu))} µs`],
      rounded(of(subject, ({ perSecond }) => perSecond)),
      ...[of(subject, ({ p50 }) => p50), of(subject, ({ p99 }) => p99)].map((ms) => `${ms.toFixed(2)} ms`),
      ...[none, hmac, ed25519].map(byIt),
    ];
  });
}

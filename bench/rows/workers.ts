import { haproxy } from '../rivals/haproxy.js';
import type { Closing } from '../support/closing.js';
import { cpuMicrosecondsOf } from '../support/cpu.js';
import { oneCaller } from '../support/load.js';
import {
  bearing,
  type LoadedSubject,
  measured,
  rivalSetupOf,
  startGatewaySite,
  subjectOf,
  tokenFor,
} from '../support/loaded-gateway.js';
import { type Family, median, type Row, rounded, times } from '../support/table.js';
import { startUpstream, type Upstream } from '../support/upstream.js';

const CALL = '/billing/tenants/acme/invoices/inv-1';
const CONNECTIONS = 64;
/** For each process. */
const WARM_UP_CALLS = 30_000;
const CALLS = 8_000;
const ROUNDS = 5;

type Round = { perSecond: number; cpu: number };

/** Programs that share a load, measured in each round. */
type Contender = { subjects: readonly LoadedSubject[]; connections: number; rounds: Round[] };

/** A line of the table: one contender, compared with another. */
type Comparison = { what: string; compared: Contender; baseline: Contender; target?: string };

/**
 * A gateway with two worker processes beside one with a single process, in turn, before one upstream. The load, the upstream and the
 * broker are on the same machine: what the workers could do on cores of their own is seen in the processor time of a call.
 *
 * The controls show what else makes a call dearer with two processes: fewer connections for each of them, two gateways that share
 * nothing but the machine, and two HAProxy processes.
 */
export const workers: Family = {
  name: 'workers',
  async run(closing: Closing): Promise<Row[]> {
    const upstream = await startUpstream(closing);
    const two = await subjectWith(upstream.origin, 2, closing);
    const one = await subjectWith(upstream.origin, 1, closing);
    const other = await subjectWith(upstream.origin, 1, closing);
    const proxies = await haproxies(one, upstream, closing);
    await calls([two.subject], CONNECTIONS, 2 * WARM_UP_CALLS);
    for (const { subject } of [one, other]) await calls([subject], CONNECTIONS, WARM_UP_CALLS);
    const single = contender([one.subject]);
    const halfLoaded = contender([one.subject], CONNECTIONS / 2);
    const apart = contender([one.subject, other.subject]);
    const sharing = contender([two.subject]);
    const fullyLoaded = contender([two.subject], CONNECTIONS * 2);
    const oneProxy = contender(proxies.slice(0, 1));
    const twoProxies = contender(proxies);
    for (let at = 0; at < ROUNDS; at += 1)
      for (const { subjects, connections, rounds } of [
        ...[single, sharing, fullyLoaded, halfLoaded, apart],
        ...(proxies.length === 0 ? [] : [oneProxy, twoProxies]),
      ])
        rounds.push(await calls(subjects, connections, CALLS));
    const workersRow = { what: 'gateway with 2 workers', compared: sharing, baseline: single };
    const rows = [
      cpuRow({ ...workersRow, target: '≤ 1.15 ×' }),
      rateRow(workersRow),
      cpuRow({ what: 'the same, twice the connections', compared: fullyLoaded, baseline: single }),
      cpuRow({
        what: 'control: the single process, half the connections',
        compared: halfLoaded,
        baseline: single,
      }),
      cpuRow({ what: 'control: 2 gateways that share nothing', compared: apart, baseline: single }),
    ];
    if (proxies.length === 0) return rows;
    const proxiesRow = { what: 'control: 2 HAProxy processes', compared: twoProxies, baseline: oneProxy };
    return [...rows, cpuRow(proxiesRow), rateRow(proxiesRow)];
  },
};

const contender = (subjects: readonly LoadedSubject[], connections = CONNECTIONS): Contender => ({
  ...{ subjects, connections, rounds: [] },
});

const cpuRow = (comparison: Comparison): Row =>
  rowOf(comparison, 'processor time of a call, all processes', ({ cpu }) => cpu, ' µs');

const rateRow = (comparison: Comparison): Row =>
  rowOf(comparison, 'calls, load and upstream on the same cores', ({ perSecond }) => perSecond, '/s');

function rowOf(
  { what, compared, baseline, target = '' }: Comparison,
  figure: string,
  read: (round: Round) => number,
  unit: string,
): Row {
  return {
    what: `${what}: ${figure}`,
    figure: `${rounded(median(compared.rounds.map(read)))}${unit}`,
    rival: 'a single process',
    rivalFigure: `${rounded(median(baseline.rounds.map(read)))}${unit}`,
    ratio: times(
      median(compared.rounds.map((round, at) => read(round) / read(baseline.rounds[at] ?? round))),
    ),
    target,
  };
}

type RunningGateway = {
  subject: LoadedSubject;
  site: Awaited<ReturnType<typeof startGatewaySite>>;
  token: string;
};

async function subjectWith(upstream: string, count: number, closing: Closing): Promise<RunningGateway> {
  const env = { COUNTERSIGN_GATEWAY_WORKERS: String(count) };
  const site = await startGatewaySite(upstream, closing, undefined, env);
  const token = await tokenFor(site);
  return { subject: subjectOf(site, CALL, bearing(token)), site, token };
}

/** Starts two HAProxy processes; none if the machine has no HAProxy. */
async function haproxies(
  { site, token }: RunningGateway,
  { origin }: Upstream,
  closing: Closing,
): Promise<LoadedSubject[]> {
  const setup = await rivalSetupOf(site, token, new URL(origin).host, closing);
  const started = [await haproxy.start(setup), await haproxy.start(setup)];
  return started.flatMap((running) =>
    running === undefined
      ? []
      : {
          name: haproxy.name,
          url: `${running.origin}${CALL}`,
          callers: oneCaller(bearing(token)),
          cpu: async () => running.pids.reduce((sum, pid) => sum + cpuMicrosecondsOf(pid), 0),
          drained: async () => undefined,
        },
  );
}

/** Calls to all programs at once, each with its share of connections and calls. */
async function calls(
  subjects: readonly LoadedSubject[],
  connections: number,
  amount: number,
): Promise<Round> {
  const share = { amount: amount / subjects.length, connections: connections / subjects.length };
  const reports = await Promise.all(subjects.map((subject) => measured(subject, share)));
  return {
    perSecond: reports.reduce((sum, { perSecond }) => sum + perSecond, 0),
    cpu: reports.reduce((sum, { cpu }) => sum + cpu, 0) / reports.length,
  };
}

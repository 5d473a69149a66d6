import type { Closing } from '../support/closing.js';
import {
  bearing,
  type LoadedSubject,
  measured,
  startGatewaySite,
  subjectOf,
  tokenFor,
} from '../support/loaded-gateway.js';
import { type Family, median, type Row, rounded, times } from '../support/table.js';
import { startUpstream } from '../support/upstream.js';

const CALL = '/billing/tenants/acme/invoices/inv-1';
const CONNECTIONS = 64;
const WARM_UP_CALLS = 100_000;
const CALLS = 10_000;
const ROUNDS = 5;

type Round = { perSecond: number; cpu: number };

/**
 * A gateway with two worker processes beside one with a single process, in turn, before one upstream. The load, the upstream and the
 * broker are on the same machine: what the workers could do on cores of their own is seen in the processor time of a call.
 */
export const workers: Family = {
  name: 'workers',
  async run(closing: Closing): Promise<Row[]> {
    const upstream = await startUpstream(closing);
    const two = await subjectWith(upstream.origin, 2, closing);
    const one = await subjectWith(upstream.origin, 1, closing);
    for (const subject of [two, one]) await round(subject, WARM_UP_CALLS);
    const rounds: { two: Round; one: Round }[] = [];
    for (let at = 0; at < ROUNDS; at += 1)
      rounds.push({ two: await round(two, CALLS), one: await round(one, CALLS) });
    const row = (what: string, read: (round: Round) => number, unit: string, target: string): Row => ({
      what: `${what}, records durable and shipped, ${upstream.kind} upstream, ${CONNECTIONS} connections`,
      figure: `${rounded(median(rounds.map((each) => read(each.two))))}${unit}`,
      rival: 'a single process',
      rivalFigure: `${rounded(median(rounds.map((each) => read(each.one))))}${unit}`,
      ratio: times(median(rounds.map((each) => read(each.two) / read(each.one)))),
      target,
    });
    return [
      row(
        'gateway with 2 workers: calls, load and upstream on the same cores',
        (each) => each.perSecond,
        '/s',
        '',
      ),
      row(
        'gateway with 2 workers: processor time of a call, all processes',
        (each) => each.cpu,
        ' µs',
        '≤ 1.15 ×',
      ),
    ];
  },
};

async function subjectWith(upstream: string, count: number, closing: Closing): Promise<LoadedSubject> {
  const env = { COUNTERSIGN_GATEWAY_WORKERS: String(count) };
  const site = await startGatewaySite(upstream, closing, undefined, env);
  return subjectOf(site, CALL, bearing(await tokenFor(site)));
}

const round = (subject: LoadedSubject, amount: number): Promise<Round> =>
  measured(subject, { amount, connections: CONNECTIONS });

import { haproxy, haproxyApart } from '../rivals/haproxy.js';
import type { Closing } from '../support/closing.js';
import { cpuMicrosecondsOf } from '../support/cpu.js';
import type { Callers } from '../support/load.js';
import {
  bearing,
  type LoadedSubject,
  measured,
  rivalSetupOf,
  startGatewaySite,
  subjectOf,
  tokensFor,
} from '../support/loaded-gateway.js';
import { type Family, median, type Row, times } from '../support/table.js';
import { startUpstream } from '../support/upstream.js';

const CALL = '/billing/tenants/acme/invoices/inv-1';
const CONNECTIONS = 128;
/** A thousand grants in all. */
const GRANTS = { engineers: 40, each: 25 };
/** Of each program, or of each way to call it. The warm-up ends earlier after so many seconds. */
const WARM_UP_CALLS = 30_000;
const WARM_UP_SECONDS = 6;
const CALLS = 10_000;
/** No call begins later in a round. */
const MOST_SECONDS = 3;
const ROUNDS = 5;

/** `rounds`: microseconds of processor time for each call. */
type Subject = LoadedSubject & { rounds: number[] };

/**
 * What it costs that a connection to the upstream carries calls of one grant alone: a thousand grants that make a few calls each, one
 * after the other, beside one grant that makes all calls. The gateway has no context to sign. HAProxy's pool is shared by all
 * clients, and once it is not.
 */
export const gatewayGrants: Family = {
  name: 'gateway-grants',
  async run(closing: Closing): Promise<Row[]> {
    const upstream = await startUpstream(closing);
    const withoutContext: Parameters<typeof startGatewaySite>[2] = ({ services }) => {
      for (const service of services) service.context = 'none';
    };
    const site = await startGatewaySite(upstream.origin, closing, withoutContext, {}, GRANTS.engineers);
    process.stderr.write('bench: gateway-grants: requesting and approving a thousand grants …\n');
    const tokens = await tokensFor(site, GRANTS);
    const headers = tokens.map(bearing);
    const gateway = subjectOf(site, CALL, {});
    const of = (subject: Omit<LoadedSubject, 'callers'>, callers: Callers): Subject => ({
      ...{ ...subject, callers, rounds: [] },
    });
    const one = of(gateway, { headers: headers.slice(0, 1), callsEach: 1 });
    const many = [16, 4, 1].map((callsEach) => ({ callsEach, subject: of(gateway, { headers, callsEach }) }));
    const rivals: Subject[] = [];
    const setup = await rivalSetupOf(site, tokens[0] ?? '', new URL(upstream.origin).host, closing);
    for (const rival of [haproxy, haproxyApart]) {
      const running = await rival.start(setup);
      if (running === undefined) continue;
      const cpu = async () => running.pids.reduce((sum, pid) => sum + cpuMicrosecondsOf(pid), 0);
      const url = `${running.origin}${CALL}`;
      const drained = async () => undefined;
      rivals.push(of({ name: rival.name, url, cpu, drained }, { headers, callsEach: 4 }));
    }
    const all = [one, ...many.map(({ subject }) => subject), ...rivals];
    const cpuOf = async (subject: Subject, amount: number, mostSeconds: number) =>
      (await measured(subject, { connections: CONNECTIONS, amount, mostSeconds })).cpu;
    for (const subject of all) await cpuOf(subject, WARM_UP_CALLS, WARM_UP_SECONDS);
    for (let round = 0; round < ROUNDS; round += 1)
      for (const subject of all) subject.rounds.push(await cpuOf(subject, CALLS, MOST_SECONDS));
    return many.flatMap(({ callsEach, subject }) =>
      [{ ...one, name: 'the gateway, one grant' }, ...rivals].map((rival) =>
        rowOf(callsEach, subject, rival),
      ),
    );
  },
};

function rowOf(callsEach: number, ours: Subject, rival: Subject): Row {
  return {
    what: `gateway CPU per call, 1,000 grants, ${callsEach} calls each in turn, ${CONNECTIONS} connections`,
    figure: `${Math.round(median(ours.rounds))} µs`,
    rival: rival.name,
    rivalFigure: `${Math.round(median(rival.rounds))} µs`,
    ratio: times(median(ours.rounds.map((cpu, round) => cpu / (rival.rounds[round] ?? Number.NaN)))),
    target: '',
  };
}

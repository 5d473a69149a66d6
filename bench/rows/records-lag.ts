import { setTimeout as sleep } from 'node:timers/promises';
import { Site } from '../../test/support/site.js';
import type { Closing } from '../support/closing.js';
import { cpuMicrosecondsWithChildren } from '../support/cpu.js';
import { postgres } from '../support/engines.js';
import { load } from '../support/load.js';
import { bearing, subjectOf, tokenFor } from '../support/loaded-gateway.js';
import { benchOrganisation } from '../support/organisation.js';
import { type BenchOptions, type Family, type Row, rounded } from '../support/table.js';
import { startUpstream } from '../support/upstream.js';

const CALL = '/billing/tenants/acme/invoices/inv-1';
const CONNECTIONS = 64;
const WARM_UP_CALLS = 20_000;
const CALLS_A_SECOND = 2_500;
const SECONDS = { full: 600, sample: 60 };
const BURST = { callsASecond: 8_000, seconds: 15 };
const AGE = /^countersign_gateway_oldest_record_age_seconds (\S+)$/m;
const POLL_MS = 500;

/**
 * How far the log is behind a gateway under steady load: one gateway, one broker and PostgreSQL whose commits reach the disk, with load
 * and upstream on the same machine. Each call has two records. Ten minutes with `--full`.
 */
export const recordsLag: Family = {
  name: 'records-lag',
  async run(closing: Closing, { full }: BenchOptions): Promise<Row[]> {
    const upstream = await startUpstream(closing);
    const site = await Site.start({
      organisation: benchOrganisation(1, upstream.origin),
      databaseUrl: await postgres.database(closing),
    });
    closing.add(() => site.close());
    await site.startGateway();
    const subject = subjectOf(site, CALL, bearing(await tokenFor(site)));
    const call = (seconds: number, perSecond: number) =>
      load({ ...subject, connections: CONNECTIONS, amount: seconds * perSecond, perSecond });
    await load({ ...subject, connections: CONNECTIONS, amount: WARM_UP_CALLS });
    await subject.drained();

    const seconds = full ? SECONDS.full : SECONDS.sample;
    const before = cpu(site);
    const steady = await watched(site, () => call(seconds, CALLS_A_SECOND));
    await subject.drained();
    const used = cpu(site).map((microseconds, at) => microseconds - (before[at] ?? 0));
    const records = 2 * steady.report.answered;
    const [broker, gateway, database] = used.map((microseconds) => rounded(microseconds / records));

    const burst = await watched(site, () => call(BURST.seconds, BURST.callsASecond));
    const began = performance.now();
    await subject.drained();
    const caughtUp = (performance.now() - began) / 1_000;
    const plain = { rival: '', rivalFigure: '', ratio: '' };
    return [
      {
        what: `records behind the log, ${seconds} s at ${rounded(steady.report.perSecond)} calls/s, the most`,
        ...{ ...plain, figure: `${steady.most.toFixed(2)} s`, target: '≤ 5 s' },
      },
      {
        what: 'processor time a record: broker, gateway, database',
        ...{ ...plain, figure: `${broker} + ${gateway} + ${database} µs`, target: '' },
      },
      {
        what: `to catch up after ${BURST.seconds} s at ${rounded(burst.report.perSecond)} calls/s`,
        ...{ ...plain, figure: `${caughtUp.toFixed(1)} s (behind: ${burst.most.toFixed(1)} s)`, target: '' },
      },
    ];
  },
};

/** Processor time so far of broker, gateway and database. */
const cpu = ({ broker, gateway }: Site): number[] => [
  cpuMicrosecondsWithChildren(broker.pid),
  cpuMicrosecondsWithChildren(gateway.pid),
  postgres.cpuMicroseconds(),
];

/** Runs some load, and reads meanwhile how old the oldest record is that the gateway has not shipped. */
async function watched<Report>(
  site: Site,
  run: () => Promise<Report>,
): Promise<{ report: Report; most: number }> {
  let most = 0;
  let isRunning = true;
  const watching = (async () => {
    while (isRunning) {
      const text = await (await fetch(`${site.gatewayAdminUrl}/metrics`)).text();
      most = Math.max(most, Number(AGE.exec(text)?.[1]));
      await sleep(POLL_MS);
    }
  })();
  const report = await run();
  isRunning = false;
  await watching;
  return { report, most };
}

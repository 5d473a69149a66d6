import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { MailServer } from '../../test/fakes/mail-server.js';
import { root } from '../../test/support/root.js';
import type { Closing } from '../support/closing.js';
import { cpuMicrosecondsOf } from '../support/cpu.js';
import { type BenchEngine, postgresOf } from '../support/engines.js';
import { LARGE, LargeSite } from '../support/large-site.js';
import { type Family, median, type Row, rounded, times } from '../support/table.js';

const WIDTH = 16;
const WARM_UP = 60;
const REQUESTS = 200;
const ROUNDS = 3;
/** What an administrator would set who knows all about it. */
const BEST = { jit: 'off', shared_buffers: '1GB' };

/** A request, a review or a denial, each through the API. */
interface Cost {
  perSecond: number;
  /** Milliseconds of processor time, of broker and PostgreSQL together, until the answer. */
  answered: number;
  /** The same until all its notices have gone out. */
  notified: number;
}

/** Requests and decisions at a site of 2,000 tenants, on each PostgreSQL that Debian has installed here. */
export const decisionCost: Family = {
  name: 'decision-cost',
  async run(closing: Closing): Promise<Row[]> {
    const file = pathToFileURL(join(root, 'test/support/postgres/debian-servers.mjs')).href;
    const { debianServers } = (await import(file)) as {
      debianServers(): { version: string; bin: string }[];
    };
    const rows: Row[] = [];
    for (const { version, bin } of debianServers()) {
      rows.push(...(await onServer(`PostgreSQL ${version}`, bin, closing)));
      await closing.closeAll();
    }
    return rows;
  },
};

async function onServer(name: string, bin: string, closing: Closing): Promise<Row[]> {
  const asItComes = { bin, asItComes: true };
  const sites = [
    await site(postgresOf(asItComes), 3, closing),
    await site(postgresOf(asItComes), 100, closing),
    await site(postgresOf({ ...asItComes, settings: BEST }), 3, closing),
  ];
  const costs: Cost[][] = sites.map(() => []);
  // In turns, so that each has its share of what else the machine does.
  for (let round = 0; round < ROUNDS; round += 1)
    for (const [index, measure] of sites.entries()) {
      const cost = await measure();
      costs[index]?.push(cost);
      process.stderr.write(`bench: ${name}, site ${index + 1}: ${JSON.stringify(cost)}\n`);
    }
  const figure = (index: number, what: keyof Cost) => median((costs[index] ?? []).map((cost) => cost[what]));
  const milliseconds = (index: number, what: keyof Cost) => `${rounded(figure(index, what))} ms`;
  const none = { rival: '', rivalFigure: '', ratio: '', target: '' };
  const ratio = (of: number, to: number, what: keyof Cost) => times(figure(of, what) / figure(to, what));
  return [
    {
      ...none,
      what: `CPU of a request or decision, ${name}, 3 reviewers, until the answer`,
      figure: milliseconds(0, 'answered'),
      target: '7 ms',
    },
    { ...none, what: 'the same until its notices have gone out', figure: milliseconds(0, 'notified') },
    {
      what: 'the same with 100 reviewers',
      figure: milliseconds(1, 'notified'),
      ...{ rival: '3 reviewers', rivalFigure: milliseconds(0, 'notified') },
      ...{ ratio: ratio(1, 0, 'notified'), target: '1.2 ×' },
    },
    {
      what: `requests and decisions, ${name} as it comes, ${WIDTH} connections`,
      figure: `${rounded(figure(0, 'perSecond'))}/s`,
      ...{ rival: 'with the best settings', rivalFigure: `${rounded(figure(2, 'perSecond'))}/s` },
      ...{ ratio: ratio(0, 2, 'perSecond'), target: '0.9 ×' },
    },
  ];
}

/** Starts a site. @returns what measures a round there */
async function site(engine: BenchEngine, reviewers: number, closing: Closing): Promise<() => Promise<Cost>> {
  const mail = new MailServer();
  await mail.start();
  closing.add(() => mail.stop());
  const databaseUrl = await engine.database(closing);
  const large = await LargeSite.start(
    { ...LARGE, reviewers },
    { databaseUrl, brokerEnv: { SMTP_URL: mail.url } },
  );
  closing.add(() => large.close());
  await large.decide(WARM_UP, WIDTH);
  await large.quiet();
  // Autovacuum does so within a minute.
  const connection = await engine.connect(databaseUrl);
  await connection.run('ANALYZE');
  await connection.close();
  const cpu = () => cpuMicrosecondsOf(large.site.broker.pid) + engine.cpuMicroseconds();
  return async () => {
    const before = cpu();
    const { calls, seconds } = await large.decide(REQUESTS, WIDTH);
    const answered = cpu();
    await large.quiet();
    const each = (until: number) => (until - before) / calls / 1_000;
    return { perSecond: calls / seconds, answered: each(answered), notified: each(cpu()) };
  };
}

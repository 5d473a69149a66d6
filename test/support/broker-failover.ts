import { addEngineers, engineer } from '../factories/engineers.js';
import { organisation } from '../factories/organisation.js';
import { CountingUpstream } from '../fakes/counting-upstream.js';
import { type Account, recordsAtBroker, takeAccount } from './account.js';
import { Cluster } from './cluster.js';
import { type Progress, runErrands } from './errands.js';
import { eventually } from './eventually.js';
import { leafCounts } from './leaf-counts.js';
import { readLogsAt } from './log-reader.js';

const ENGINEERS = 6;
const GATEWAYS = 2;

export type FailoverReport = {
  /** For each kill and gateway: milliseconds until the gateway is connected to another broker. */
  moves: number[];
  /** One sentence for each thing that was lost, doubled or refused. */
  problems: string[];
  /** How many requests were created, approved and released. */
  errands: number;
  account: Account;
};

/**
 * Repeatedly kills one of several brokers (`kill -9`) under load and restarts it. Each kill comes after another number of
 * answers, and hits a broker that serves a gateway. A client that loses an answer repeats the call with the same key.
 */
export async function killBrokersUnderLoad(brokers: number, kills: number): Promise<FailoverReport> {
  const upstream = new CountingUpstream();
  await upstream.start();
  const cluster = await Cluster.start({
    brokers,
    gateways: GATEWAYS,
    organisation: organisation((file) => {
      for (const service of file.services) service.upstream = upstream.origin;
      addEngineers(file, ENGINEERS);
    }),
  });
  try {
    const progress: Progress = { answers: 0, asked: [], problems: [] };
    let over = false;
    const work = Array.from({ length: ENGINEERS }, (_, index) =>
      runErrands(cluster, cluster.urlOfGateway(index % GATEWAYS), engineer(index), progress, () => over),
    );
    const moves: number[] = [];
    for (let kill = 0; kill < kills; kill += 1) moves.push(...(await oneKill(cluster, progress, kill)));
    over = true;
    await Promise.all(work);
    for (let place = 0; place < GATEWAYS; place += 1)
      await recordsAtBroker({ gatewayAdminUrl: cluster.adminUrlOfGateway(place) });
    const account = await takeAccount(cluster, upstream.hits);
    const problems = [...progress.problems, ...(await logProblems(cluster.store.url, progress.asked))];
    return { moves, problems, errands: progress.asked.length, account };
  } finally {
    await cluster.close();
    await upstream.stop();
  }
}

/** @returns how long each gateway took to connect to another broker */
async function oneKill(cluster: Cluster, progress: Progress, kill: number): Promise<number[]> {
  const enough = progress.answers + 10 + ((kill * 7) % 23);
  await eventually(
    'the brokers answer',
    () => progress.answers >= enough || progress.problems.length > 0,
    120_000,
  );
  const victim = cluster.balancer.feedsAt[kill % GATEWAYS] ?? 0;
  const led = cluster.balancer.feedsAt.filter((place) => place === victim).length;
  const at = await cluster.killBroker(victim);
  const touches = await eventually(
    'its gateways are in touch elsewhere',
    () => {
      const all = cluster.gateways.flatMap((_, place) => cluster.touches(place));
      const since = all.filter((time) => time >= at);
      return since.length >= led && since;
    },
    60_000,
  );
  await cluster.startBroker(victim);
  return touches.map((time) => time - at);
}

/** The log must have one entry for each request, and none for a request that no client got. */
const ONCE = ['request.created', 'grant.started', 'request.approved', 'grant.ended'];

async function logProblems(url: string, asked: readonly string[]): Promise<string[]> {
  const counts = leafCounts(await readLogsAt(url));
  const known = new Set(asked);
  const problems = [...counts.keys()]
    .filter((request) => !known.has(request))
    .map((request) => `${request}: exists, but no client got it as an answer`);
  for (const request of asked) {
    const own = counts.get(request) ?? {};
    for (const type of ONCE)
      if (own[type] !== 1) problems.push(`${request}: ${type} ${own[type] ?? 0} times`);
    if (own['request.reviewed'] !== 2) problems.push(`${request}: ${own['request.reviewed']} reviews`);
  }
  if (known.size !== asked.length) problems.push('one request was the answer to two different creations');
  return problems;
}

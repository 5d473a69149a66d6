import Database from 'better-sqlite3';
import { addEngineers, engineer } from '../factories/engineers.js';
import { organisation } from '../factories/organisation.js';
import type { Answered } from './http.js';
import { type LeafCounts, leafCounts } from './leaf-counts.js';
import { readLogs } from './log-reader.js';
import { Site } from './site.js';
import { type Asked, cancel, decide, makeRequest, readRequest } from './story.js';

/** The maximum of pending requests per engineer. */
const EACH = 5;

/** One decision, its answer (undefined if the connection broke), and the request afterwards. */
export type Decided = {
  decision: 'approve' | 'deny';
  stage: 'awaiting_vendor' | 'awaiting_customer';
  status: number | undefined;
  after: Asked;
};

export type BrokerKillReport = {
  decided: Decided[];
  grantsByRequest: Map<string, number>;
  leaves: LeafCounts;
};

/**
 * Repeatedly kills the broker (`kill -9`) while many decisions are in flight, each time after another number
 * of answers, and restarts it on the same store.
 *
 * @param inFlight the number of decisions in flight when the broker dies
 * @param first the first round's number, which determines how many answers come before the kill
 *
 * @throws Error if a log has a gap, or a leaf does not match its hash
 */
export async function killBrokerMidDecisions(
  rounds: number,
  inFlight: number,
  first = 0,
): Promise<BrokerKillReport> {
  const engineers = Array.from({ length: inFlight / EACH }, (_, index) => engineer(index));
  const site = await Site.start({
    organisation: organisation((file) => {
      addEngineers(file, engineers.length);
    }),
  });
  try {
    const decided: Decided[] = [];
    for (let round = first; round < first + rounds; round += 1)
      decided.push(...(await oneRound(site, engineers, round)));
    return {
      decided,
      grantsByRequest: grants(site.databasePath),
      leaves: leafCounts(readLogs(site.databasePath)),
    };
  } finally {
    await site.close();
  }
}

async function oneRound(
  site: Site,
  engineers: readonly ReturnType<typeof engineer>[],
  round: number,
): Promise<Decided[]> {
  const waiting: { asked: Asked; who: ReturnType<typeof engineer> }[] = [];
  for (const who of engineers) {
    const asked = await Promise.all(Array.from({ length: EACH }, () => makeRequest(site, who)));
    waiting.push(...asked.map((one) => ({ asked: one, who })));
  }
  const atCustomer = waiting.filter((_, index) => index % 2 === 0);
  await Promise.all(atCustomer.map(({ asked }) => decide(site, 'reviewer', asked, 'approve')));

  let answers = 0;
  const killAfter = 1 + ((round * 31) % (waiting.length - 10));
  const sent = waiting.map(async ({ asked, who }, index) => {
    const stage = index % 2 === 0 ? ('awaiting_customer' as const) : ('awaiting_vendor' as const);
    const decision = index % 4 < 2 ? ('approve' as const) : ('deny' as const);
    const side = stage === 'awaiting_vendor' ? 'reviewer' : 'approver';
    const answer = await decide(site, side, asked, decision).catch((): Answered | undefined => undefined);
    answers += 1;
    if (answers === killAfter) site.broker.child.kill('SIGKILL');
    return { asked, who, stage, decision, status: answer?.status };
  });
  const all = await Promise.all(sent);
  await site.broker.ended;
  await site.startBroker();
  return Promise.all(
    all.map(async ({ asked, who, stage, decision, status }) => {
      const after = await readRequest(site, asked.id);
      // Makes room for the next round. A request that has ended refuses, which is fine.
      if (after.state.startsWith('awaiting')) await cancel(site, who, asked);
      return { stage, decision, status, after };
    }),
  );
}

function grants(databasePath: string): Map<string, number> {
  const database = new Database(databasePath, { readonly: true });
  try {
    const rows = database
      .prepare<[], { request: string; count: number }>(
        'SELECT request_id AS request, count(*) AS count FROM grants GROUP BY request_id',
      )
      .all();
    return new Map(rows.map(({ request, count }) => [request, count]));
  } finally {
    database.close();
  }
}

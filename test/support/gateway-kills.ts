import type { CountingUpstream } from '../fakes/counting-upstream.js';
import { type Account, takeAccount } from './account.js';
import { eventually } from './eventually.js';
import type { Inside } from './inside.js';
import { Load } from './load.js';
import type { Program } from './program.js';
import type { Site } from './site.js';
import { gatewayProcessWithUpstream } from './site-with-upstream.js';
import { makeGrant, mintToken } from './story.js';

export type KillReport = {
  account: Account;
  answered: Set<string>;
  leftOpen: number;
  /** The maximum of calls in progress at a kill: only those may be recorded but not forwarded. */
  mostUnforwarded: number;
};

const CONNECTIONS = 16;
/** Takes a new grant and token well before the old ones end. */
const ROUNDS_PER_TOKEN = 20;

/**
 * Repeatedly kills the gateway (`kill -9`) under load, each time after another number of calls, and restarts it
 * on the same spool. Then compares the upstream, the records and the log.
 */
export async function killGatewayUnderLoad(rounds: number): Promise<KillReport> {
  const { site, upstream, close } = await gatewayProcessWithUpstream();
  // Some answers are slow, so that calls are always in progress.
  upstream.answer = (_request, response) => {
    setTimeout(() => response.end('{"ok":true}'), upstream.hits.length % 7);
  };
  try {
    await site.startGateway();
    const answered = new Set<string>();
    let token = '';
    for (let round = 0; round < rounds; round += 1) {
      if (round % ROUNDS_PER_TOKEN === 0) token = await mintToken(site, await makeGrant(site));
      for (const record of await oneRound(site, upstream, token, round)) answered.add(record);
    }
    const account = await takeAccount(site, upstream.hits);
    const leftOpen = account.records.filter(({ outcome }) => outcome === 'unknown').length;
    return { account, answered, leftOpen, mostUnforwarded: rounds * CONNECTIONS };
  } finally {
    await close();
  }
}

async function oneRound(
  site: Site<Inside, Program>,
  upstream: CountingUpstream,
  token: string,
  round: number,
): Promise<Set<string>> {
  const before = upstream.hits.length;
  const { answer } = upstream;
  const load = new Load({
    origin: site.gatewayUrl,
    connections: CONNECTIONS,
    token,
    path: (index) => `/billing/tenants/acme/invoices/${round}-${index}`,
  });
  try {
    await eventually(
      'calls reach the upstream',
      () => upstream.hits.length > before + 20 + ((round * 37) % 90),
    );
    // From here on no call is answered: some are in progress when it dies.
    upstream.answer = () => undefined;
    const open = upstream.hits.length;
    await eventually('a call stays open', () => upstream.hits.length > open);
    await site.gateway.stop('SIGKILL');
  } finally {
    upstream.answer = answer;
    await load.stop();
  }
  await site.startGateway();
  return load.answered;
}

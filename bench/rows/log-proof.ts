import { systemHashing } from '@countersign/persistence';
import { request } from 'undici';
import { LogProofs } from '../../apps/broker/src/logs/log-tiles.js';
import { filler } from '../../test/factories/filler.js';
import type { PreparedStore } from '../../test/support/prepared-store.js';
import { Site } from '../../test/support/site.js';
import type { Closing } from '../support/closing.js';
import { type BenchEngine, ENGINES } from '../support/engines.js';
import { APPROVER, benchOrganisation } from '../support/organisation.js';
import { seconds } from '../support/rate.js';
import { type BenchOptions, type Family, median, type Row, rounded } from '../support/table.js';

const LEAVES = 100_000;
const FULL_LEAVES = 1_000_000;
const BATCH = 5_000;
const PROOFS = 400;
/** A broker proves for months: what is compiled only once does not count. */
const WARM_UP = 100;

/**
 * How long an inclusion proof takes in a large log: as the broker makes it from the store, and as a proof file that a person
 * downloads, with the newest checkpoint and everything that the broker checks first.
 */
export const logProof: Family = {
  name: 'log-proof',
  async run(closing: Closing, { full }: BenchOptions): Promise<Row[]> {
    const rows: Row[] = [];
    for (const engine of ENGINES) {
      rows.push(...(await measure(engine, full ? FULL_LEAVES : LEAVES, closing)));
      await closing.closeAll();
    }
    return rows;
  },
};

async function measure(engine: BenchEngine, leaves: number, closing: Closing): Promise<Row[]> {
  const site = await Site.start({
    organisation: benchOrganisation(1, 'http://127.0.0.1:9'),
    databaseUrl: await engine.database(closing),
  });
  closing.add(() => site.close());
  await grow(site.store, leaves);
  const row = (what: string, taken: number[], target: string): Row => ({
    what: `${what} in a log of ${rounded(leaves)} leaves, ${engine.name}, median of ${PROOFS - WARM_UP}`,
    figure: `${(median(taken.slice(WARM_UP)) * 1000).toFixed(2)} ms`,
    ...{ rival: '', rivalFigure: '', ratio: '', target },
  });
  return [
    row('inclusion proof', await proofs(site.store, leaves), '≤ 2 ms'),
    row('proof file through the API', await files(site, leaves), ''),
  ];
}

async function grow({ host }: PreparedStore, leaves: number): Promise<void> {
  const events = Array.from({ length: BATCH }, () => filler());
  for (let done = 0; done < leaves; done += BATCH)
    await host.store.forTenant('acme', (unit) => unit.log.appendAll(events));
}

/** A step that shares no factor with the size visits places all over the log. */
const placesIn = (leaves: number): number[] =>
  Array.from({ length: PROOFS }, (_, turn) => (turn * 7_919) % leaves);

async function proofs({ host }: PreparedStore, leaves: number): Promise<number[]> {
  const logProofs = new LogProofs({ hashing: systemHashing });
  const taken: number[] = [];
  for (const index of placesIn(leaves))
    taken.push(
      await seconds(() =>
        host.store.readForTenant('acme', async ({ events }) => {
          await logProofs.inclusion(events, { log: 'acme', epoch: 1 }, index, leaves);
        }),
      ),
    );
  return taken;
}

async function files(site: Site, leaves: number): Promise<number[]> {
  const headers = { authorization: `Bearer ${await site.key(APPROVER)}` };
  const taken: number[] = [];
  for (const index of placesIn(leaves))
    taken.push(
      await seconds(async () => {
        const { statusCode, body } = await request(`${site.brokerUrl}/log/acme/proof/${index}`, { headers });
        const text = await body.text();
        if (statusCode !== 200) throw new Error(`no proof of leaf ${index}: ${statusCode} ${text}`);
      }),
    );
  return taken;
}

import { systemHashing } from '@countersign/persistence';
import { LogProofs } from '../../apps/broker/src/logs/log-tiles.js';
import { PreparedStore } from '../../test/support/prepared-store.js';
import type { Closing } from '../support/closing.js';
import { type BenchEngine, ENGINES } from '../support/engines.js';
import { benchOrganisation } from '../support/organisation.js';
import { seconds } from '../support/rate.js';
import { type BenchOptions, type Family, median, type Row, rounded } from '../support/table.js';

const LEAVES = 100_000;
const FULL_LEAVES = 1_000_000;
const BATCH = 5_000;
const PROOFS = 200;

/** How long an inclusion proof takes in a large log: the hashes are read from as few tiles as it takes. */
export const logProof: Family = {
  name: 'log-proof',
  async run(closing: Closing, { full }: BenchOptions): Promise<Row[]> {
    const rows: Row[] = [];
    for (const engine of ENGINES) rows.push(await measure(engine, full ? FULL_LEAVES : LEAVES, closing));
    return rows;
  },
};

async function measure(engine: BenchEngine, leaves: number, closing: Closing): Promise<Row> {
  const url = await engine.database(closing);
  const store = await PreparedStore.at(url, benchOrganisation(1, 'http://127.0.0.1:9'));
  closing.add(() => store.close());
  const event = { type: 'notice.retried', at: '2026-01-01T00:00:00Z', actor: 'job', data: {} } as const;
  const events = Array.from({ length: BATCH }, () => event);
  for (let done = 0; done < leaves; done += BATCH)
    await store.host.store.forTenant('acme', (unit) => unit.log.appendAll(events));
  const proofs = new LogProofs({ hashing: systemHashing });
  const taken: number[] = [];
  for (let turn = 0; turn < PROOFS; turn += 1) {
    // A step that shares no factor with the size visits places all over the log.
    const index = (turn * 7_919) % leaves;
    taken.push(
      await seconds(() =>
        store.host.store.readForTenant('acme', async ({ events: log }) => {
          await proofs.inclusion(log, { log: 'acme', epoch: 1 }, index, leaves);
        }),
      ),
    );
  }
  return {
    what: `inclusion proof in a log of ${rounded(leaves)} leaves, ${engine.name}, median of ${PROOFS}`,
    figure: `${(median(taken) * 1000).toFixed(2)} ms`,
    rival: '',
    rivalFigure: '',
    ratio: '',
    target: '≤ 2 ms',
  };
}

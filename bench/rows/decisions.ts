import { Site } from '../../test/support/site.js';
import type { Closing } from '../support/closing.js';
import { type BenchEngine, ENGINES } from '../support/engines.js';
import { JsonPool } from '../support/json-pool.js';
import { APPROVER, ASK, benchOrganisation, engineer, REVIEWER } from '../support/organisation.js';
import { inParallel } from '../support/parallel.js';
import { type Family, type Row, rounded } from '../support/table.js';

const REQUESTS = 300;
/** As many as one engineer may have waiting. */
const EACH = 5;
const WIDTHS = [16, 128];

type Asked = { id: string; digest: string };

/** Requests and decisions a second through the broker's HTTP API, on each engine with durable commits. */
export const decisions: Family = {
  name: 'decisions',
  async run(closing: Closing): Promise<Row[]> {
    const rows: Row[] = [];
    for (const engine of ENGINES) rows.push(...(await onEngine(engine, closing)));
    return rows;
  },
};

async function onEngine(engine: BenchEngine, closing: Closing): Promise<Row[]> {
  const engineers = (REQUESTS / EACH) * WIDTHS.length;
  const site = await Site.start({
    organisation: benchOrganisation(engineers, 'http://127.0.0.1:9'),
    databaseUrl: await engine.database(closing),
  });
  closing.add(() => site.close());
  const rows: Row[] = [];
  for (const [round, width] of WIDTHS.entries()) {
    const keys: string[] = [];
    for (let index = 0; index < REQUESTS / EACH; index += 1) {
      keys.push(await site.key(engineer(round * (REQUESTS / EACH) + index)));
    }
    const api = new JsonPool(site.brokerUrl, width);
    const [requests, decided] = await measure(
      api,
      keys,
      await site.key(REVIEWER),
      await site.key(APPROVER),
      width,
    );
    const row = (what: string, rate: number): Row => ({
      what: `${what} through the API, ${engine.name}, ${width} connections`,
      figure: `${rounded(rate)}/s`,
      ...{ rival: '', rivalFigure: '', ratio: '', target: '' },
    });
    rows.push(row('requests', requests), row('decisions (vendor, then customer with its grant)', decided));
    await api.close();
  }
  return rows;
}

async function measure(
  api: JsonPool,
  keys: readonly string[],
  reviewer: string,
  approver: string,
  width: number,
): Promise<[requests: number, decisions: number]> {
  const asked: Asked[] = [];
  const asks = Array.from({ length: EACH }, () => keys).flat();
  const asking = await inParallel(asks, width, async (key) => {
    asked.push(await api.call<Asked>(key, 'POST', '/api/v1/requests', 201, ASK));
  });
  const approve = (key: string) =>
    inParallel(asked, width, async ({ id, digest }) => {
      const body = { decision: 'approve', digest };
      await api.call(key, 'POST', `/api/v1/requests/${id}/reviews`, 201, body);
    });
  const deciding = (await approve(reviewer)) + (await approve(approver));
  return [asked.length / asking, (2 * asked.length) / deciding];
}

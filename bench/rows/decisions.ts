import { Site } from '../../test/support/site.js';
import type { Closing } from '../support/closing.js';
import { JsonPool } from '../support/json-pool.js';
import { APPROVER, ASK, benchOrganisation, engineer, REVIEWER } from '../support/organisation.js';
import { inParallel } from '../support/parallel.js';
import { type Family, type Row, rounded } from '../support/table.js';

const REQUESTS = 400;
/** As many as one engineer may have waiting. */
const EACH = 5;
const WIDTHS = [16, 128];

type Asked = { id: string; digest: string };

/** Requests and decisions a second through the broker's HTTP API, on its own SQLite with durable commits. */
export const decisions: Family = {
  name: 'decisions',
  async run(closing: Closing): Promise<Row[]> {
    const engineers = (REQUESTS / EACH) * WIDTHS.length;
    const site = await Site.start({ organisation: benchOrganisation(engineers, 'http://127.0.0.1:9') });
    closing.add(() => site.close());
    const rows: Row[] = [];
    for (const [round, width] of WIDTHS.entries()) {
      const keys: string[] = [];
      for (let index = 0; index < REQUESTS / EACH; index += 1) {
        keys.push(await site.key(engineer(round * (REQUESTS / EACH) + index)));
      }
      const api = new JsonPool(site.brokerUrl, width);
      rows.push(...(await measure(api, keys, await site.key(REVIEWER), await site.key(APPROVER), width)));
      await api.close();
    }
    return rows;
  },
};

async function measure(
  api: JsonPool,
  keys: readonly string[],
  reviewer: string,
  approver: string,
  width: number,
): Promise<Row[]> {
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
  const row = (what: string, rate: number): Row => ({
    what: `${what} through the API, ${width} connections`,
    figure: `${rounded(rate)}/s`,
    ...{ rival: '', rivalFigure: '', ratio: '', target: '' },
  });
  return [
    row('requests', asked.length / asking),
    row('decisions (vendor, then customer with its grant)', (2 * asked.length) / deciding),
  ];
}

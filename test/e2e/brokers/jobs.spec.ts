import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { addEngineers, engineer } from '../../factories/engineers.js';
import { organisation } from '../../factories/organisation.js';
import { Cluster } from '../../support/cluster.js';
import { eventually } from '../../support/eventually.js';
import { readLogsAt } from '../../support/log-reader.js';
import { rowsAt } from '../../support/rows-at.js';
import { makeRequest } from '../../support/story.js';
import { removeFolder, tempFolder } from '../../support/temp-folder.js';
import { WebhookReceiver } from '../../support/webhook-receiver.js';

const ENGINEERS = 4;
/** As many as one engineer may have waiting. */
const EACH = 5;

let folder: string;
let receiver: WebhookReceiver;
beforeEach(async () => {
  folder = await tempFolder('jobs');
  receiver = await WebhookReceiver.start();
});
afterEach(async () => {
  await receiver.stop();
  await removeFolder(folder);
});

test('P7, P8: three brokers lapse each request once and tell of it once', async () => {
  const secretFile = join(folder, 'secret');
  await writeFile(secretFile, `whsec_${randomBytes(32).toString('base64')}`);
  const cluster = await Cluster.start({
    brokers: 3,
    brokerEnv: { COUNTERSIGN_OUTBOUND_PRIVATE: 'allow' },
    organisation: organisation((file) => {
      file.accessPolicy.requestTtl = 2;
      file.vendor.webhooks = [{ url: receiver.url, secretFile }];
      addEngineers(file, ENGINEERS);
    }),
  });
  try {
    const asked = await Promise.all(
      Array.from({ length: ENGINEERS * EACH }, (_, index) =>
        makeRequest(cluster, engineer(index % ENGINEERS)),
      ),
    );
    const ids = asked.map(({ id }) => id).sort();
    const told = () => receiver.messages.filter(({ type }) => type === 'request.expired');
    await eventually(
      'each lapse is told',
      () => new Set(told().map(({ id }) => id)).size === ids.length,
      60_000,
    );
    await eventually('nothing is on its way any more', () => allSettled(cluster.store.url), 60_000, 100);
    expect(
      told()
        .map(({ subject }) => subject)
        .sort(),
    ).toEqual(ids);
    const lapses = (await readLogsAt(cluster.store.url)).filter(({ type }) => type === 'request.expired');
    expect(lapses.map(({ data }) => String(data['request'])).sort()).toEqual(ids);
  } finally {
    await cluster.close();
  }
}, 120_000);

/** A second copy would be one more delivery, or an attempt that is not settled yet. */
async function allSettled(url: string): Promise<boolean> {
  const [open] = await rowsAt<{ count: number }>(
    url,
    `SELECT (SELECT count(*) FROM notices WHERE state = 'due')
       + (SELECT count(*) FROM deliveries WHERE state = 'due') AS count`,
  );
  return open?.count === 0;
}

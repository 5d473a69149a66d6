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
/** The maximum of pending requests per engineer. */
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

test('P7, P8: three brokers expire each request once and send one notice of it', async () => {
  const secretFile = join(folder, 'secret');
  await writeFile(secretFile, `whsec_${randomBytes(32).toString('base64')}`);
  const cluster = await Cluster.start({
    brokers: 3,
    inside: true,
    brokerEnv: { COUNTERSIGN_OUTBOUND_PRIVATE: receiver.host },
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
    const notices = () => receiver.messages.filter(({ type }) => type === 'request.expired');
    await eventually(
      'each expiry is notified',
      () => new Set(notices().map(({ id }) => id)).size === ids.length,
      60_000,
    );
    await eventually('no delivery is pending', () => allSettled(cluster.store.url), 60_000, 100);
    expect(
      notices()
        .map(({ subject }) => subject)
        .sort(),
    ).toEqual(ids);
    const expired = (await readLogsAt(cluster.store.url)).filter(({ type }) => type === 'request.expired');
    expect(expired.map(({ data }) => String(data['request'])).sort()).toEqual(ids);
  } finally {
    await cluster.close();
  }
});

/** A duplicate would appear as one more delivery, or as an attempt that is not settled yet. */
async function allSettled(url: string): Promise<boolean> {
  const [open] = await rowsAt<{ count: number }>(
    url,
    `SELECT (SELECT count(*) FROM notices WHERE state = 'due')
       + (SELECT count(*) FROM deliveries WHERE state = 'due') AS count`,
  );
  return open?.count === 0;
}

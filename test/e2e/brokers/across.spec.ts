/**
 * @soak
 * @alone
 */

import { organisation } from '../../factories/organisation.js';
import { CountingUpstream } from '../../fakes/counting-upstream.js';
import { Balancer } from '../../support/balancer.js';
import { callGateway } from '../../support/call-gateway.js';
import { Cluster } from '../../support/cluster.js';
import { onBusyMachine } from '../../support/deadline.js';
import { eventually } from '../../support/eventually.js';
import { callApi, expectStatus } from '../../support/http.js';
import { serverUrl } from '../../support/postgres/database.js';
import { hasSoakTests } from '../../support/samples.js';
import { makeGrant, mintToken, type Place, revokeGrant } from '../../support/story.js';

/** The deadline that P6 sets for a stop. */
const STOP_MS = 1_000;

/** Two brokers and one gateway. If `deaf`, the proxy to the database cuts connections that send LISTEN. */
async function twoBrokers(deaf: boolean, work: (cluster: Cluster, database: Balancer) => Promise<void>) {
  const upstream = new CountingUpstream();
  await upstream.start();
  const database = await Balancer.start({
    ports: [Number(new URL(serverUrl()).port)],
    cuts: (sent) => deaf && sent.includes('LISTEN'),
  });
  const cluster = await Cluster.start({
    brokers: 2,
    gateways: 1,
    inside: true,
    databasePort: database.port,
    organisation: organisation((file) => {
      for (const service of file.services) service.upstream = upstream.origin;
    }),
  });
  try {
    await work(cluster, database);
  } finally {
    await cluster.close();
    await database.stop();
    await upstream.stop();
  }
}

/** The broker that does not serve the gateway's feed. */
function otherBroker(cluster: Cluster): Place {
  const [feeding] = cluster.balancer.feedsAt;
  if (feeding === undefined) throw new Error('the gateway has no feed');
  return { brokerUrl: cluster.urlOfBroker(1 - feeding), key: (who) => cluster.key(who) };
}

/** Milliseconds from the answer to the stop until the gateway's refusal. */
async function untilRefused(cluster: Cluster, token: string, code: string): Promise<number> {
  const from = performance.now();
  await eventually(
    `the gateway refuses with ${code}`,
    async () => (await callGateway(cluster, token)).code === code,
    20_000,
    5,
  );
  return performance.now() - from;
}

/** `npm test` shows the first one only. */
const WAYS = [
  { title: 'brokers receive each other’s notifications', deaf: false },
  { title: 'LISTEN fails and brokers only poll', deaf: true },
];

describe.each(hasSoakTests() ? WAYS : WAYS.slice(0, 1))('P6: when $title', ({ deaf }) => {
  test(
    'a gateway on one broker’s feed refuses within 1 s what is stopped at the other broker',
    () =>
      twoBrokers(deaf, async (cluster, database) => {
        const other = otherBroker(cluster);
        const grant = await makeGrant(cluster);
        const token = await mintToken(cluster, grant);
        expect(await callGateway(cluster, token)).toMatchObject({ status: 200 });
        const lock = await callApi(await cluster.key('approver'), 'POST', `${other.brokerUrl}/api/v1/locks`, {
          kind: 'tenant',
          name: 'acme',
          reason: 'look first',
        });
        const { id } = expectStatus<{ id: string }>(lock, 201);
        expect(await untilRefused(cluster, token, 'locked')).toBeLessThan(onBusyMachine(STOP_MS));
        expectStatus(
          await callApi(await cluster.key('approver'), 'DELETE', `${other.brokerUrl}/api/v1/locks/${id}`),
          200,
        );
        await eventually('calls go on', async () => (await callGateway(cluster, token)).status === 200);
        await revokeGrant(other, grant);
        expect(await untilRefused(cluster, token, 'grant_ended')).toBeLessThan(onBusyMachine(STOP_MS));
        expect(database.cut > 0).toBe(deaf);
      }),
    120_000,
  );
});

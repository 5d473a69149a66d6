import { organisation } from '../../factories/organisation.js';
import { CountingUpstream } from '../../fakes/counting-upstream.js';
import { Balancer } from '../../support/balancer.js';
import { callGateway } from '../../support/call-gateway.js';
import { Cluster } from '../../support/cluster.js';
import { eventually } from '../../support/eventually.js';
import { callApi, expectStatus } from '../../support/http.js';
import { serverUrl } from '../../support/postgres/database.js';
import { makeGrant, mintToken, type Place, revokeGrant } from '../../support/story.js';

/** P6: the stop's own deadline. */
const STOP_MS = 1_000;

/** Two brokers, one gateway, and a way to the database that carries no LISTEN where `deaf`. */
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

/** The broker that does not tell the gateway. */
function otherBroker(cluster: Cluster): Place {
  const [telling] = cluster.balancer.feedsAt;
  if (telling === undefined) throw new Error('the gateway has no feed');
  return { brokerUrl: cluster.urlOfBroker(1 - telling), key: (who) => cluster.key(who) };
}

/** Milliseconds from the answer to the stop until the gateway refuses. */
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

describe.each([
  { title: 'a broker hears the others', deaf: false },
  { title: 'LISTEN is broken and brokers only poll', deaf: true },
])('P6: where $title', ({ deaf }) => {
  test(
    'what is stopped at one broker is refused within 1 s at the gateway that the other one tells',
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
        expect(await untilRefused(cluster, token, 'locked')).toBeLessThan(STOP_MS);
        expectStatus(
          await callApi(await cluster.key('approver'), 'DELETE', `${other.brokerUrl}/api/v1/locks/${id}`),
          200,
        );
        await eventually('calls go on', async () => (await callGateway(cluster, token)).status === 200);
        await revokeGrant(other, grant);
        expect(await untilRefused(cluster, token, 'grant_ended')).toBeLessThan(STOP_MS);
        expect(database.cut > 0).toBe(deaf);
      }),
    120_000,
  );
});

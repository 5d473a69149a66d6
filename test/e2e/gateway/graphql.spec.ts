import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Service } from '@countersign/api';
import { run } from '../../../apps/cli/src/main.js';
import { Terminal } from '../../../apps/cli/test/terminal.js';
import { organisation } from '../../factories/organisation.js';
import { eventually } from '../../support/eventually.js';
import { GraphqlServer, graphqlRoutes, OPERATIONS } from '../../support/graphql-server.js';
import { callApi, expectStatus } from '../../support/http.js';
import { Site } from '../../support/site.js';
import { decide, makeGrant, readRequest } from '../../support/story.js';
import { removeFolder, tempFolder } from '../../support/temp-folder.js';

type Recorded = {
  path: string | null;
  route: string | null;
  resource: string | null;
  outcome: string | null;
};

const JSON_TYPE = ['-H', 'Content-Type: application/json'];
const ROUTE = `/graphql Invoice sha256:${OPERATIONS.invoice}`;

test('the whole way of a persisted operation: request, approval, `countersign curl`, the record, an exact change, and a log that verifies', async () => {
  const server = new GraphqlServer();
  await server.start();
  const folder = await tempFolder('graphql');
  const site = await Site.inside({
    organisation: organisation(({ services, tenants }) => {
      services.push({
        ...{ name: 'shop', upstream: server.origin, audience: 'shop', tenantFrom: 'path' },
        routes: graphqlRoutes,
      });
      for (const { privacyControls } of tenants) Object.assign(privacyControls, { countersign: [] });
    }),
  });
  try {
    await site.startGateway();
    const countersign = async (who: 'engineer' | 'tenantAdmin', ...argv: string[]) => {
      const env = { COUNTERSIGN_BROKER_URL: site.brokerUrl, COUNTERSIGN_API_KEY: await site.key(who) };
      const terminal = new Terminal(env, '');
      const exit = await run(argv, terminal);
      return { exit, out: terminal.out, err: terminal.err };
    };
    const answer = join(folder, 'answer.json');
    const curl = async (grant: string, body: object): Promise<unknown> => {
      const args = [...JSON_TYPE, '--data', JSON.stringify(body), '-s', '-o', answer];
      const { exit, err } = await countersign('engineer', 'curl', grant, '--', '/graphql', ...args);
      expect([exit, err]).toEqual([0, '']);
      return JSON.parse(await readFile(answer, 'utf8'));
    };

    const published = await callApi(
      await site.key('engineer'),
      'GET',
      `${site.brokerUrl}/api/v1/services/shop`,
    );
    expect(expectStatus<Service>(published, 200).routes).toEqual(
      expect.arrayContaining([expect.objectContaining({ graphql: graphqlRoutes[0]?.graphql, query: [] })]),
    );
    expect((await countersign('engineer', 'routes', 'shop')).out).toContain(OPERATIONS.invoice);

    const grant = await makeGrant(site, 'engineer', {
      service: 'shop',
      scope: [{ resource: 'invoices/*', actions: ['read'] }],
    });
    const invoice = {
      ...{ documentId: `sha256:${OPERATIONS.invoice}`, operationName: 'Invoice' },
      variables: { tenant: 'acme', id: '8812' },
    };
    // The grant reaches the gateway with the feed, which a busy machine may delay.
    await eventually('the answer of the service', async () => {
      const said = JSON.stringify(await curl(grant, invoice));
      return said === '{"data":{"invoice":{"id":"8812","tenant":"acme","total":12.5,"payer":"***"}}}';
    });
    expect(await curl(grant, { query: '{ everything { id } }' })).toMatchObject({
      code: 'operation_refused',
    });
    expect(await curl(grant, { ...invoice, variables: { tenant: 'globex', id: '8812' } })).toMatchObject({
      code: 'insufficient_scope',
      request: { tenant: 'globex', service: 'shop' },
    });

    const input = { tenant: 'acme', id: '8812', amount: 5 };
    const pay = {
      ...{ documentId: `sha256:${OPERATIONS.pay}`, operationName: 'Pay' },
      variables: { input },
    };
    const argv = ['change', grant, 'POST', '/graphql', '--data', JSON.stringify(pay), '--json'];
    const proposed = await countersign('engineer', ...argv);
    expect([proposed.exit, proposed.err]).toEqual([0, '']);
    const asked = JSON.parse(proposed.out);
    expect(asked.scope).toEqual([{ resource: 'invoices/8812', actions: ['update'] }]);
    expectStatus(await decide(site, 'reviewer', asked, 'approve'), 201);
    expectStatus(await decide(site, 'approver', asked, 'approve'), 201);
    const one = (await readRequest(site, asked.id)).grant ?? '';
    await eventually('the change', async () => {
      const said = JSON.stringify(await curl(one, pay));
      return said === '{"data":{"pay":{"id":"8812","paid":true}}}';
    });
    expect(server.executed.filter(({ operation }) => operation === 'Pay')).toHaveLength(1);

    const vkeyAnswer = await fetch(`${site.brokerUrl}/log/acme/vkey`, {
      headers: { authorization: `Bearer ${await site.key('tenantAdmin')}` },
    });
    const vkey = (await vkeyAnswer.text()).trim();
    await eventually('the records of the calls', async () => {
      const url = `${site.brokerUrl}/api/v1/tenants/acme/access-records?decision=allowed`;
      const { items } = expectStatus<{ items: Recorded[] }>(
        await callApi(await site.key('approver'), 'GET', url),
        200,
      );
      const ended = items.filter(({ outcome }) => outcome === 'completed');
      return (
        ended.some(
          ({ path, route, resource }) =>
            path === '/graphql' && route === ROUTE && resource === 'invoices/8812',
        ) && ended.some(({ route }) => route?.includes(OPERATIONS.pay))
      );
    });
    const mirror = join(folder, 'mirror');
    expect(await countersign('tenantAdmin', 'log', 'mirror', mirror, '--vkey', vkey)).toMatchObject({
      exit: 0,
    });
    const verified = await countersign('tenantAdmin', 'log', 'verify', mirror, '--vkey', vkey, '--json');
    expect([verified.exit, JSON.parse(verified.out)]).toMatchObject([0, { verified: true }]);
  } finally {
    await site.close();
    await server.stop();
    await removeFolder(folder);
  }
});

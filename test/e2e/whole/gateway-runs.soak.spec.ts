import { callGateway } from '../../support/call-gateway.js';
import { eventually } from '../../support/eventually.js';
import { leavesByGateways } from '../../support/leaves-by-gateways.js';
import { copiesOf, faultOf, verifyCopies } from '../../support/log-copy.js';
import { gatewayProcessWithUpstream } from '../../support/site-with-upstream.js';
import { makeGrant, mintToken } from '../../support/story.js';

/** How each run ends. */
const SIGNALS: readonly NodeJS.Signals[] = ['SIGKILL', 'SIGKILL', 'SIGTERM'];

let startedSite: Awaited<ReturnType<typeof gatewayProcessWithUpstream>>;
beforeAll(async () => {
  startedSite = await gatewayProcessWithUpstream();
  await startedSite.site.startGateway();
});
afterAll(() => startedSite.close());

test('P10: each run of the gateway names the one before, through kill -9; one that is left out of the log is named', async () => {
  const { site } = startedSite;
  const token = await mintToken(site, await makeGrant(site));
  const call = async () => {
    const { status, record } = await callGateway(site, token);
    expect(status).toBe(200);
    return eventually('the call in the log', async () =>
      (await leavesByGateways(site)).find(
        ({ type, data }) => type === 'access.allowed' && data['record'] === record,
      ),
    );
  };
  const first = await call();
  expect(first.data).toMatchObject({ gatewaySeq: 1, previous: null });
  for (const signal of SIGNALS) {
    site.gateway.child.kill(signal);
    await site.gateway.ended;
    // This run has nothing to record for acme.
    if (signal === 'SIGTERM') {
      await site.startGateway();
      site.gateway.child.kill('SIGKILL');
      await site.gateway.ended;
    }
    await site.startGateway();
    const { data } = await call();
    const records = await leavesByGateways(site);
    const before = records[records.findIndex((leaf) => leaf.data['record'] === data['record']) - 1];
    expect(data).toMatchObject({
      gatewaySeq: 1,
      previous: {
        ...{ boot: before?.data['boot'], seq: before?.data['gatewaySeq'] },
        hash: before?.data['gatewayHash'],
      },
    });
  }
  const copies = await copiesOf({ host: site.store.host } as never);
  expect(await verifyCopies(copies)).toMatchObject({
    calls: 1 + SIGNALS.length,
    warnings: expect.arrayContaining([expect.objectContaining({ code: 'first_run' })]),
  });
  const boots = [...new Set((await leavesByGateways(site)).map(({ data }) => data['boot']))];
  expect(boots).toHaveLength(1 + SIGNALS.length);
  for (const run of SIGNALS.keys()) {
    const own = { tenant: copies.tenant.copy(), deployment: copies.deployment };
    const indices = (boot: unknown) =>
      own.tenant.leaves.flatMap(({ data }, index) => (data['boot'] === boot ? [index] : []));
    for (const index of indices(boots[run]).reverse()) own.tenant.drop(index);
    expect(await faultOf(own)).toBe(`run_missing ${indices(boots[run + 1])[0]}`);
  }
}, 120_000);

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { StatementBody } from '@countersign/audit-log';
import { run } from '../../apps/cli/src/main.js';
import { Terminal } from '../../apps/cli/test/terminal.js';
import { eventually } from '../support/eventually.js';
import { leavesByGateways } from '../support/leaves-by-gateways.js';
import { siteWithUpstream } from '../support/site-with-upstream.js';

/** A gateway signs an empty chain at the next full minute. */
const NEXT_MINUTE_MS = 75_000;

let startedSite: Awaited<ReturnType<typeof siteWithUpstream>>;
beforeAll(async () => {
  startedSite = await siteWithUpstream();
});
afterAll(() => startedSite.close());

async function countersign(...argv: string[]) {
  const key = await startedSite.site.key('tenantAdmin');
  const env = { COUNTERSIGN_BROKER_URL: startedSite.site.brokerUrl, COUNTERSIGN_API_KEY: key };
  const terminal = new Terminal(env, '');
  const exit = await run(['log', ...argv, '--json'], terminal);
  return { exit, document: terminal.out === '' ? {} : JSON.parse(terminal.out), stderr: terminal.err };
}

test('a gateway that nothing was asked of signs that: the statement says no access, complete, and verifies offline', async () => {
  const { site } = startedSite;
  const instant = (ago: number) => `${new Date(Date.now() - ago).toISOString().slice(0, 19)}Z`;
  const [from, to] = [instant(3_600_000), instant(0)];
  const file = join(site.folder, 'hour.statement');
  const statement = () => countersign('statement', '--from', from, '--to', to, '--out', file);
  // The gateway has not run yet. Asking has the broker want its signature.
  expect(await statement()).toMatchObject({
    exit: 0,
    document: { accesses: 0, complete: false, exceptions: [{ reason: 'no_head' }] },
  });
  await site.startGateway();
  await eventually(
    'a complete statement',
    async () => (await statement()).document['complete'] === true,
    NEXT_MINUTE_MS,
    1_000,
  );
  const body = JSON.parse((await readFile(file, 'utf8')).split('\n')[1] ?? '') as StatementBody;
  expect(body).toMatchObject({ count: 0, accesses: [], refused: 0, exceptions: [] });
  const [head] = body.gateways;
  expect(Date.parse(head?.head?.at ?? '')).toBeGreaterThanOrEqual(Date.parse(to));
  expect(await leavesByGateways(site)).toMatchObject([
    { type: 'gateway.head', data: { gatewaySeq: 1, previous: null } },
  ]);

  const mirror = join(site.folder, 'mirror');
  expect(await countersign('mirror', mirror)).toMatchObject({ exit: 0 });
  const vkey = (await readFile(join(mirror, 'vkey'), 'utf8')).trim();
  const verify = ['statement', '--verify', file, '--vkey', vkey, '--log', mirror];
  expect(await countersign(...verify)).toMatchObject({
    exit: 0,
    document: { verified: true, accesses: 0, complete: true },
  });
}, 120_000);

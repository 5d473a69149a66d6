/** @soak */

import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { CountingUpstream } from '../../fakes/counting-upstream.js';
import { recordsAtBroker } from '../../support/account.js';
import { callGateway } from '../../support/call-gateway.js';
import { Cli } from '../../support/cli.js';
import { findSecrets, secretsOf } from '../../support/find-secrets.js';
import { processList } from '../../support/process-list.js';
import { isFullRun } from '../../support/samples.js';
import type { Site } from '../../support/site.js';
import { siteWithUpstream } from '../../support/site-with-upstream.js';
import { cancel, decide, makeGrant, makeRequest, mintToken, revokeGrant } from '../../support/story.js';

describe('P11: a run with success, refusals and faults, at the most verbose log level', () => {
  let site: Site;
  let upstream: CountingUpstream;
  let close: () => Promise<void>;
  const commandLines: string[] = [];
  const tokens: string[] = [];
  const look = async () => void commandLines.push(await processList());

  beforeAll(async () => {
    const talkative = { COUNTERSIGN_LOG_LEVEL: 'trace' };
    ({ site, upstream, close } = await siteWithUpstream({ brokerEnv: talkative, gatewayEnv: talkative }));
    await site.startGateway();
    await mainJob();
    await mistakes();
    await faults();
    await recordsAtBroker(site);
  }, 120_000);
  afterAll(() => close());

  const mainJob = async () => {
    const grant = await makeGrant(site);
    tokens.push(await mintToken(site, grant), await mintToken(site, grant));
    for (const token of tokens) expect((await callGateway(site, token)).status).toBe(200);
    const engineer = new Cli({
      COUNTERSIGN_BROKER_URL: site.brokerUrl,
      COUNTERSIGN_API_KEY: await site.key('engineer'),
    });
    // The test reads the process list before curl gets its answer, so curl still holds the token.
    upstream.onArrival = look;
    const called = engineer.run('curl', grant, '--', '-s', '/tenants/acme/invoices/7');
    expect((await called).code).toBe(0);
    await revokeGrant(site, grant);
    expect(commandLines.some((list) => list.includes('curl'))).toBe(true);
  };

  const mistakes = async () => {
    const [token = ''] = tokens;
    await callGateway(site, token);
    await callGateway(site, `${token}x`);
    await callGateway(site, await site.key('engineer'));
    await callGateway(site, null, `/billing/tenants/acme/invoices/7?access_token=${token}`);
    await fetch(`${site.brokerUrl}/api/v1/requests?key=${await site.key('engineer')}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    await fetch(`${site.brokerUrl}/gateway/v1/records`, {
      method: 'POST',
      headers: { authorization: site.credential },
      body: site.credential,
    });
    const asked = await makeRequest(site, 'engineer');
    await decide(site, 'engineer', asked, 'approve');
    await cancel(site, 'engineer', asked);
  };

  const faults = async () => {
    const token = await mintToken(site, await makeGrant(site));
    tokens.push(token);
    await upstream.stop();
    expect((await callGateway(site, token)).status).toBe(502);
    // Only the soak kills them. It also looks for secrets after a kill in faults.soak.spec.ts and budgets.spec.ts.
    if (isFullRun()) {
      await site.gateway.stop('SIGKILL');
      await site.broker.stop('SIGKILL');
      await site.startBroker();
      await site.startGateway();
    }
    await look();
  };

  test('no key, credential, token or private key is in any output, file or process list', async () => {
    const secrets = secretsOf(site, tokens);
    expect(secrets.every(({ text }) => text.length > 10)).toBe(true);
    const { folder, programs } = site;
    const found = await findSecrets(secrets, { folder, programs, commandLines });
    // The gateway's own identity never leaves this one file, which only its owner may read.
    expect(found).toEqual(['private key in spool/identity.pem']);
    expect((await stat(join(folder, 'spool/identity.pem'))).mode & 0o077).toBe(0);
  });

  test('the search finds a secret that is there', async () => {
    const { folder, programs } = site;
    const known = [{ name: 'the name of the site', text: 'the broker is running' }];
    expect(await findSecrets(known, { folder, programs, commandLines })).toContain(
      'the name of the site in stdout of broker',
    );
  });
});

/**
 * @soak
 * @alone
 */

import { connect } from 'node:net';
import type { CountingUpstream } from '../../fakes/counting-upstream.js';
import { callGateway } from '../../support/call-gateway.js';
import { onBusyMachine } from '../../support/deadline.js';
import { eventually } from '../../support/eventually.js';
import type { Program, Running } from '../../support/program.js';
import { hasSoakTests, onlyInSoak } from '../../support/samples.js';
import type { Site } from '../../support/site.js';
import { siteInsideWithUpstream, siteWithUpstream } from '../../support/site-with-upstream.js';
import { makeGrant, mintToken, revokeGrant } from '../../support/story.js';
import { TcpRelay } from '../../support/tcp-relay.js';

const DEADLINE_MS = onBusyMachine(10_000);

describe('the connection to the broker dies silently', () => {
  const relay = new TcpRelay();
  let site: Site<Running>;
  /** Set if a test of the soak freezes them: then they are processes. Otherwise both run in the test's process. */
  let broker: Program;
  let gateway: Program;
  let upstream: CountingUpstream;
  let close: () => Promise<void>;
  let token: string;
  let grant: string;

  beforeAll(async () => {
    const options = { between: (url: string) => relay.start(url) };
    if (hasSoakTests()) {
      const startedSite = await siteWithUpstream(options);
      ({ site, upstream, close } = startedSite);
      broker = startedSite.site.broker;
    } else ({ site, upstream, close } = await siteInsideWithUpstream(options));
    await site.startGateway();
    if (hasSoakTests()) gateway = site.gateway as Program;
    grant = await makeGrant(site);
    token = await mintToken(site, grant);
  });
  afterAll(async () => {
    await close();
    await relay.stop();
  });
  beforeEach(async () => {
    await untilAllowed();
  });

  const untilAllowed = () =>
    eventually('calls go through', async () => (await callGateway(site, token)).status === 200, 60_000, 50);
  const untilRefused = () =>
    eventually(
      'the gateway refuses',
      async () => {
        const answer = await callGateway(site, token);
        return answer.status === 200 ? undefined : answer;
      },
      60_000,
      50,
    );

  test('P6: a half-open connection: refused within 10 s, nothing forwarded afterwards, recovers by itself', async () => {
    relay.swallows = true;
    const gone = performance.now();
    expect(await untilRefused()).toMatchObject({ status: 503, code: 'not_in_touch' });
    expect(performance.now() - gone).toBeLessThan(DEADLINE_MS);
    const hits = upstream.hits.length;
    for (let times = 0; times < 20; times += 1) expect((await callGateway(site, token)).status).toBe(503);
    expect(upstream.hits).toHaveLength(hits);
    relay.swallows = false;
    await untilAllowed();
  }, 150_000);

  onlyInSoak(() => {
    test('P6: a frozen broker (SIGSTOP): refused within 10 s, and forwarded when the broker continues', async () => {
      broker.child.kill('SIGSTOP');
      const gone = performance.now();
      try {
        expect(await untilRefused()).toMatchObject({ status: 503, code: 'not_in_touch' });
        expect(performance.now() - gone).toBeLessThan(DEADLINE_MS);
        const hits = upstream.hits.length;
        for (let times = 0; times < 20; times += 1) expect((await callGateway(site, token)).status).toBe(503);
        expect(upstream.hits).toHaveLength(hits);
      } finally {
        broker.child.kill('SIGCONT');
      }
      await untilAllowed();
    }, 150_000);

    test('P6: a gateway that was frozen (SIGSTOP) forwards nothing on its old knowledge', async () => {
      const stopped = await makeGrant(site);
      const its = await mintToken(site, stopped);
      await eventually('it is let through', async () => (await callGateway(site, its)).status === 200);
      const hits = () => upstream.hits.filter(({ url }) => url.includes('/late-')).length;
      gateway.child.kill('SIGSTOP');
      let answers: Promise<string>[] = [];
      try {
        await revokeGrant(site, stopped);
        // These calls wait in the sockets, so the gateway gets them before it reads new feed events.
        answers = Array.from({ length: 20 }, (_, index) => rawCall(site.gatewayPort, its, `late-${index}`));
        await new Promise((resolve) => setTimeout(resolve, 3_000));
      } finally {
        gateway.child.kill('SIGCONT');
      }
      const heads = await Promise.all(answers);
      expect(heads.map((head) => /^HTTP\/1\.1 (503|403) /.test(head))).toEqual(heads.map(() => true));
      expect(hits()).toBe(0);
      await untilAllowed();
      expect(await callGateway(site, its)).toMatchObject({ status: 403, code: 'grant_ended' });
    }, 150_000);
  });
});

/** Sends one call over its own socket at once, even if no one reads it yet. Resolves with the answer's first line. */
function rawCall(port: number, token: string, invoice: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () =>
      socket.write(
        `GET /billing/tenants/acme/invoices/${invoice} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\nConnection: close\r\n\r\n`,
      ),
    );
    let text = '';
    socket.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
    socket.on('close', () => resolve(text.split('\r\n')[0] ?? ''));
    socket.on('error', reject);
  });
}

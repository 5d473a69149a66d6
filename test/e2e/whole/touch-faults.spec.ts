import { connect } from 'node:net';
import type { CountingUpstream } from '../../fakes/counting-upstream.js';
import { callGateway } from '../../support/call-gateway.js';
import { eventually } from '../../support/eventually.js';
import type { Site } from '../../support/site.js';
import { siteWithUpstream } from '../../support/site-with-upstream.js';
import { makeGrant, mintToken, revokeGrant } from '../../support/story.js';
import { TcpRelay } from '../../support/tcp-relay.js';

/** The promise's own ten seconds, and the time that looking takes. */
const DEADLINE_MS = 12_000;

describe('the way to the broker goes dead without a word', () => {
  const relay = new TcpRelay();
  let site: Site;
  let upstream: CountingUpstream;
  let close: () => Promise<void>;
  let token: string;
  let grant: string;

  beforeAll(async () => {
    ({ site, upstream, close } = await siteWithUpstream({ between: (url) => relay.start(url) }));
    await site.startGateway();
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

  test('P6: a half-open connection: refused within 10 s, nothing let through after, back by itself', async () => {
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

  test('P6: a broker that stands still (SIGSTOP): refused within 10 s, and let through when it goes on', async () => {
    site.broker.child.kill('SIGSTOP');
    const gone = performance.now();
    try {
      expect(await untilRefused()).toMatchObject({ status: 503, code: 'not_in_touch' });
      expect(performance.now() - gone).toBeLessThan(DEADLINE_MS);
      const hits = upstream.hits.length;
      for (let times = 0; times < 20; times += 1) expect((await callGateway(site, token)).status).toBe(503);
      expect(upstream.hits).toHaveLength(hits);
    } finally {
      site.broker.child.kill('SIGCONT');
    }
    await untilAllowed();
  }, 150_000);

  test('P6: a gateway that stood still (SIGSTOP) lets nothing through by what it knew before', async () => {
    const stopped = await makeGrant(site);
    const its = await mintToken(site, stopped);
    await eventually('it is let through', async () => (await callGateway(site, its)).status === 200);
    const hits = () => upstream.hits.filter(({ url }) => url.includes('/late-')).length;
    site.gateway.child.kill('SIGSTOP');
    let answers: Promise<string>[] = [];
    try {
      await revokeGrant(site, stopped);
      // These wait in the sockets, so that they are there before the feed's news is read.
      answers = Array.from({ length: 20 }, (_, index) => rawCall(site.gatewayPort, its, `late-${index}`));
      await new Promise((resolve) => setTimeout(resolve, 3_000));
    } finally {
      site.gateway.child.kill('SIGCONT');
    }
    const heads = await Promise.all(answers);
    expect(heads.map((head) => /^HTTP\/1\.1 (503|403) /.test(head))).toEqual(heads.map(() => true));
    expect(hits()).toBe(0);
    await untilAllowed();
    expect(await callGateway(site, its)).toMatchObject({ status: 403, code: 'grant_ended' });
  }, 150_000);
});

/** The first line of the answer to one call, sent over a socket of its own whether or not anybody reads it yet. */
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

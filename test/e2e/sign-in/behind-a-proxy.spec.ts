/** @soak */

import { onlyInSoak } from '../../support/samples.js';
import { TestBroker } from '../harness.js';
import { codeOf } from '../story.js';

const LIMIT = 5;
const brokers: TestBroker[] = [];
afterAll(() => Promise.all(brokers.map((broker) => broker.close())));

async function start(trustedProxies: readonly string[]): Promise<TestBroker> {
  const broker = await TestBroker.start({
    settings: {
      ...{ rateLimitPerMinute: LIMIT, trustedProxies },
      admin: { host: '127.0.0.1', port: 0, orAnyPort: false },
    },
  });
  brokers.push(broker);
  return broker;
}

const discover = async (broker: TestBroker, headers: Record<string, string> = {}): Promise<string> =>
  codeOf(await broker.fetch('POST', '/auth/discover', { body: { organisation: 'acme' }, headers }));

/** As a proxy sends it that adds its client to what the client wrote. */
const through = (client: string, written = '') => ({
  'x-forwarded-for': written === '' ? client : `${written}, ${client}`,
});

async function flood(broker: TestBroker, headers: () => Record<string, string>): Promise<string> {
  for (let call = 0; call < LIMIT; call += 1) await discover(broker, headers());
  return discover(broker, headers());
}

describe('behind a listed proxy', () => {
  onlyInSoak(() => {
    test('one client cannot lock everybody out of sign-in', async () => {
      const broker = await start(['127.0.0.0/8']);
      expect(await flood(broker, () => through('203.0.113.9'))).toBe('429 rate_limited');
      expect(await discover(broker, through('198.51.100.7'))).toBe('200 undefined');
    });
  });

  test('a client that writes other addresses into the header is still counted as itself', async () => {
    const broker = await start(['127.0.0.0/8']);
    let count = 0;
    const forged = () => {
      count += 1;
      return through('203.0.113.9', `192.0.2.${count}`);
    };
    expect(await flood(broker, forged)).toBe('429 rate_limited');
    const forwarded = { ...through('203.0.113.9'), forwarded: 'for=192.0.2.200' };
    await flood(broker, () => forwarded);
    expect(await discover(broker, through('198.51.100.7'))).toBe('200 undefined');
  });

  onlyInSoak(() => {
    test('all addresses of one customer’s IPv6 network are one client', async () => {
      const broker = await start(['127.0.0.0/8']);
      let count = 0;
      const next = () => {
        count += 1;
        return through(`2001:db8:0:${(0x100 + count).toString(16)}::${count}`);
      };
      expect(await flood(broker, next)).toBe('429 rate_limited');
      expect(await discover(broker, through('2001:db8:0:200::1'))).toBe('200 undefined');
    });
  });
});

describe('if no proxy is listed', () => {
  test('no header is believed, and the private listener names the peer', async () => {
    const broker = await start([]);
    let count = 0;
    const forged = () => {
      count += 1;
      return through(`203.0.113.${count}`);
    };
    expect(await flood(broker, forged)).toBe('429 rate_limited');
    const ready = await fetch(`${broker.broker.adminUrl}/readyz`);
    expect(await ready.json()).toMatchObject({ unlistedProxies: ['127.0.0.1'] });
  });

  onlyInSoak(() => {
    test('a flood of one endpoint closes no other one, and none closes the callback of a sign-in', async () => {
      const broker = await start([]);
      expect(await flood(broker, () => ({}))).toBe('429 rate_limited');
      const exchange = { body: { code: 'x'.repeat(43), verifier: 'y'.repeat(43) } };
      expect((await broker.fetch('POST', '/auth/cli/token', exchange)).status).not.toBe(429);
      const callback = (cookie: string) =>
        broker.fetch('GET', '/auth/oidc/acme/callback?code=x&state=y', { headers: { cookie } });
      for (let call = 0; call <= LIMIT; call += 1) expect((await callback('')).status).toBe(303);
      const browser = `__Host-countersign-browser=${'b'.repeat(43)}`;
      for (let call = 0; call <= LIMIT; call += 1) expect((await callback(browser)).status).toBe(303);
    });
  });
});

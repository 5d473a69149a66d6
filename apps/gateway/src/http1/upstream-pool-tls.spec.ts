import { once } from 'node:events';
import type { AddressInfo, LookupFunction } from 'node:net';
import { createServer as createSecureServer, type TLSSocket } from 'node:tls';
import { jest } from '@jest/globals';
import { LOCALHOST_CERTIFICATE } from '../../../../test/fakes/localhost-certificate.js';
import { until } from '../../../../test/fakes/until.js';
import { OK, poolParts, SentCall } from '../../../../test/support/sent-call.js';
import { secureContextOf } from '../storage/tls-material.js';
import { UpstreamPool, type UpstreamSecurity } from './upstream-pool.js';

const poolFor = (origin: URL, security: UpstreamSecurity, lookup?: LookupFunction) =>
  new UpstreamPool(origin, { ...poolParts(), security, ...(lookup && { lookup }) });

const get = (into: UpstreamPool) => new SentCall('GET', { kind: 'none' }, into);

describe('an upstream by TLS', () => {
  let secure: ReturnType<typeof createSecureServer>;
  const resumed: boolean[] = [];
  /** What was agreed on (ALPN); false if the client offered nothing. */
  const protocols: (string | false | null)[] = [];
  /** The names by which clients ask for the server (SNI). */
  const names: string[] = [];
  const SNICallback = (name: string, done: (error: null) => void) => {
    names.push(name);
    done(null);
  };

  beforeEach(async () => {
    resumed.length = 0;
    protocols.length = 0;
    names.length = 0;
    secure = createSecureServer(
      { ...LOCALHOST_CERTIFICATE, ALPNProtocols: ['http/1.1'], SNICallback },
      (socket: TLSSocket) => {
        resumed.push(socket.isSessionReused());
        protocols.push(socket.alpnProtocol);
        socket.on('error', () => undefined);
        socket.on('data', () => socket.write(OK.replace('\r\n', '\r\nConnection: close\r\n')));
      },
    );
    secure.listen(0, 'localhost');
    await once(secure, 'listening');
  });
  afterEach(async () => {
    secure.close();
    await once(secure, 'close');
  });

  const trusting = (ca?: string) => ({ context: secureContextOf({ ca }), serverName: undefined });
  const origin = () => new URL(`https://localhost:${(secure.address() as AddressInfo).port}`);
  const done = (sent: SentCall) => until(() => sent.isEnded || sent.failure !== undefined);

  test('is verified by the certificates that are trusted, and its session is resumed', async () => {
    const pool = poolFor(origin(), trusting(LOCALHOST_CERTIFICATE.cert));
    for (let count = 0; count < 3; count += 1) {
      const sent = get(pool);
      await done(sent);
      expect([sent.failure, sent.body]).toEqual([undefined, 'ok']);
    }
    expect([resumed.length, resumed[0], resumed.at(-1)]).toEqual([3, false, true]);
    expect(new Set(protocols)).toEqual(new Set(['http/1.1']));
    pool.close();
  });

  test('has its certificate verified again an hour after it was last', async () => {
    let late = 0;
    const { now } = performance;
    jest.spyOn(performance, 'now').mockImplementation(() => now.call(performance) + late);
    try {
      const pool = poolFor(origin(), trusting(LOCALHOST_CERTIFICATE.cert));
      // A session arrives with the first answer or behind it.
      await until(async () => {
        await done(get(pool));
        return resumed.at(-1) === true;
      });
      late = 3_590_000;
      await done(get(pool));
      expect(resumed.at(-1)).toBe(true);
      late = 3_600_000;
      await done(get(pool));
      expect(resumed.at(-1)).toBe(false);
      late = 7_190_000;
      await until(async () => {
        await done(get(pool));
        return resumed.at(-1) === true;
      });
      pool.close();
    } finally {
      jest.restoreAllMocks();
    }
  });

  test('resolves the name of its address as it is told to, and the certificate is that of the name', async () => {
    const asked: string[] = [];
    const lookup: LookupFunction = (host, _options, answer) => {
      asked.push(host);
      answer(null, [{ address: (secure.address() as AddressInfo).address, family: 4 }]);
    };
    const { port } = secure.address() as AddressInfo;
    const trusted = trusting(LOCALHOST_CERTIFICATE.cert);
    const misnamed = poolFor(new URL(`https://upstream.test:${port}`), trusted, lookup);
    const security = { ...trusted, serverName: 'localhost' };
    const named = poolFor(new URL(`https://upstream.test:${port}`), security, lookup);
    const [refused, sent] = [get(misnamed), get(named)];
    await Promise.all([done(refused), done(sent)]);
    expect([refused.failure?.reason, sent.failure, sent.body]).toEqual(['wrong_name', undefined, 'ok']);
    expect(asked).toEqual(['upstream.test', 'upstream.test']);
    expect(names.sort()).toEqual(['localhost', 'upstream.test']);
    misnamed.close();
    named.close();
  });

  test('with a certificate that no one trusts, or for another name, gets no request', async () => {
    const distrusting = poolFor(origin(), trusting());
    const elsewhere = origin();
    elsewhere.hostname = '127.0.0.1';
    const misnamed = poolFor(elsewhere, trusting(LOCALHOST_CERTIFICATE.cert));
    const reasons: unknown[] = [];
    for (const into of [distrusting, misnamed]) {
      const sent = get(into);
      await done(sent);
      expect([sent.failure?.code, sent.status]).toEqual(['tls', undefined]);
      reasons.push(sent.failure?.reason);
      into.close();
    }
    expect(reasons).toEqual(['untrusted_certificate', 'wrong_name']);
    // Not the address: RFC 6066 §3 knows names alone.
    expect(names).toEqual(['localhost']);
  });
});

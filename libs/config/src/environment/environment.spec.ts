import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { specFolder } from '../../../../test/support/spec-folder.js';
import { readBrokerEnvironment } from './broker.js';
import { readCliEnvironment } from './cli.js';
import { readGatewayEnvironment } from './gateway.js';
import type { Environment } from './read.js';
import { ConfigError } from './read.js';

const KEY = Buffer.alloc(32, 7).toString('base64');
const newFolder = () => specFolder();

function problemsOf(read: () => unknown): Record<string, string> {
  try {
    read();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return Object.fromEntries(error.problems.map(({ key, rule }) => [key, rule]));
  }
  throw new Error('expected a ConfigError');
}

describe('the broker environment', () => {
  test('with a master key alone gives the documented defaults', () => {
    expect(readBrokerEnvironment({ COUNTERSIGN_MASTER_KEY: KEY })).toEqual({
      databaseUrl: 'sqlite:data/countersign.db',
      dataDir: './data',
      masterKey: new Uint8Array(32).fill(7),
      host: '127.0.0.1',
      port: 4000,
      admin: { host: '127.0.0.1', port: 4001, orAnyPort: true },
      publicUrl: 'http://localhost:4000',
      gatewayUrl: 'http://localhost:4100',
      rateLimitPerMinute: 6000,
      trustedProxies: [],
      passkeyCooling: 86_400,
      session: { idle: 1_800, absolute: 43_200 },
      logLevel: 'info',
      slack: null,
      smtpUrl: null,
      mailFrom: 'countersign@localhost',
      mailLanguage: 'en',
      outboundPrivate: [],
      pushServices: [],
    });
  });

  test.each([
    ['none', null],
    ['0', { host: '127.0.0.1', port: 0, orAnyPort: false }],
    ['5001', { host: '127.0.0.1', port: 5001, orAnyPort: false }],
  ])('COUNTERSIGN_ADMIN_PORT=%s', (COUNTERSIGN_ADMIN_PORT, admin) => {
    expect(readBrokerEnvironment({ COUNTERSIGN_MASTER_KEY: KEY, COUNTERSIGN_ADMIN_PORT }).admin).toEqual(
      admin,
    );
    const problems = problemsOf(() =>
      readBrokerEnvironment({ COUNTERSIGN_MASTER_KEY: KEY, COUNTERSIGN_ADMIN_PORT: 'some' }),
    );
    expect(problems['COUNTERSIGN_ADMIN_PORT']).toBe('must be a port, or none');
  });

  test('COUNTERSIGN_OUTBOUND_PRIVATE lists hosts with their ports, each in one spelling', () => {
    const read = (COUNTERSIGN_OUTBOUND_PRIVATE: string) =>
      readBrokerEnvironment({ COUNTERSIGN_MASTER_KEY: KEY, COUNTERSIGN_OUTBOUND_PRIVATE }).outboundPrivate;
    expect(read('10.1.2.3:514, Syslog.internal:6514,[FD00:0::7]:443,localhost:0080,127.0.0.1:9')).toEqual([
      ...['10.1.2.3:514', 'syslog.internal:6514', '[fd00::7]:443', 'localhost:80', '127.0.0.1:9'],
    ]);
  });

  test('COUNTERSIGN_TRUSTED_PROXIES lists networks, and never all of them', () => {
    const read = (COUNTERSIGN_TRUSTED_PROXIES: string) =>
      readBrokerEnvironment({ COUNTERSIGN_MASTER_KEY: KEY, COUNTERSIGN_TRUSTED_PROXIES }).trustedProxies;
    expect(read('10.0.0.0/8, 2001:db8::/32,192.0.2.1,::1')).toEqual([
      ...['10.0.0.0/8', '2001:db8::/32', '192.0.2.1/32', '::1/128'],
    ]);
    for (const bad of [
      '10.0.0.0/33',
      'all',
      '0.0.0.0/0',
      '::/0',
      '10.0.0.0/8/8',
      '10.0.0.0/8,',
      '10.0.0.0/+8',
    ])
      expect(problemsOf(() => read(bad))['COUNTERSIGN_TRUSTED_PROXIES']).toMatch(/^must be networks/);
  });

  test('COUNTERSIGN_PUSH_SERVICES lists origins', () => {
    const env = {
      COUNTERSIGN_MASTER_KEY: KEY,
      COUNTERSIGN_PUSH_SERVICES: 'https://push.example:8443/, http://127.0.0.1:9',
    };
    expect(readBrokerEnvironment(env).pushServices).toEqual([
      ...['https://push.example:8443', 'http://127.0.0.1:9'],
    ]);
  });

  test('takes the master key from the data folder where the demo left one', () => {
    const dataDir = newFolder();
    writeFileSync(join(dataDir, 'master-key'), `${KEY}\n`);
    expect(readBrokerEnvironment({ COUNTERSIGN_DATA_DIR: dataDir }).masterKey).toHaveLength(32);
  });

  test('without any master key says how to make one', () => {
    const problems = problemsOf(() => readBrokerEnvironment({ COUNTERSIGN_DATA_DIR: newFolder() }));
    expect(problems['COUNTERSIGN_MASTER_KEY']).toMatch(/is required.*openssl rand/);
  });

  test('refuses a broken master-key file in the data folder', () => {
    const dataDir = newFolder();
    writeFileSync(join(dataDir, 'master-key'), 'short');
    const problems = problemsOf(() => readBrokerEnvironment({ COUNTERSIGN_DATA_DIR: dataDir }));
    expect(problems['COUNTERSIGN_MASTER_KEY']).toContain('must be 32 bytes in base64');
  });

  test('reads a secret from NAME_FILE without its final line break', () => {
    const path = join(newFolder(), 'key');
    writeFileSync(path, `${KEY}\r\n`);
    expect(readBrokerEnvironment({ COUNTERSIGN_MASTER_KEY_FILE: path }).masterKey).toHaveLength(32);
  });

  test('an unreadable NAME_FILE stops, even where the data folder has a key', () => {
    const dataDir = newFolder();
    writeFileSync(join(dataDir, 'master-key'), KEY);
    const env = { COUNTERSIGN_DATA_DIR: dataDir, COUNTERSIGN_MASTER_KEY_FILE: join(dataDir, 'nowhere') };
    expect(problemsOf(() => readBrokerEnvironment(env))).toEqual({
      COUNTERSIGN_MASTER_KEY_FILE: 'names a file that cannot be read (ENOENT)',
    });
  });

  test('refuses a secret given both plainly and as a file', () => {
    const env = { COUNTERSIGN_MASTER_KEY: KEY, COUNTERSIGN_MASTER_KEY_FILE: '/nowhere' };
    expect(problemsOf(() => readBrokerEnvironment(env))['COUNTERSIGN_MASTER_KEY']).toContain('together');
  });

  const bad: [string, string, RegExp][] = [
    ['COUNTERSIGN_PORT', '65536', /whole number/],
    ['COUNTERSIGN_PORT', '0x10', /whole number/],
    ['COUNTERSIGN_PORT', ' 4000', /whole number/],
    ['COUNTERSIGN_HOST', 'no host', /IP address/],
    ['COUNTERSIGN_DATABASE_URL', 'mysql://u:hunter2@h/db', /sqlite:PATH or postgres/],
    ['COUNTERSIGN_DATABASE_URL', 'sqlite:x\0', /sqlite:PATH/],
    ['COUNTERSIGN_MASTER_KEY', 'AAAA', /32 bytes/],
    ['COUNTERSIGN_MASTER_KEY', `${KEY.slice(0, -2)}9=`, /32 bytes/],
    ['COUNTERSIGN_PUBLIC_URL', 'http://broker.example', /https/],
    ['COUNTERSIGN_PUBLIC_URL', 'http://localhost.example', /https/],
    ['COUNTERSIGN_PUBLIC_URL', 'https://broker.example/path', /without a path/],
    ['COUNTERSIGN_PUBLIC_URL', 'https://user:hunter2@broker.example', /user name/],
    ['COUNTERSIGN_PUBLIC_URL', 'https://broker.example?', /no query/],
    ['COUNTERSIGN_GATEWAY_URL', 'ftp://gateway.example', /http\(s\)/],
    ['COUNTERSIGN_RATE_LIMIT_PER_MINUTE', '-5', /whole number/],
    ['COUNTERSIGN_LOG_LEVEL', 'loud', /one of/],
    ['SLACK_APP_TOKEN', 'xoxb-hunter2', /xapp-/],
    ['SLACK_API_URL', 'http://slack.example/api', /https/],
    ['SMTP_URL', 'hunter2', /smtp:/],
    ['SMTP_URL', 'smtp://user:hunter2%@mail.example', /percent-encoded/],
    ['SMTP_URL', 'smtp://%E0%A4%A:hunter2@mail.example', /percent-encoded/],
    ['SMTP_URL', 'smtp://user:hunter2@mail.example/?tls.rejectUnauthorized=false', /without path or query/],
    ['COUNTERSIGN_MAIL_FROM', 'Hunter2 <a@x.example>', /one plain/],
    ['COUNTERSIGN_MAIL_FROM', 'a@x.example\nBcc: hunter2@x.example', /one plain/],
    ['COUNTERSIGN_MAIL_LANGUAGE', 'fr', /en or de/],
    ['COUNTERSIGN_OUTBOUND_PRIVATE', 'allow', /HOST:PORT.*no value for all/],
    ['COUNTERSIGN_OUTBOUND_PRIVATE', '10.9.9.9', /HOST:PORT/],
    ['COUNTERSIGN_OUTBOUND_PRIVATE', '10.0.0.0/8:514', /HOST:PORT/],
    ['COUNTERSIGN_OUTBOUND_PRIVATE', '*:6514', /HOST:PORT/],
    ['COUNTERSIGN_OUTBOUND_PRIVATE', '10.9.9.9:0', /HOST:PORT/],
    ['COUNTERSIGN_OUTBOUND_PRIVATE', '10.9.9.9:65536', /HOST:PORT/],
    ['COUNTERSIGN_OUTBOUND_PRIVATE', '167837955:514', /HOST:PORT/],
    ['COUNTERSIGN_OUTBOUND_PRIVATE', 'https://10.9.9.9:443', /HOST:PORT/],
    ['COUNTERSIGN_OUTBOUND_PRIVATE', '10.9.9.9:514,', /HOST:PORT/],
    ['COUNTERSIGN_OUTBOUND_PRIVATE', '169.254.169.254:80', /never called/],
    ['COUNTERSIGN_OUTBOUND_PRIVATE', '[::ffff:10.1.2.3]:80', /HOST:PORT/],
    ['COUNTERSIGN_PUSH_SERVICES', 'https://push.example,http://hunter2.example', /https/],
    ['COUNTERSIGN_PUSH_SERVICES', 'https://push.example/hunter2', /without a path/],
    ['COUNTERSIGN_PUSH_SERVICES', 'https://push.example,', /http/],
    ['COUNTERSIGN_SESSION_IDLE', '30m', /PT1M/],
    ['COUNTERSIGN_PASSKEY_COOLING', 'P8D', /PT0S to P7D/],
    ['COUNTERSIGN_SESSION_LIFETIME', 'P8D', /P7D/],
  ];
  test.each(bad)('P11: %s=%s is refused by key and rule, never by value', (key, value, rule) => {
    const env: Environment = { COUNTERSIGN_MASTER_KEY: KEY, [key]: value };
    const problems = problemsOf(() => readBrokerEnvironment(env));
    expect(Object.keys(problems)).toEqual([key]);
    expect(problems[key]).toMatch(rule);
    expect(problems[key]).not.toContain(value);
  });

  test('reports every problem at once', () => {
    const env = { COUNTERSIGN_PORT: 'x', COUNTERSIGN_HOST: '-', COUNTERSIGN_MASTER_KEY: 'x' };
    expect(Object.keys(problemsOf(() => readBrokerEnvironment(env))).sort()).toEqual(Object.keys(env).sort());
  });

  test.each(['http://127.0.0.1:4000/', 'http://127.8.9.1:4000', 'http://localhost:1', 'http://[::1]:4000'])(
    'accepts plain http on this machine: %s',
    (url) => {
      const env = { COUNTERSIGN_MASTER_KEY: KEY, COUNTERSIGN_PUBLIC_URL: url };
      expect(readBrokerEnvironment(env).publicUrl).toBe(url.replace(/\/$/, ''));
    },
  );

  test('Slack needs a signing secret or an app token, and client id and secret together', () => {
    const env = { COUNTERSIGN_MASTER_KEY: KEY, SLACK_CLIENT_ID: '1.2' };
    expect(Object.keys(problemsOf(() => readBrokerEnvironment(env)))).toEqual([
      'SLACK_SIGNING_SECRET',
      'SLACK_CLIENT_ID',
    ]);
    expect(readBrokerEnvironment({ COUNTERSIGN_MASTER_KEY: KEY, SLACK_APP_TOKEN: 'xapp-1' }).slack).toEqual({
      signingSecret: null,
      clientId: null,
      clientSecret: null,
      appToken: 'xapp-1',
      apiUrl: null,
    });
  });

  test('P11: no value of any variable ever stands in the message', () => {
    const names = [
      'COUNTERSIGN_DATABASE_URL',
      'COUNTERSIGN_MASTER_KEY',
      'COUNTERSIGN_PUBLIC_URL',
      'SMTP_URL',
    ];
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.stringMatching(/^[qxz%@0-9]{12,30}$/), (name, value) => {
        try {
          readBrokerEnvironment({ COUNTERSIGN_MASTER_KEY: KEY, [name]: value });
        } catch (error) {
          expect(error).toBeInstanceOf(ConfigError);
          expect((error as Error).message).not.toContain(value);
        }
      }),
    );
  });
});

describe('the gateway environment', () => {
  test('a gateway answers proxies that ask only if it has a secret for them, from this machine unless told otherwise', () => {
    const read = (env: Record<string, string>) =>
      readGatewayEnvironment({ COUNTERSIGN_GATEWAY_CREDENTIAL: 'csg_x', ...env }).proxies;
    const secret = 's'.repeat(32);
    expect(read({ COUNTERSIGN_AUTHZ_PROXIES: '10.0.0.0/8' })).toBeUndefined();
    expect(read({ COUNTERSIGN_AUTHZ_SECRET: secret })).toEqual({
      secret,
      networks: ['127.0.0.0/8', '::1/128'],
    });
    expect(read({ COUNTERSIGN_AUTHZ_SECRET: secret, COUNTERSIGN_AUTHZ_PROXIES: '10.1.2.3' })).toEqual({
      secret,
      networks: ['10.1.2.3/32'],
    });
    for (const env of [
      { COUNTERSIGN_AUTHZ_SECRET: 'short' },
      { COUNTERSIGN_AUTHZ_SECRET: secret, COUNTERSIGN_AUTHZ_PROXIES: '0.0.0.0/0' },
    ])
      expect(() => read(env)).toThrow(/COUNTERSIGN_AUTHZ/);
  });

  test('P12: tenants without a pin go on the vendor’s word, or not at all', () => {
    const read = (said: string) =>
      readGatewayEnvironment({
        COUNTERSIGN_GATEWAY_CREDENTIAL: 'csg_abc',
        COUNTERSIGN_GATEWAY_UNPINNED: said,
      });
    expect([read('vendor').pinnedOnly, read('refuse').pinnedOnly]).toEqual([false, true]);
    expect(() => read('yes')).toThrow('COUNTERSIGN_GATEWAY_UNPINNED');
  });

  test.each([
    ['COUNTERSIGN_GATEWAY_TLS_CERT_FILE', ['COUNTERSIGN_GATEWAY_TLS_KEY_FILE']],
    ['COUNTERSIGN_GATEWAY_TLS_KEY_FILE', ['COUNTERSIGN_GATEWAY_TLS_CERT_FILE']],
    [
      'COUNTERSIGN_GATEWAY_TLS_CLIENT_CA_FILE',
      ['COUNTERSIGN_GATEWAY_TLS_CERT_FILE', 'COUNTERSIGN_GATEWAY_TLS_KEY_FILE'],
    ],
  ])('half of a TLS listener is no plain one: %s alone', (name, missing) => {
    const env = { COUNTERSIGN_GATEWAY_CREDENTIAL: 'csg_abc', [name]: 'file.pem' };
    expect(Object.keys(problemsOf(() => readGatewayEnvironment(env)))).toEqual(missing);
  });

  test('with a credential alone gives the documented defaults', () => {
    expect(readGatewayEnvironment({ COUNTERSIGN_GATEWAY_CREDENTIAL: 'csg_abc' })).toEqual({
      host: '127.0.0.1',
      port: 4100,
      admin: { host: '127.0.0.1', port: 4101, orAnyPort: true },
      dataDir: './data',
      credential: 'csg_abc',
      spoolDir: 'data/spool',
      spoolBytes: 1024 ** 3,
      maxCallsPerGrant: 256,
      maxCallsPerService: 1024,
      maxBodiesPerGrant: 64,
      maxBodiesPerService: 256,
      maxHeaderBytes: 16 * 1024,
      maxBodyBytes: 100 * 1024 ** 2,
      maxFileBytes: 1024 ** 3,
      workers: 1,
      upstreamTimeouts: { connectMs: 5_000, firstByteMs: 30_000, idleMs: 60_000 },
      tls: undefined,
      upstreamTlsDir: 'data/upstream-tls',
      callTimes: { totalMs: 900_000, clientIdleMs: 20_000 },
      pinnedOnly: false,
      logLevel: 'info',
    });
  });

  test('limits are whole numbers within bounds', () => {
    const limits = {
      COUNTERSIGN_GATEWAY_WORKERS: '65',
      COUNTERSIGN_GATEWAY_MAX_HEADER_BYTES: '100',
      COUNTERSIGN_GATEWAY_MAX_BODY_BYTES: '-1',
      COUNTERSIGN_GATEWAY_CALL_TIMEOUT_MS: '0',
      COUNTERSIGN_GATEWAY_CLIENT_IDLE_TIMEOUT_MS: '1e3',
    };
    const problems = problemsOf(() =>
      readGatewayEnvironment({ COUNTERSIGN_GATEWAY_CREDENTIAL: 'csg_abc', ...limits }),
    );
    expect(Object.keys(problems).sort()).toEqual(Object.keys(limits).sort());
  });

  test('without a credential says how to make one', () => {
    expect(problemsOf(() => readGatewayEnvironment({}))['COUNTERSIGN_GATEWAY_CREDENTIAL']).toMatch(
      /is required.*gateways enroll/,
    );
  });
});

describe('the environment of the CLI', () => {
  test('a login is kept in the home folder, or in the configured one', () => {
    const fileOf = (env: Record<string, string>) => readCliEnvironment(env).credentialsFile;
    expect(fileOf({ HOME: '/home/erin' })).toBe('/home/erin/.config/countersign/credentials.json');
    expect(fileOf({ HOME: '/home/erin', XDG_CONFIG_HOME: '/x' })).toBe('/x/countersign/credentials.json');
    expect(fileOf({ HOME: '/home/erin', COUNTERSIGN_CREDENTIALS_FILE: '/y' })).toBe('/y');
    expect(() => fileOf({ COUNTERSIGN_CREDENTIALS_FILE: '/y\0' })).toThrow(/a file path/);
  });

  test('an empty variable counts as unset', () => {
    expect(readCliEnvironment({ COUNTERSIGN_BROKER_URL: '', COUNTERSIGN_API_KEY: '' })).toEqual({
      brokerUrl: 'http://localhost:4000',
      apiKey: null,
      credentialsFile: null,
    });
  });

  test('P11: a key with a line break is refused without being shown', () => {
    const problems = problemsOf(() => readCliEnvironment({ COUNTERSIGN_API_KEY: 'csk_a\nX: y' }));
    expect(problems).toEqual({ COUNTERSIGN_API_KEY: 'must be printable ASCII without spaces' });
  });

  test('an empty secret file is refused', () => {
    const path = join(newFolder(), 'key');
    writeFileSync(path, '\n');
    expect(problemsOf(() => readCliEnvironment({ COUNTERSIGN_API_KEY_FILE: path }))).toEqual({
      COUNTERSIGN_API_KEY_FILE: 'names an empty file',
    });
  });
});

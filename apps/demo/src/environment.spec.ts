import { brokerEnvironment, readDemoEnvironment, withoutSecrets } from './environment.js';

describe('the demo environment', () => {
  test('has the documented defaults', () => {
    expect(readDemoEnvironment({}, '/srv')).toEqual({
      dataDir: '/srv/data',
      host: '127.0.0.1',
      ports: { broker: 4000, gateway: 4100, service: 4200, identity: 4300, mailbox: 4400, smtp: 4401 },
      publicUrl: 'http://localhost:4000',
      gatewayUrl: 'http://localhost:4100',
      serviceUrl: 'http://localhost:4200',
      identityUrl: 'http://localhost:4300',
      mailboxUrl: 'http://localhost:4400',
    });
  });

  test('URLs follow the ports unless they are set, and an empty variable counts as unset', () => {
    const demo = readDemoEnvironment(
      {
        COUNTERSIGN_PORT: '5000',
        COUNTERSIGN_GATEWAY_PORT: '',
        COUNTERSIGN_GATEWAY_URL: 'https://gw.example',
      },
      '/srv',
    );
    expect(demo.publicUrl).toBe('http://localhost:5000');
    expect(demo.ports.gateway).toBe(4100);
    expect(demo.gatewayUrl).toBe('https://gw.example');
  });

  test.each(['x', '0', '65536', '-1', '1e3', '04000', ' 4000'])(
    'P11: refuses the port "%s" by name and rule, without repeating it',
    (port) => {
      const read = () => readDemoEnvironment({ COUNTERSIGN_GATEWAY_PORT: port }, '/srv');
      expect(read).toThrow('COUNTERSIGN_GATEWAY_PORT must be a whole number from 1 to 65535');
    },
  );

  test('refuses one port for two programs', () => {
    expect(() => readDemoEnvironment({ COUNTERSIGN_PORT: '4100' }, '/srv')).toThrow(
      'must name different ports',
    );
  });

  const secrets = {
    COUNTERSIGN_MASTER_KEY: 'k',
    COUNTERSIGN_MASTER_KEY_FILE: 'f',
    COUNTERSIGN_DATABASE_URL: 'u',
    COUNTERSIGN_API_KEY: 'a',
    COUNTERSIGN_GATEWAY_CREDENTIAL: 'c',
    SLACK_SIGNING_SECRET: 's',
    SMTP_URL: 'm',
    SMTP_URL_FILE: 'm',
  };

  test('P11: gateway and data service receive nothing that opens the database', () => {
    expect(withoutSecrets({ ...secrets, PATH: '/bin', COUNTERSIGN_LOG_LEVEL: 'warn' })).toEqual({
      PATH: '/bin',
      COUNTERSIGN_LOG_LEVEL: 'warn',
    });
  });

  test('P11: the broker receives neither a person’s key nor a gateway’s credential', () => {
    const env = brokerEnvironment(secrets, readDemoEnvironment({}, '/srv'));
    expect(env).not.toHaveProperty('COUNTERSIGN_API_KEY');
    expect(env).not.toHaveProperty('COUNTERSIGN_GATEWAY_CREDENTIAL');
    expect(env).toMatchObject({
      COUNTERSIGN_DATABASE_URL: 'u',
      COUNTERSIGN_MASTER_KEY: 'k',
      COUNTERSIGN_PORT: '4000',
    });
  });

  test('the database is in the data folder unless another is set', () => {
    const env = brokerEnvironment({}, readDemoEnvironment({}, '/srv'));
    expect(env['COUNTERSIGN_DATABASE_URL']).toBe('sqlite:/srv/data/countersign.db');
  });

  test('mail goes to the mailbox unless another server is set', () => {
    const demo = readDemoEnvironment({}, '/srv');
    expect(brokerEnvironment({}, demo)['SMTP_URL']).toBe('smtp://127.0.0.1:4401');
    expect(brokerEnvironment({ SMTP_URL: 'smtp://mail.example' }, demo)['SMTP_URL']).toBe(
      'smtp://mail.example',
    );
  });
});

import { join, resolve } from 'node:path';

/** Why the demo cannot run: a stable code, and a detail for people. Printed as `error[code]: detail`. */
export class DemoError extends Error {
  constructor(
    readonly code: string,
    detail: string,
  ) {
    super(detail);
    this.name = 'DemoError';
  }
}

export type Environment = Readonly<Record<string, string | undefined>>;

type DemoPorts = Record<keyof typeof PORT_VARIABLES, number>;

/** What `npm start` itself reads. It passes every other variable on to the programs. */
export type DemoEnvironment = {
  dataDir: string;
  /** Where broker and gateway listen. The other programs always listen on loopback. */
  host: string;
  ports: DemoPorts;
  publicUrl: string;
  gatewayUrl: string;
  serviceUrl: string;
  /** The issuer (`iss`) of the demo's OpenID provider. */
  identityUrl: string;
  mailboxUrl: string;
};

export const DEFAULT_PORTS = {
  broker: 4000,
  gateway: 4100,
  service: 4200,
  identity: 4300,
  mailbox: 4400,
  smtp: 4401,
};

export const PORT_VARIABLES = {
  broker: 'COUNTERSIGN_PORT',
  gateway: 'COUNTERSIGN_GATEWAY_PORT',
  service: 'COUNTERSIGN_DEMO_SERVICE_PORT',
  identity: 'COUNTERSIGN_DEMO_OIDC_PORT',
  mailbox: 'COUNTERSIGN_DEMO_MAIL_PORT',
  smtp: 'COUNTERSIGN_DEMO_SMTP_PORT',
} as const;

/** Where to reach a program that listens on `host`. One that listens everywhere is reached on loopback. */
export function addressToCall(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}

/** The data service's gateways: origins, separated by commas. `npm start` sets it. */
export const GATEWAYS_VARIABLE = 'COUNTERSIGN_DEMO_SERVICE_GATEWAYS';

/**
 * Reads folder and ports. The URLs follow the ports unless they are set. An empty variable counts as unset.
 * @throws DemoError `invalid_config` that names the variable and the rule, never the value
 */
export function readDemoEnvironment(env: Environment, cwd: string): DemoEnvironment {
  const uses = Object.keys(PORT_VARIABLES) as (keyof DemoPorts)[];
  const ports = Object.fromEntries(uses.map((use) => [use, readPort(env, use)])) as DemoPorts;
  if (new Set(Object.values(ports)).size < uses.length) {
    throw new DemoError(
      'invalid_config',
      `${Object.values(PORT_VARIABLES).join(', ')} must name different ports`,
    );
  }
  return {
    dataDir: resolve(cwd, env['COUNTERSIGN_DATA_DIR'] || 'data'),
    host: env['COUNTERSIGN_HOST'] || '127.0.0.1',
    ports,
    publicUrl: env['COUNTERSIGN_PUBLIC_URL'] || `http://localhost:${ports.broker}`,
    gatewayUrl: env['COUNTERSIGN_GATEWAY_URL'] || `http://localhost:${ports.gateway}`,
    serviceUrl: `http://localhost:${ports.service}`,
    identityUrl: `http://localhost:${ports.identity}`,
    mailboxUrl: `http://localhost:${ports.mailbox}`,
  };
}

/** @throws DemoError `invalid_config` */
export function readPort(env: Environment, use: keyof typeof PORT_VARIABLES): number {
  const name = PORT_VARIABLES[use];
  const text = env[name] || String(DEFAULT_PORTS[use]);
  const port = Number(text);
  if (!/^[1-9][0-9]{0,4}$/.test(text) || port > 65_535) {
    throw new DemoError('invalid_config', `${name} must be a whole number from 1 to 65535`);
  }
  return port;
}

/** Variables that open something. Each program receives only the ones that it needs. */
const SECRETS =
  /^(COUNTERSIGN_((NEW_)?MASTER_KEY|DATABASE_URL|API_KEY|GATEWAY_CREDENTIAL)|SLACK_.+|SMTP_URL)(_FILE)?$/;

/** The environment of every program but the broker: it must not hold what opens the broker's database. */
export function withoutSecrets(env: Environment): Environment {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !SECRETS.test(name)));
}

/** The environment of the broker and of host verbs. Mail goes to the demo's mailbox unless another server is set. */
export function brokerEnvironment(env: Environment, demo: DemoEnvironment): Environment {
  const { COUNTERSIGN_API_KEY: _key, COUNTERSIGN_GATEWAY_CREDENTIAL: _credential, ...rest } = env;
  const database = env['COUNTERSIGN_DATABASE_URL'] || env['COUNTERSIGN_DATABASE_URL_FILE'];
  return {
    // In the demo one person is everyone, so a new passkey need not wait for another one's objection.
    COUNTERSIGN_PASSKEY_COOLING: 'PT0S',
    ...rest,
    COUNTERSIGN_DATA_DIR: demo.dataDir,
    ...(database ? {} : { COUNTERSIGN_DATABASE_URL: `sqlite:${join(demo.dataDir, 'countersign.db')}` }),
    ...(env['SMTP_URL'] || env['SMTP_URL_FILE'] ? {} : { SMTP_URL: `smtp://127.0.0.1:${demo.ports.smtp}` }),
    COUNTERSIGN_HOST: demo.host,
    COUNTERSIGN_PORT: String(demo.ports.broker),
    COUNTERSIGN_PUBLIC_URL: demo.publicUrl,
    COUNTERSIGN_GATEWAY_URL: demo.gatewayUrl,
  };
}

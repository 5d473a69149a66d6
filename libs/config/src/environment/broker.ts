import { normaliseEmail } from '@countersign/access';
import { LANGUAGES, type Language } from '@countersign/contract';
import { z } from 'zod';
import { type AdminEnvironment, adminFrom, adminShape } from './admin.js';
import type { Environment } from './read.js';
import { readEnvironment } from './read.js';
import { type SlackEnvironment, slackFrom, slackSecrets, slackShape } from './slack.js';
import { type StoreEnvironment, storeFrom, storeSecrets, storeShape } from './store.js';
import {
  destinations,
  type LogLevel,
  listenHost,
  logLevel,
  networks,
  originUrl,
  originUrls,
  port,
  shortDuration,
  waitingTime,
  wholeNumber,
} from './values.js';

export type BrokerEnvironment = StoreEnvironment & {
  host: string;
  port: number;
  /** The private listener; null if there is none. */
  admin: AdminEnvironment | null;
  /** The issuer of grant tokens (`iss`): an origin without a final slash. */
  publicUrl: string;
  /** Where grants point: an origin without a final slash. */
  gatewayUrl: string;
  rateLimitPerMinute: number;
  /** Networks of proxies, in CIDR notation, that are believed about who sent a request. */
  trustedProxies: readonly string[];
  /** How long a session lasts unused (`idle`), and at most (`absolute`). Seconds. */
  session: { idle: number; absolute: number };
  /** Seconds until a new passkey counts in an unclaimed tenant, unless another admin confirms it. */
  passkeyCooling: number;
  logLevel: LogLevel;
  slack: SlackEnvironment | null;
  /** `smtp://…` or `smtps://…`; may contain a password: never print it. */
  smtpUrl: string | null;
  /** The sender's address of mail. */
  mailFrom: string;
  mailLanguage: Language;
  /** The destinations on private networks and on this machine that the broker may call: `HOST:PORT`. */
  outboundPrivate: readonly string[];
  /** Origins of push services that the broker calls, besides those of the browsers. They may be on private networks. */
  pushServices: readonly string[];
};

function isSmtpUrl(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, hostname, pathname, search, hash, username, password } = new URL(value);
  const isServer = /^smtps?:$/.test(protocol) && hostname !== '';
  return isServer && /^\/?$/.test(pathname) && search + hash === '' && isEscaped(username + password);
}

function isEscaped(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

const smtpUrl = z.string().refine(isSmtpUrl, {
  error:
    'must be smtp://HOST:PORT or smtps://HOST:PORT, without path or query, user and password percent-encoded',
});

const mailAddress = z
  .string()
  .refine(
    (value) => /^[\x21-\x7e]{1,64}@[A-Za-z0-9.-]{1,190}$/.test(value) && normaliseEmail(value) !== undefined,
    {
      error: 'must be one plain e-mail address',
    },
  );

/** Of the broker's private listener. */
export const DEFAULT_ADMIN_PORT = 4001;

export const brokerShape = {
  ...storeShape,
  ...adminShape,
  COUNTERSIGN_HOST: listenHost.default('127.0.0.1'),
  COUNTERSIGN_PORT: port.default(4000),
  COUNTERSIGN_PUBLIC_URL: originUrl.default('http://localhost:4000'),
  COUNTERSIGN_GATEWAY_URL: originUrl.default('http://localhost:4100'),
  COUNTERSIGN_RATE_LIMIT_PER_MINUTE: wholeNumber(1, 100_000_000).default(6000),
  COUNTERSIGN_TRUSTED_PROXIES: networks.default([]),
  COUNTERSIGN_SESSION_IDLE: shortDuration.default(30 * 60),
  COUNTERSIGN_SESSION_LIFETIME: shortDuration.default(12 * 3600),
  COUNTERSIGN_PASSKEY_COOLING: waitingTime.default(24 * 3600),
  COUNTERSIGN_LOG_LEVEL: logLevel.default('info'),
  ...slackShape,
  SMTP_URL: smtpUrl.optional(),
  COUNTERSIGN_MAIL_FROM: mailAddress.optional(),
  COUNTERSIGN_MAIL_LANGUAGE: z.enum(LANGUAGES, { error: `must be ${LANGUAGES.join(' or ')}` }).default('en'),
  COUNTERSIGN_OUTBOUND_PRIVATE: destinations.default([]),
  COUNTERSIGN_PUSH_SERVICES: originUrls.default([]),
};

const secretNames = [...storeSecrets, ...slackSecrets, 'SMTP_URL'] as const;

/**
 * Reads what the broker needs to start.
 * @throws ConfigError naming each bad variable and its rule.
 */
export function readBrokerEnvironment(env: Environment): BrokerEnvironment {
  return readEnvironment(env, brokerShape, secretNames, (raw, problem) => {
    const store = storeFrom(raw, problem);
    const slack = slackFrom(raw, problem);
    if (store === undefined) return undefined;
    return {
      ...store,
      host: raw.COUNTERSIGN_HOST,
      port: raw.COUNTERSIGN_PORT,
      admin: adminFrom(raw, DEFAULT_ADMIN_PORT),
      publicUrl: raw.COUNTERSIGN_PUBLIC_URL,
      gatewayUrl: raw.COUNTERSIGN_GATEWAY_URL,
      rateLimitPerMinute: raw.COUNTERSIGN_RATE_LIMIT_PER_MINUTE,
      trustedProxies: raw.COUNTERSIGN_TRUSTED_PROXIES,
      session: { idle: raw.COUNTERSIGN_SESSION_IDLE, absolute: raw.COUNTERSIGN_SESSION_LIFETIME },
      passkeyCooling: raw.COUNTERSIGN_PASSKEY_COOLING,
      logLevel: raw.COUNTERSIGN_LOG_LEVEL,
      slack,
      smtpUrl: raw.SMTP_URL ?? null,
      mailFrom: raw.COUNTERSIGN_MAIL_FROM ?? `countersign@${new URL(raw.COUNTERSIGN_PUBLIC_URL).hostname}`,
      mailLanguage: raw.COUNTERSIGN_MAIL_LANGUAGE,
      outboundPrivate: raw.COUNTERSIGN_OUTBOUND_PRIVATE,
      pushServices: raw.COUNTERSIGN_PUSH_SERVICES,
    };
  });
}

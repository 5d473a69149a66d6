import { join } from 'node:path';
import { z } from 'zod';
import { type AdminEnvironment, adminFrom, adminShape } from './admin.js';
import type { Environment } from './read.js';
import { readEnvironment } from './read.js';
import {
  file,
  folder,
  type LogLevel,
  listenHost,
  logLevel,
  networks,
  port,
  secretToken,
  wholeNumber,
} from './values.js';

export type GatewayEnvironment = {
  host: string;
  port: number;
  /** The private listener; null if there is none. */
  admin: AdminEnvironment | null;
  dataDir: string;
  /** What `countersign gateways enroll` printed: `csg_` + base64url JSON. A secret. */
  credential: string;
  /** Holds the record spool, the gateway's identity and its place in the feed. */
  spoolDir: string;
  spoolBytes: number;
  maxCallsPerGrant: number;
  maxCallsPerService: number;
  /** Of these, calls whose request body is still arriving. */
  maxBodiesPerGrant: number;
  maxBodiesPerService: number;
  maxHeaderBytes: number;
  maxBodyBytes: number;
  maxFileBytes: number;
  /** Processes that serve calls. 1: the gateway is a single process. */
  workers: number;
  /** Milliseconds. */
  upstreamTimeouts: { connectMs: number; firstByteMs: number; idleMs: number };
  callTimes: { totalMs: number; clientIdleMs: number };
  /** The listener's certificate and key, and the authorities whose clients may connect. Undefined: plain HTTP. */
  tls: { certFile: string; keyFile: string; clientCaFile: string | undefined } | undefined;
  /** Has one folder for each upstream's host, with the TLS files that services name. */
  upstreamTlsDir: string;
  /** Proxies that may ask about calls (external authorization); undefined: none. `networks` are in CIDR notation. */
  proxies: { secret: string; networks: string[] } | undefined;
  /** Refuse tenants that are not pinned on this host, claimed or not. */
  pinnedOnly: boolean;
  logLevel: LogLevel;
};

const KIB = 1024;
const MIB = 1024 ** 2;
const GIB = 1024 ** 3;
const milliseconds = wholeNumber(1, 86_400_000);

/** What applies to a gateway where its operator says nothing else. */
export const GATEWAY_DEFAULTS = {
  spoolBytes: GIB,
  maxCallsPerGrant: 256,
  maxCallsPerService: 1_024,
  maxBodiesPerGrant: 64,
  maxBodiesPerService: 256,
  maxHeaderBytes: 16 * KIB,
  maxBodyBytes: 100 * MIB,
  maxFileBytes: GIB,
  workers: 1,
  upstreamTimeouts: { connectMs: 5_000, firstByteMs: 30_000, idleMs: 60_000 },
  callTimes: { totalMs: 900_000, clientIdleMs: 20_000 },
};
const { upstreamTimeouts, callTimes } = GATEWAY_DEFAULTS;

export const GATEWAY_ADMIN_PORT = 4101;

export const gatewayShape = {
  ...adminShape,
  COUNTERSIGN_HOST: listenHost.default('127.0.0.1'),
  COUNTERSIGN_GATEWAY_PORT: port.default(4100),
  COUNTERSIGN_DATA_DIR: folder.default('./data'),
  COUNTERSIGN_GATEWAY_CREDENTIAL: secretToken(
    /^csg_[A-Za-z0-9_-]+$/,
    'begin with csg_, as "countersign gateways enroll NAME" printed it',
  ).optional(),
  COUNTERSIGN_SPOOL_DIR: folder.optional(),
  COUNTERSIGN_GATEWAY_SPOOL_BYTES: wholeNumber(1024 ** 2, 1024 * GIB).default(GATEWAY_DEFAULTS.spoolBytes),
  COUNTERSIGN_GATEWAY_MAX_CALLS_PER_GRANT: wholeNumber(1, 1_000_000).default(
    GATEWAY_DEFAULTS.maxCallsPerGrant,
  ),
  COUNTERSIGN_GATEWAY_MAX_CALLS_PER_SERVICE: wholeNumber(1, 1_000_000).default(
    GATEWAY_DEFAULTS.maxCallsPerService,
  ),
  COUNTERSIGN_GATEWAY_MAX_BODIES_PER_GRANT: wholeNumber(1, 1_000_000).default(
    GATEWAY_DEFAULTS.maxBodiesPerGrant,
  ),
  COUNTERSIGN_GATEWAY_MAX_BODIES_PER_SERVICE: wholeNumber(1, 1_000_000).default(
    GATEWAY_DEFAULTS.maxBodiesPerService,
  ),
  COUNTERSIGN_GATEWAY_MAX_HEADER_BYTES: wholeNumber(8 * KIB, 256 * KIB).default(
    GATEWAY_DEFAULTS.maxHeaderBytes,
  ),
  COUNTERSIGN_GATEWAY_MAX_BODY_BYTES: wholeNumber(0, 1024 * GIB).default(GATEWAY_DEFAULTS.maxBodyBytes),
  COUNTERSIGN_GATEWAY_MAX_FILE_BYTES: wholeNumber(1, 1024 * GIB).default(GATEWAY_DEFAULTS.maxFileBytes),
  COUNTERSIGN_GATEWAY_WORKERS: wholeNumber(1, 64).default(GATEWAY_DEFAULTS.workers),
  COUNTERSIGN_GATEWAY_CONNECT_TIMEOUT_MS: milliseconds.default(upstreamTimeouts.connectMs),
  COUNTERSIGN_GATEWAY_FIRST_BYTE_TIMEOUT_MS: milliseconds.default(upstreamTimeouts.firstByteMs),
  COUNTERSIGN_GATEWAY_IDLE_TIMEOUT_MS: milliseconds.default(upstreamTimeouts.idleMs),
  COUNTERSIGN_GATEWAY_CLIENT_IDLE_TIMEOUT_MS: milliseconds.default(callTimes.clientIdleMs),
  COUNTERSIGN_GATEWAY_CALL_TIMEOUT_MS: milliseconds.default(callTimes.totalMs),
  COUNTERSIGN_GATEWAY_TLS_CERT_FILE: file.optional(),
  COUNTERSIGN_GATEWAY_TLS_KEY_FILE: file.optional(),
  COUNTERSIGN_GATEWAY_TLS_CLIENT_CA_FILE: file.optional(),
  COUNTERSIGN_GATEWAY_UPSTREAM_TLS_DIR: folder.optional(),
  COUNTERSIGN_AUTHZ_SECRET: secretToken(
    /^[\x21-\x7e]{32,256}$/,
    'be 32 to 256 printable characters',
  ).optional(),
  COUNTERSIGN_AUTHZ_PROXIES: networks.default(['127.0.0.0/8', '::1/128']),
  COUNTERSIGN_GATEWAY_UNPINNED: z.enum(['vendor', 'refuse'], 'must be vendor or refuse').default('vendor'),
  COUNTERSIGN_LOG_LEVEL: logLevel.default('info'),
};

const SECRETS = ['COUNTERSIGN_GATEWAY_CREDENTIAL', 'COUNTERSIGN_AUTHZ_SECRET'] as const;

/** Where a gateway's spool is, for commands that run on the gateway's host. */
export function readSpoolEnvironment(env: Environment): Pick<GatewayEnvironment, 'spoolDir'> {
  const { COUNTERSIGN_DATA_DIR, COUNTERSIGN_SPOOL_DIR } = gatewayShape;
  return readEnvironment(env, { COUNTERSIGN_DATA_DIR, COUNTERSIGN_SPOOL_DIR }, [], (raw) => ({
    spoolDir: spoolOf(raw),
  }));
}

function spoolOf(raw: { COUNTERSIGN_DATA_DIR: string; COUNTERSIGN_SPOOL_DIR?: string | undefined }): string {
  return raw.COUNTERSIGN_SPOOL_DIR ?? join(raw.COUNTERSIGN_DATA_DIR, 'spool');
}

type TlsVariables =
  | 'COUNTERSIGN_GATEWAY_TLS_CERT_FILE'
  | 'COUNTERSIGN_GATEWAY_TLS_KEY_FILE'
  | 'COUNTERSIGN_GATEWAY_TLS_CLIENT_CA_FILE';

/** Half a set would be plain HTTP where its operator meant TLS, or no check of clients: it is refused. */
function tlsFrom(
  raw: { [Name in TlsVariables]?: string | undefined },
  problem: (key: string, rule: string) => void,
): GatewayEnvironment['tls'] {
  const {
    COUNTERSIGN_GATEWAY_TLS_CERT_FILE: certFile,
    COUNTERSIGN_GATEWAY_TLS_KEY_FILE: keyFile,
    COUNTERSIGN_GATEWAY_TLS_CLIENT_CA_FILE: clientCaFile,
  } = raw;
  if (certFile !== undefined && keyFile !== undefined) return { certFile, keyFile, clientCaFile };
  if (certFile === undefined && keyFile === undefined && clientCaFile === undefined) return undefined;
  if (certFile === undefined) problem('COUNTERSIGN_GATEWAY_TLS_CERT_FILE', 'is required for TLS');
  if (keyFile === undefined) problem('COUNTERSIGN_GATEWAY_TLS_KEY_FILE', 'is required for TLS');
  return undefined;
}

/**
 * Reads what a gateway needs to start. `COUNTERSIGN_GATEWAY_SPOOL_BYTES` (1 GiB) bounds the records that
 * wait for the broker; the two `…_MAX_CALLS_PER_…` (256 and 1,024) bound concurrent calls of the gateway; `…_WORKERS` (1) processes
 * serve them;
 * `…_MAX_HEADER_BYTES` (16 KiB) and `…_MAX_BODY_BYTES` (100 MiB) bound a request, `…_MAX_FILE_BYTES` (1 GiB) a file that is
 * fetched from a storage. Times: `…_CONNECT_…` (5 s),
 * `…_FIRST_BYTE_…` (30 s) and `…_IDLE_…` (60 s) of an upstream, `…_CLIENT_IDLE_…` (20 s) of a client that sends nothing,
 * `…_CALL_TIMEOUT_MS` (15 min) of a whole call. `…_UNPINNED` decides about tenants without a pin on this host: `vendor`
 * allows those that are unclaimed, on the vendor's word; `refuse` allows none. `…_TLS_CERT_FILE`,
 * `…_TLS_KEY_FILE` and `…_TLS_CLIENT_CA_FILE` make the listener speak TLS. `…_UPSTREAM_TLS_DIR`
 * (`COUNTERSIGN_DATA_DIR/upstream-tls`) has the TLS files towards upstreams. `COUNTERSIGN_AUTHZ_SECRET` lets proxies ask
 * about calls, from `COUNTERSIGN_AUTHZ_PROXIES` (this machine).
 * @throws ConfigError naming each bad variable and its rule.
 */
export function readGatewayEnvironment(env: Environment): GatewayEnvironment {
  return readEnvironment(env, gatewayShape, SECRETS, (raw, problem) => {
    const credential = raw.COUNTERSIGN_GATEWAY_CREDENTIAL;
    if (credential === undefined) {
      problem(
        'COUNTERSIGN_GATEWAY_CREDENTIAL',
        'is required: make one on the broker\'s host with "countersign gateways enroll NAME" (or name a file with COUNTERSIGN_GATEWAY_CREDENTIAL_FILE)',
      );
      return undefined;
    }
    return {
      host: raw.COUNTERSIGN_HOST,
      port: raw.COUNTERSIGN_GATEWAY_PORT,
      admin: adminFrom(raw, GATEWAY_ADMIN_PORT),
      dataDir: raw.COUNTERSIGN_DATA_DIR,
      credential,
      spoolDir: spoolOf(raw),
      spoolBytes: raw.COUNTERSIGN_GATEWAY_SPOOL_BYTES,
      maxCallsPerGrant: raw.COUNTERSIGN_GATEWAY_MAX_CALLS_PER_GRANT,
      maxCallsPerService: raw.COUNTERSIGN_GATEWAY_MAX_CALLS_PER_SERVICE,
      maxBodiesPerGrant: raw.COUNTERSIGN_GATEWAY_MAX_BODIES_PER_GRANT,
      maxBodiesPerService: raw.COUNTERSIGN_GATEWAY_MAX_BODIES_PER_SERVICE,
      maxHeaderBytes: raw.COUNTERSIGN_GATEWAY_MAX_HEADER_BYTES,
      maxBodyBytes: raw.COUNTERSIGN_GATEWAY_MAX_BODY_BYTES,
      maxFileBytes: raw.COUNTERSIGN_GATEWAY_MAX_FILE_BYTES,
      workers: raw.COUNTERSIGN_GATEWAY_WORKERS,
      upstreamTimeouts: {
        connectMs: raw.COUNTERSIGN_GATEWAY_CONNECT_TIMEOUT_MS,
        firstByteMs: raw.COUNTERSIGN_GATEWAY_FIRST_BYTE_TIMEOUT_MS,
        idleMs: raw.COUNTERSIGN_GATEWAY_IDLE_TIMEOUT_MS,
      },
      callTimes: {
        totalMs: raw.COUNTERSIGN_GATEWAY_CALL_TIMEOUT_MS,
        clientIdleMs: raw.COUNTERSIGN_GATEWAY_CLIENT_IDLE_TIMEOUT_MS,
      },
      tls: tlsFrom(raw, problem),
      upstreamTlsDir:
        raw.COUNTERSIGN_GATEWAY_UPSTREAM_TLS_DIR ?? join(raw.COUNTERSIGN_DATA_DIR, 'upstream-tls'),
      proxies:
        raw.COUNTERSIGN_AUTHZ_SECRET === undefined
          ? undefined
          : { secret: raw.COUNTERSIGN_AUTHZ_SECRET, networks: raw.COUNTERSIGN_AUTHZ_PROXIES },
      pinnedOnly: raw.COUNTERSIGN_GATEWAY_UNPINNED === 'refuse',
      logLevel: raw.COUNTERSIGN_LOG_LEVEL,
    };
  });
}

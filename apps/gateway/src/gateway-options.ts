import { GATEWAY_DEFAULTS } from '@countersign/config/gateway';
import type { ListenAddress } from '@countersign/private-listener';
import type { LevelWithSilent, Logger } from 'pino';
import type { Clock } from './clock.js';
import type { ResolveAll } from './files/object-storages.js';
import type { TrustedProxies } from './http/external-authorization.js';
import type { ListenerTlsFiles } from './http/listener-tls.js';
import type { SpoolDisk } from './records/spool/spool-disk.js';
import type { SqlLimits } from './sql/sql-session.js';

/** What a gateway needs to run. */
export type GatewayOptions = {
  /** `csg_…`, as `countersign gateways enroll` printed it. */
  credential: string;
  host: string;
  /** 0 chooses a free port. */
  port: number;
  /** The listener's own certificate, and whose clients may connect. Default: plain HTTP. */
  tls?: ListenerTlsFiles | undefined;
  /** The private listener for metrics and the details of `/readyz`. Default: none. */
  admin?: ListenAddress | null;
  /**
   * Folder for the identity, the place in the feed, and the spool's segments. Only one gateway at a time may use it.
   */
  spoolDir: string;
  /** Limit for what waits for the broker. Default: 1 GiB. This limit and those of calls are of the gateway, however many workers it has. */
  spoolBytes?: number;
  /** Concurrent calls under one grant (default 256) and at one service (default 1,024). */
  maxCallsPerGrant?: number;
  maxCallsPerService?: number;
  /** Of these, calls whose request body is still arriving (default 64 and 256). */
  maxBodiesPerGrant?: number;
  maxBodiesPerService?: number;
  /** Limits for a request's head (default 16 KiB; more is 400) and body (default 100 MiB; more is 413). */
  maxHeaderBytes?: number;
  maxBodyBytes?: number;
  /** The largest file that is fetched from a storage (default 1 GiB). */
  maxFileBytes?: number;
  /** Resolves the names of storages. Default: as the system does. */
  resolveStorage?: ResolveAll;
  /** Limits for a whole call (default 15 min), and for waiting until its client sends or reads on (default 20 s). */
  callTimes?: { totalMs?: number; clientIdleMs?: number };
  /** Limits for upstreams: connecting (default 5 s), first byte (30 s), silence within a body (60 s). */
  upstreamTimeouts?: { connectMs?: number; firstByteMs?: number; idleMs?: number };
  /** Limits of one SQL statement: its time (default 30 s), that of its next rows (10 s), rows (10,000), bytes (4 MiB). */
  sqlLimits?: Partial<SqlLimits>;
  /** Statements of one service at once. Default: 8. */
  maxSqlStatements?: number;
  /**
   * Folder with one folder for each upstream's host, in which the TLS files that services name may be. Absent: services
   * that name files are refused.
   */
  upstreamTlsDir?: string;
  /**
   * Processes that serve calls. Default: 1, this process. With more, this process serves none itself, and each worker runs this
   * program again: only a program that calls `runGateway` can have several.
   */
  workers?: number;
  /** Proxies that may ask about calls and forward them themselves. Absent: none. */
  proxies?: TrustedProxies | undefined;
  /** How long a stop waits for open calls before it cuts them. Default: 10 s. */
  stopGraceMs?: number;
  /** Refuse tenants that are not pinned on this host, even if no one has claimed them. */
  pinnedOnly?: boolean;
  logLevel?: LevelWithSilent;
  /** Replaces the logger that writes to standard output. */
  logger?: Logger;
  /** For tests of faults and time. */
  disk?: SpoolDisk;
  clock?: Clock;
};

const MIB = 1024 ** 2;
const DEFAULTS = {
  ...GATEWAY_DEFAULTS,
  sqlLimits: { statementMs: 30_000, rowMs: 10_000, maxRows: 10_000, maxBytes: 4 * MIB },
  maxSqlStatements: 8,
  stopGraceMs: 10_000,
  pinnedOnly: false,
  logLevel: 'info' as LevelWithSilent,
};

/** The options, with a value for each that has a default. */
export type SettledOptions = Omit<GatewayOptions, keyof typeof DEFAULTS> & typeof DEFAULTS;

export const withDefaults = (options: GatewayOptions): SettledOptions => ({
  ...{ ...DEFAULTS, ...options },
  upstreamTimeouts: { ...DEFAULTS.upstreamTimeouts, ...options.upstreamTimeouts },
  callTimes: { ...DEFAULTS.callTimes, ...options.callTimes },
  sqlLimits: { ...DEFAULTS.sqlLimits, ...options.sqlLimits },
});

/** A gateway that listens. */
export type RunningGateway = {
  url: string;
  port: number;
  /** The private listener's address; null if there is none. */
  adminUrl: string | null;
  /** `gtw_…` */
  id: string;
  /** Whether it would let calls through. */
  isInTouch(): boolean;
  /** Finishes open calls, ships what it can, and stops. */
  close(): Promise<void>;
};

import {
  databaseAddress,
  isLoopbackHost,
  type ServiceDefinition,
  type UpstreamSettings,
  type UpstreamTls,
} from '@countersign/contract';
import type { TlsFailure } from '../http1/tls-failure.js';
import { type PoolParts, UpstreamPool, type UpstreamSecurity } from '../http1/upstream-pool.js';
import { SqlDatabase, type SqlOptions } from '../sql/sql-database.js';
import { secureContextOf } from '../storage/tls-material.js';
import { UpstreamTlsFiles } from './upstream-tls.js';

/** What carries calls to an upstream: HTTP connections, or a database in which statements run. */
type Carrier = { pool: UpstreamPool } | { database: SqlDatabase };

/** An upstream's address and what carries its calls. No carrier: its TLS files cannot be used, so no call may be made. */
export type Upstream = { url: URL; carrier: Carrier | undefined };

/** What is wrong with the TLS files of a service. `inUse`: those that were read before are still used. */
export type TlsProblem = { service: string; problem: string; inUse: boolean };

type UpstreamsParts = Omit<PoolParts, 'security' | 'lookup'> & {
  /** The operator's folder for TLS files; undefined if there is none. */
  tlsFolder: string | undefined;
  /** Called when the list of problems changes. */
  onTlsProblems(problems: readonly TlsProblem[]): void;
  sql: SqlOptions;
};

/** A service and how it is connected to. Another address or other settings make another one. */
type ServiceUpstream = Upstream & {
  origin: string;
  tls: UpstreamTls | undefined;
  files: UpstreamTlsFiles | undefined;
};

/** What a client reads beside the reason of a failed handshake. */
export const TLS_DETAILS: Readonly<Record<TlsFailure, string>> = {
  untrusted_certificate:
    'no trusted authority vouches for the upstream’s certificate; `tls.caFile` names others',
  expired_certificate: 'the upstream’s certificate has expired, or is not valid yet',
  wrong_name: 'the upstream’s certificate is for another name; `tls.serverName` names it',
  client_certificate_required: 'the upstream requires a certificate: `tls.certFile` and `tls.keyFile`',
  client_certificate_refused: 'the upstream does not accept the gateway’s certificate',
  handshake_failed: 'upstream and gateway could not agree on TLS',
};

/** The refusal if the TLS files of a service cannot be used. */
export const TLS_FILES_UNUSABLE = {
  code: 'upstream_tls_failed',
  reason: 'files_unusable',
  detail: 'the TLS files of this service cannot be used; the gateway’s log and its private /readyz say why',
} as const;

/** How often changed TLS files are looked for, in milliseconds. */
const REFRESH_MS = 1_000;

/**
 * The connections to the upstream of each service. Services share no connection, not even to one address: what a service's
 * TLS files prove and trust is its own.
 */
export class Upstreams {
  private readonly known = new Map<string, ServiceUpstream>();
  /** The TLS problems that were reported last, as JSON. */
  private reported = '[]';
  private nextRefresh = 0;

  constructor(private readonly parts: UpstreamsParts) {}

  /** The upstream of a service by the map that a call was evaluated by, and by the settings that the feed has now. */
  at({ name, upstream: origin }: ServiceDefinition, { tls }: UpstreamSettings): Upstream {
    const known = this.known.get(name);
    // The feed keeps the object while nothing changes, so most calls compare no member.
    if (known !== undefined && known.origin === origin && isSame(known.tls, tls)) return known;
    retire(known?.carrier);
    const upstream = this.make(name, origin, tls);
    this.known.set(name, upstream);
    return upstream;
  }

  /** Takes what the feed lists: files are read before the first call needs them, and services that are gone are forgotten. */
  follow(services: Iterable<[ServiceDefinition, UpstreamSettings]>): void {
    const listed = new Set<string>();
    for (const [definition, settings] of services) {
      listed.add(definition.name);
      this.at(definition, settings);
    }
    for (const [name, { carrier }] of this.known) {
      if (listed.has(name)) continue;
      retire(carrier);
      this.known.delete(name);
    }
    this.reportProblems();
  }

  /** Uses TLS files that have changed. `now`: milliseconds of the monotonic clock. */
  sweep(now: number): void {
    if (now < this.nextRefresh) return;
    this.nextRefresh = now + REFRESH_MS;
    for (const [name, upstream] of this.known) {
      if (upstream.files?.refresh() !== true) continue;
      // Older connections and TLS sessions used the old files, so no new call uses them. Calls that run on them may finish.
      retire(upstream.carrier);
      upstream.carrier = this.carrierOf(name, upstream);
    }
    this.reportProblems();
  }

  get tlsProblems(): TlsProblem[] {
    return [...this.known].flatMap(([service, { files, carrier }]) =>
      files?.problem === undefined ? [] : [{ service, problem: files.problem, inUse: carrier !== undefined }],
    );
  }

  /** The databases, each with why it could not be used the last time. */
  get databases(): { service: string; problem: string | null }[] {
    return [...this.known].flatMap(([service, { carrier }]) =>
      carrier !== undefined && 'database' in carrier
        ? [{ service, problem: carrier.database.problem ?? null }]
        : [],
    );
  }

  /** Closes all connections. Calls that still run fail. */
  close(): void {
    for (const { carrier } of this.known.values())
      if (carrier !== undefined) ('pool' in carrier ? carrier.pool : carrier.database).close();
  }

  private make(service: string, origin: string, tls: UpstreamTls | undefined): ServiceUpstream {
    const url = new URL(origin);
    const files = tls === undefined ? undefined : new UpstreamTlsFiles(this.parts.tlsFolder, url, tls);
    const upstream = { origin, tls, url, files };
    return { ...upstream, carrier: this.carrierOf(service, upstream) };
  }

  private carrierOf(
    service: string,
    { origin, url, files }: Omit<ServiceUpstream, 'carrier'>,
  ): Carrier | undefined {
    const { timeouts, untrusted, onFault, sql } = this.parts;
    const address = databaseAddress(origin);
    const isSecure =
      address === undefined
        ? url.protocol === 'https:'
        : files !== undefined || !isLoopbackHost(address.host);
    const security = isSecure ? securityOf(files) : undefined;
    if (isSecure && security === undefined) return undefined;
    if (address !== undefined) {
      const database = new SqlDatabase({ ...sql, service, address, security });
      void database.check();
      return { database };
    }
    return { pool: new UpstreamPool(url, { timeouts, untrusted, onFault, security }) };
  }

  private reportProblems(): void {
    const problems = this.tlsProblems;
    const report = JSON.stringify(problems);
    if (report === this.reported) return;
    this.reported = report;
    this.parts.onTlsProblems(problems);
  }
}

/** What the files of a service say; without files, the authorities that Node has. Undefined: they cannot be used. */
function securityOf(files: UpstreamTlsFiles | undefined): UpstreamSecurity | undefined {
  return files === undefined ? { context: secureContextOf({}), serverName: undefined } : files.security;
}

/** Takes the connections of an upstream out of use. A database needs nothing here: each statement has its own connection. */
function retire(carrier: Carrier | undefined): void {
  if (carrier !== undefined && 'pool' in carrier) carrier.pool.retire();
}

function isSame(one: UpstreamTls | undefined, other: UpstreamTls | undefined): boolean {
  return (
    one === other ||
    (one?.caFile === other?.caFile &&
      one?.certFile === other?.certFile &&
      one?.keyFile === other?.keyFile &&
      one?.serverName === other?.serverName &&
      one !== undefined &&
      other !== undefined)
  );
}

import { isLoopbackHost } from '@countersign/config/gateway';
import {
  databaseAddress,
  type ServiceDefinition,
  type UpstreamSettings,
  type UpstreamTls,
} from '@countersign/contract';
import type { TlsFailure } from '../http1/tls-failure.js';
import type { UpstreamTimeouts } from '../http1/upstream-connection.js';
import { UpstreamPool, type UpstreamSecurity } from '../http1/upstream-pool.js';
import { SqlDatabase, type SqlOptions } from '../sql/sql-database.js';
import { secureContextOf } from '../storage/tls-material.js';
import { UpstreamTlsFiles } from './upstream-tls.js';

/** What carries calls to an upstream: connections of HTTP, or a database in which statements run. */
type Carrier = { pool: UpstreamPool } | { database: SqlDatabase };

/** An upstream's address and what carries its calls. No carrier: its TLS files cannot be used, so no call may be made. */
export type Upstream = { url: URL; carrier: Carrier | undefined };

/** What is wrong with the TLS files of a service. `inUse`: those that were read before are still used. */
export type TlsProblem = { service: string; problem: string; inUse: boolean };

type UpstreamsParts = {
  timeouts: UpstreamTimeouts;
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

/** How often the TLS files are looked at, in milliseconds. */
const LOOK_MS = 1_000;

/**
 * The connections to the upstream of each service. Services share no connection, not even to one address: what a service's
 * TLS files prove and trust is its own.
 */
export class Upstreams {
  private readonly known = new Map<string, ServiceUpstream>();
  private problemsTold = '[]';
  private nextLook = 0;

  constructor(private readonly parts: UpstreamsParts) {}

  /** The upstream of a service by the map that a call was evaluated by, and by the settings that the feed has now. */
  at({ name, upstream: origin }: ServiceDefinition, { tls }: UpstreamSettings): Upstream {
    const known = this.known.get(name);
    // The feed keeps the object while nothing changes, so most calls compare no member.
    if (known !== undefined && known.origin === origin && isSame(known.tls, tls)) return known;
    retire(known?.carrier);
    const made = this.make(name, origin, tls);
    this.known.set(name, made);
    return made;
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
    this.tellProblems();
  }

  /** Uses TLS files that have changed. `now`: milliseconds of the monotonic clock. */
  sweep(now: number): void {
    if (now < this.nextLook) return;
    this.nextLook = now + LOOK_MS;
    for (const [name, upstream] of this.known) {
      if (upstream.files?.refresh() !== true) continue;
      // Connections and sessions of before were made with what no longer counts. Calls on them may end.
      retire(upstream.carrier);
      upstream.carrier = this.carrierOf(name, upstream);
    }
    this.tellProblems();
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
    const made = { origin, tls, url, files };
    return { ...made, carrier: this.carrierOf(service, made) };
  }

  private carrierOf(
    service: string,
    { origin, url, files }: Omit<ServiceUpstream, 'carrier'>,
  ): Carrier | undefined {
    const { timeouts, sql } = this.parts;
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
    return { pool: new UpstreamPool(url, timeouts, security) };
  }

  private tellProblems(): void {
    const problems = this.tlsProblems;
    const told = JSON.stringify(problems);
    if (told === this.problemsTold) return;
    this.problemsTold = told;
    this.parts.onTlsProblems(problems);
  }
}

/** What the files of a service say; without files, the authorities that Node has. Undefined: they cannot be used. */
function securityOf(files: UpstreamTlsFiles | undefined): UpstreamSecurity | undefined {
  return files === undefined ? { context: secureContextOf({}), serverName: undefined } : files.security;
}

/** Statements that run in a database may end. */
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

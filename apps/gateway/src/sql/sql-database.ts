import { checkServerIdentity } from 'node:tls';
import { type DatabaseAddress, isLoopbackHost } from '@countersign/contract';
import { isLoginFor, readSqlLogin, type SqlLogin } from '@countersign/gateway-protocol';
import type { ClientConfig } from 'pg';
import type { UpstreamExchange, UpstreamObserver } from '../http1/upstream-connection.js';
import type { RequestSender, UpstreamSecurity } from '../http1/upstream-pool.js';
import { SqlFailure, type SqlLimits, type SqlRows, SqlSession } from './sql-session.js';
import type { SqlStatement } from './sql-statement.js';

/**
 * Refuses a call at a database that brings no statement: the service became a database after this call's body was left unread, or the
 * grant approves one exact change, which is never a statement.
 */
export const NOT_FOR_SQL = {
  code: 'insufficient_scope',
  detail: 'a statement runs with an ordinary grant, and not as an approved change',
} as const;

/**
 * Statements of one grant at once, in one service. A statement may run for half a minute, so a grant without this bound could keep
 * every place of the service, and refuse the engineers of all other tenants. Two: one that runs long, and one beside it.
 */
const MAX_STATEMENTS_PER_GRANT = 2;

/** Statements of one tenant at once, in one service: half of all, so that a tenant with many grants leaves places for the others. */
const maxPerTenant = (maxStatements: number): number => Math.ceil(maxStatements / 2);

/** What all databases of a gateway share. */
export type SqlOptions = {
  /** The folder with the logins (`sql/SERVICE.json`). */
  spoolDir: string;
  limits: SqlLimits;
  /** Statements of one service at once. Other programs need connections of the database too. */
  maxStatements: number;
  /** Called when a database can no longer be used, and with undefined when it can be used again. */
  onProblem(service: string, problem: string | undefined): void;
};

type SqlDatabaseParts = SqlOptions & {
  service: string;
  address: DatabaseAddress;
  /** Undefined: without TLS, which is allowed on this machine only. */
  security: UpstreamSecurity | undefined;
};

/** An error that the client gets as `application/problem+json`. */
type SqlProblem = { status: number; code: string; title: string };

const PROBLEMS: Readonly<Record<Exclude<SqlFailure['kind'], 'aborted'> | 'busy', SqlProblem>> = {
  busy: { status: 429, code: 'rate_limited', title: 'Too many statements at once.' },
  unavailable: { status: 502, code: 'database_unavailable', title: 'The database could not be reached.' },
  unsafe: {
    status: 503,
    code: 'database_unsafe',
    title: 'The database lacks a protection, so no statement runs.',
  },
  statement: { status: 422, code: 'statement_failed', title: 'PostgreSQL did not accept the statement.' },
  timeout: { status: 504, code: 'statement_timeout', title: 'The statement took too long.' },
  too_large: { status: 422, code: 'result_too_large', title: 'A row is larger than an answer may be.' },
};

/**
 * The database of one service, as an upstream: a call's body is a statement, and its response has the rows. Each statement has a
 * connection of its own.
 */
export class SqlDatabase {
  private readonly running = new Map<SqlCall, StatementOwner>();
  private lastProblem: string | undefined;

  constructor(private readonly parts: SqlDatabaseParts) {}

  /** Why the last statement or check could not use the database; undefined if it could. */
  get problem(): string | undefined {
    return this.lastProblem;
  }

  /** Checks login and database before the first statement needs them. Never throws: each statement checks again. */
  async check(): Promise<void> {
    try {
      await new SqlSession(await this.target()).check();
      this.note(undefined);
    } catch (error) {
      this.note(error);
    }
  }

  /** Reports what is wrong with the database or its login. A faulty statement is not a problem of the database. */
  private note(error: unknown): void {
    const isProblem =
      error instanceof SqlFailure && (error.kind === 'unsafe' || error.kind === 'unavailable');
    const problem = isProblem ? error.message : undefined;
    if (problem === this.lastProblem) return;
    this.lastProblem = problem;
    this.parts.onProblem(this.parts.service, problem);
  }

  /** Runs one statement. It was parsed from the request's body already, so `send` ignores the request. */
  sender(statement: SqlStatement, owner: StatementOwner): RequestSender {
    return { send: (_request, observer) => this.send(statement, owner, observer) };
  }

  /** Ends every statement that runs. */
  close(): void {
    for (const call of [...this.running.keys()]) call.abort();
  }

  private send(statement: SqlStatement, owner: StatementOwner, observer: UpstreamObserver): UpstreamExchange {
    const busy = this.busyFor(owner);
    const call: SqlCall = new SqlCall(observer, async (isOpen) => {
      if (busy !== undefined) throw busy;
      try {
        const session = new SqlSession(await this.target());
        if (!isOpen(session)) throw new SqlFailure('aborted', 'the call was cut');
        const rows = await session.run(statement, owner.tenant);
        this.note(undefined);
        return rows;
      } catch (error) {
        this.note(error);
        throw error;
      }
    });
    if (busy === undefined) this.running.set(call, owner);
    void call.ended.finally(() => this.running.delete(call));
    return call;
  }

  /** Why no further statement of this grant may run now; undefined if one may. */
  private busyFor({ tenant, digest }: StatementOwner): Busy | undefined {
    const { maxStatements } = this.parts;
    const running = [...this.running.values()];
    const ofGrant = running.filter((other) => other.digest === digest).length;
    if (ofGrant >= MAX_STATEMENTS_PER_GRANT)
      return new Busy(`this grant runs ${ofGrant} statements already: wait until one of them ends`);
    const ofTenant = running.filter((other) => other.tenant === tenant).length;
    if (ofTenant >= maxPerTenant(maxStatements))
      return new Busy(`grants of this tenant run ${ofTenant} statements already: try again in a moment`);
    if (running.length >= maxStatements)
      return new Busy(`the service runs ${maxStatements} statements already: try again in a moment`);
    return undefined;
  }

  private async target() {
    const { service, address, security, spoolDir, limits } = this.parts;
    let login: SqlLogin;
    try {
      login = await readSqlLogin(spoolDir, service);
    } catch {
      // Without the cause's message, which could repeat a part of the file.
      throw new SqlFailure(
        'unsafe',
        'this gateway has no login for the database: run `countersign gateways sql-setup` on its host',
      );
    }
    if (!isLoginFor(login, address))
      throw new SqlFailure('unsafe', 'the login of this gateway is for a database at another address');
    return { address, login, ssl: sslOf(address, security), limits };
  }
}

/** On whose rows a statement runs, and the digest of the grant's terms, which identifies the grant. */
type StatementOwner = { tenant: string; digest: string };

/** There are as many statements as there may be. Its message is the detail of the refusal. */
class Busy extends Error {}

function detailOf(error: unknown): object {
  if (error instanceof Busy) return { detail: error.message };
  return error instanceof SqlFailure ? { detail: error.message, ...error.more } : {};
}

/** TLS is required, except on this machine. The certificate must be for the host, or for `tls.serverName`. */
function sslOf({ host }: DatabaseAddress, security: UpstreamSecurity | undefined): ClientConfig['ssl'] {
  if (security === undefined) {
    if (isLoopbackHost(host)) return false;
    throw new SqlFailure('unavailable', 'no TLS for a database on another machine');
  }
  const name = security.serverName ?? host;
  return {
    secureContext: security.context,
    rejectUnauthorized: true,
    checkServerIdentity: (_host, certificate) => checkServerIdentity(name, certificate),
  };
}

/** One statement as an exchange with an upstream: it runs when the whole body has come, and its whole answer is sent in one piece. */
class SqlCall implements UpstreamExchange {
  /** Always true: the body was read before the decision, so `write` has nothing to do and nothing to wait for. */
  readonly isReady = true;
  readonly ended: Promise<void>;
  private isAborted = false;
  private session: SqlSession | undefined;
  private end: () => void = () => undefined;

  constructor(
    private readonly observer: UpstreamObserver,
    private readonly run: (isOpen: (session: SqlSession) => boolean) => Promise<SqlRows>,
  ) {
    this.ended = new Promise((resolve) => {
      this.end = resolve;
    });
    // Later, as with a connection: the observer must not be called within `send`.
    queueMicrotask(() => {
      if (!this.isAborted) observer.onUpstreamReady(this);
    });
  }

  write(): void {}

  endBody(): void {
    void this.answer().finally(this.end);
  }

  abort(): void {
    this.isAborted = true;
    this.session?.abort();
    this.end();
  }

  pause(): void {}

  resume(): void {}

  private async answer(): Promise<void> {
    const { status, type, body } = await this.outcome();
    if (this.isAborted) return;
    const { observer } = this;
    const bytes = Buffer.from(JSON.stringify(body), 'utf8');
    const fields = [
      ['content-type', type],
      ['content-length', String(bytes.length)],
      ['cache-control', 'no-store'],
    ] as const;
    observer.onResponseHead({ minorVersion: 1, status, fields, length: bytes.length, hasBody: true });
    observer.onResponseData(bytes);
    observer.onResponseEnd();
    observer.onTurnEnd();
  }

  private async outcome(): Promise<{ status: number; type: string; body: object }> {
    try {
      const found = await this.run((session) => {
        this.session = session;
        return !this.isAborted;
      });
      return { status: 200, type: 'application/json', body: { ...found, rowCount: found.rows.length } };
    } catch (error) {
      const kind = error instanceof Busy ? 'busy' : error instanceof SqlFailure ? error.kind : 'unavailable';
      const problem = PROBLEMS[kind === 'aborted' ? 'unavailable' : kind];
      const detail = detailOf(error);
      const { status, code, title } = problem;
      return {
        status,
        type: 'application/problem+json',
        body: { type: 'about:blank', title, status, code, ...detail },
      };
    }
  }
}

import type { Duplex } from 'node:stream';
import type { DatabaseAddress } from '@countersign/contract';
import { type SqlLogin, TENANT_SETTING, tenantProof } from '@countersign/gateway-protocol';
import type { Client, ClientConfig, DatabaseError, QueryResult } from 'pg';
import { type BrokenRule, describeBrokenRule, findBrokenRules } from './sql-requirements.js';
import type { SqlStatement } from './sql-statement.js';

/** Limits of one statement. Times in milliseconds. */
export type SqlLimits = {
  /** From the connection to the last row. */
  statementMs: number;
  /** For connecting, and for each wait for the next rows. */
  rowMs: number;
  maxRows: number;
  /** Of the rows in the answer's body. */
  maxBytes: number;
};

/** The rows of a statement. Each value is PostgreSQL's own text, or null for SQL's null. */
export type SqlRows = {
  columns: { name: string; type: string }[];
  rows: (string | null)[][];
  /** Why there may be more rows than these; null if these are all. */
  truncated: 'rows' | 'bytes' | null;
};

/** Why a statement gave no rows. `unsafe`: the database breaks rules. `too_large`: its first row is larger than an answer. */
export class SqlFailure extends Error {
  override readonly name = 'SqlFailure';

  constructor(
    readonly kind: 'unavailable' | 'unsafe' | 'statement' | 'timeout' | 'too_large' | 'aborted',
    detail: string,
    readonly more: { sqlstate?: string; position?: number } = {},
  ) {
    super(detail);
  }
}

type SqlTarget = {
  address: DatabaseAddress;
  login: SqlLogin;
  ssl: ClientConfig['ssl'];
  limits: SqlLimits;
};

const CURSOR = 'countersign_statement';
/**
 * PostgreSQL's grammar allows only a query after these words: SELECT, VALUES, TABLE or WITH. The statement comes last, so no part of
 * it can be read as an option of the cursor.
 */
const DECLARE = `DECLARE ${CURSOR} NO SCROLL CURSOR WITHOUT HOLD FOR `;
/** Rows that one step fetches. The number grows, because the first step shows whether rows are large. */
const FIRST_STEP = 1;
const LAST_STEP = 256;
/** How much the server may send: so many times the size of the answer, and some more for descriptions and the rest of a step. */
const WIRE_FACTOR = 2;
const WIRE_EXTRA = 1024 * 1024;

/** SQLSTATEs of the server's own time limits: query_canceled, idle transaction, lock wait, and whole transaction. */
const TIMEOUTS: ReadonlySet<string> = new Set(['57014', '25P03', '55P03', '25P04']);
/** SQLSTATE classes of errors that concern the server or the login, and not the statement. */
const OF_THE_SERVER = /^(?:08|28|3D|53|57|58|F0|XX)/;
/**
 * SQLSTATEs of those classes that a statement alone can cause: another number of parameters than it has (protocol_violation), and an
 * argument that a function of the server does not foresee (internal_error), and more temporary files than its login may have
 * (configuration_limit_exceeded).
 */
const OF_THE_STATEMENT: ReadonlySet<string> = new Set(['08P01', 'XX000', '53400']);
const PARAMETERS = /supplies (\d+) parameters, but .* requires (\d+)$/;

/** Keeps PostgreSQL's own text of every value: the driver must not parse values, because parsing could change them. */
const AS_TEXT = { getTypeParser: () => (text: string) => text } as unknown as NonNullable<
  ClientConfig['types']
>;

/**
 * One connection for one statement. It is closed after the statement, so whatever that leaves in its session (a setting, a lock, a
 * prepared statement) never affects another statement.
 */
export class SqlSession {
  private client: Client | undefined;
  private pid: string | undefined;
  private wireBytes = 0;
  private cause: SqlFailure | undefined;

  constructor(private readonly target: SqlTarget) {}

  /** Runs the statement for a tenant in a read-only transaction, which is rolled back. Throws SqlFailure. */
  run(statement: SqlStatement, tenant: string): Promise<SqlRows> {
    return this.within(tenant, statement.statement.length, () => this.fetch(statement));
  }

  /** Verifies everything that a statement requires, without running one. Throws SqlFailure. */
  check(): Promise<void> {
    // Any tenant will do, because no statement runs.
    return this.within('countersign', 0, async () => undefined);
  }

  private async within<T>(tenant: string, length: number, work: () => Promise<T>): Promise<T> {
    const { statementMs } = this.target.limits;
    const timer = setTimeout(
      () => this.abort(new SqlFailure('timeout', `the statement took more than ${statementMs} ms`)),
      statementMs,
    );
    try {
      await this.begin(tenant);
      return await work();
    } catch (error) {
      throw this.cause ?? failureOf(error, length);
    } finally {
      clearTimeout(timer);
      const { client } = this;
      this.client = undefined;
      // The server rolls back. If `end` fails, the connection is broken and so closed already.
      client?.end().catch(() => undefined);
    }
  }

  /** Ends the running statement, at the server too. If it is called twice, the first reason counts. */
  abort(cause = new SqlFailure('aborted', 'the call was cut')): void {
    if (this.cause !== undefined) return;
    this.cause = cause;
    if (this.pid !== undefined) void this.terminate(this.pid);
    this.close();
  }

  private async begin(tenant: string): Promise<void> {
    const { address, limits } = this.target;
    this.client = await this.connect();
    await this.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const [session = []] = (
      await this.query(
        `SELECT pg_catalog.pg_backend_pid(), extract(epoch FROM pg_catalog.transaction_timestamp()),
          pg_catalog.current_setting('search_path'), pg_catalog.set_config('search_path', 'pg_catalog', true)`,
      )
    ).rows;
    const [pid, began, path] = session as string[];
    if (pid === undefined || began === undefined) throw new SqlFailure('unavailable', 'no session');
    this.pid = pid;
    const broken = await findBrokenRules((text, values) => this.query(text, values));
    if (broken.length > 0) throw unsafe(broken);
    const { database } = address;
    const proof = tenantProof(this.target.login, { database, pid, began, tenant });
    // The server's own time limits are for the case that this gateway dies. While it lives, its own timers end the statement.
    const settings = [
      ['search_path', path ?? ''],
      ['statement_timeout', String(limits.statementMs)],
      ['lock_timeout', String(limits.rowMs)],
      ['idle_in_transaction_session_timeout', String(limits.statementMs)],
      ['client_connection_check_interval', '1000'],
      [TENANT_SETTING, `${tenant}.${proof}`],
    ];
    await this.query(
      `SELECT ${settings.map((_, at) => `pg_catalog.set_config($${2 * at + 1}, $${2 * at + 2}, true)`).join(', ')}`,
      settings.flat(),
    );
    const [confirmed = []] = (
      await this.query(`SELECT countersign.tenant(), pg_catalog.current_setting('transaction_read_only')`)
    ).rows;
    if (confirmed[0] !== tenant || confirmed[1] !== 'on')
      throw new SqlFailure(
        'unsafe',
        'the database does not accept this gateway’s proof of the tenant: they have different keys',
      );
  }

  private async fetch({ statement, params }: SqlStatement): Promise<SqlRows> {
    const { maxRows, maxBytes } = this.target.limits;
    await this.step(DECLARE + statement, params);
    let columns: SqlRows['columns'] | undefined;
    const rows: SqlRows['rows'] = [];
    let bytes = 0;
    let step = FIRST_STEP;
    for (;;) {
      let found: QueryResult<(string | null)[]>;
      try {
        found = await this.step(`FETCH FORWARD ${step} FROM ${CURSOR}`);
      } catch (error) {
        if (this.cause?.kind === 'too_large' && columns !== undefined && rows.length > 0)
          return { columns, rows, truncated: 'bytes' };
        throw error;
      }
      columns ??= await this.columnsOf(found);
      for (const row of found.rows) {
        if (rows.length === maxRows) return { columns, rows, truncated: 'rows' };
        bytes += Buffer.byteLength(JSON.stringify(row)) + 1;
        if (bytes > maxBytes) {
          if (rows.length === 0) throw tooLarge(maxBytes);
          return { columns, rows, truncated: 'bytes' };
        }
        rows.push(row);
      }
      if (found.rows.length < step) return { columns, rows, truncated: null };
      step = Math.min(step * 4, LAST_STEP);
    }
  }

  private async columnsOf({ fields }: QueryResult): Promise<SqlRows['columns']> {
    const { rows } = await this.query(
      `SELECT pg_catalog.format_type(u.t, u.m) FROM ROWS FROM
        (pg_catalog.unnest($1::pg_catalog.oid[]), pg_catalog.unnest($2::pg_catalog.int4[])) AS u(t, m)`,
      [fields.map(({ dataTypeID }) => dataTypeID), fields.map(({ dataTypeModifier }) => dataTypeModifier)],
    );
    return fields.map(({ name }, at) => ({ name, type: rows[at]?.[0] ?? 'unknown' }));
  }

  /** One step of the caller's statement. The server must answer within `rowMs`. */
  private async step(text: string, values: readonly unknown[] = []): Promise<QueryResult<(string | null)[]>> {
    const { rowMs } = this.target.limits;
    const detail = `the database gave no rows for ${rowMs} ms`;
    const timer = setTimeout(() => this.abort(new SqlFailure('timeout', detail)), rowMs);
    try {
      return await this.query(text, values);
    } catch (error) {
      throw mistakeOf(error) ?? error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Runs one query by the extended protocol, in which the server refuses a text with two statements. */
  private async query(
    text: string,
    values: readonly unknown[] = [],
  ): Promise<QueryResult<(string | null)[]>> {
    if (this.cause !== undefined || this.client === undefined)
      throw this.cause ?? new SqlFailure('aborted', 'ended');
    const config = { text, values: [...values], rowMode: 'array' as const, queryMode: 'extended' };
    return await this.client.query<(string | null)[]>(config);
  }

  private async connect(): Promise<Client> {
    const { limits } = this.target;
    const client = await this.makeClient();
    this.client = client;
    // An error outside of a query also rejects the query that runs.
    client.on('error', () => undefined);
    await client.connect();
    const { stream } = (client as unknown as { connection: { stream: Duplex } }).connection;
    stream.on('data', (piece: Buffer) => {
      this.wireBytes += piece.length;
      if (this.wireBytes > WIRE_FACTOR * limits.maxBytes + WIRE_EXTRA) this.abort(tooLarge(limits.maxBytes));
    });
    return client;
  }

  private async makeClient(): Promise<Client> {
    const { Client } = (await import('pg')).default;
    const { address, login, ssl, limits } = this.target;
    return new Client({
      ...address,
      user: login.login,
      password: login.password ?? '',
      ssl: ssl ?? false,
      application_name: 'countersign',
      connectionTimeoutMillis: limits.rowMs,
      types: AS_TEXT,
    });
  }

  /** Ends the backend through another connection of the same login. If that fails, the server notices the closed connection. */
  private async terminate(pid: string): Promise<void> {
    try {
      const client = await this.makeClient();
      client.on('error', () => undefined);
      await client.connect();
      await client
        .query('SELECT pg_catalog.pg_terminate_backend($1)', [pid])
        .finally(() => void client.end());
    } catch {
      // The backend checks its connection every second (`client_connection_check_interval`), and finds it closed.
    }
  }

  private close(): void {
    const { client } = this;
    this.client = undefined;
    if (client === undefined) return;
    (client as unknown as { connection: { stream: Duplex } }).connection.stream.destroy();
  }
}

const tooLarge = (maxBytes: number) =>
  new SqlFailure('too_large', `a row is larger than an answer may be (${maxBytes} bytes)`);

function unsafe(broken: readonly BrokenRule[]): SqlFailure {
  return new SqlFailure('unsafe', broken.map(describeBrokenRule).join('; '));
}

/** The failure of an error that the caller's statement alone has caused, if its class does not say so; undefined for others. */
function mistakeOf(error: unknown): SqlFailure | undefined {
  const { code = '', message = '' } = error as Partial<DatabaseError>;
  if (!OF_THE_STATEMENT.has(code)) return undefined;
  const [, sent, wanted] = PARAMETERS.exec(message) ?? [];
  const detail =
    wanted === undefined
      ? message
      : `the statement has ${wanted} ${wanted === '1' ? 'parameter' : 'parameters'} ($1, …), and ${sent} ${sent === '1' ? 'was' : 'were'} sent`;
  return new SqlFailure('statement', detail, { sqlstate: code });
}

/**
 * The failure as the caller sees it. PostgreSQL counts positions from the start of what was sent, so `DECLARE` is subtracted. `length`:
 * of the statement.
 */
function failureOf(error: unknown, length: number): SqlFailure {
  if (error instanceof SqlFailure) return error;
  const { code = '', message, position, severity } = error as Partial<DatabaseError>;
  if (severity === undefined)
    return new SqlFailure(
      'unavailable',
      `the database cannot be reached, or ended the connection (${code || 'closed'})`,
    );
  if (TIMEOUTS.has(code)) return new SqlFailure('timeout', 'the statement took too long', { sqlstate: code });
  if (OF_THE_SERVER.test(code))
    return new SqlFailure('unavailable', 'the database refused the gateway’s login, or cannot serve it now', {
      sqlstate: code,
    });
  const at = Number(position) - DECLARE.length;
  return new SqlFailure('statement', message ?? 'the statement failed', {
    sqlstate: code,
    ...(at >= 1 && at <= length ? { position: at } : {}),
  });
}

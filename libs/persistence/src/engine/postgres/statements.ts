import { createHash } from 'node:crypto';
import type { Execute } from '../unit-runner.js';

/** What we use of a pooled connection of `pg`. */
export interface Connection {
  query(sql: string): Promise<{ command?: string }>;
  query(
    config: { name?: string; text: string; values: unknown[] },
    values: undefined,
    callback: (error: Error | null, result: Result) => void,
  ): void;
  end(): Promise<void>;
  connection?: { stream?: { cork?(): void; uncork?(): void } };
}

interface Result {
  rows: Record<string, unknown>[];
  rowCount: number | null;
}

/** A statement that comes again and again is parsed and planned once for each connection. */
const NAMED_FROM = 3;
/** The server keeps a named statement as long as its connection: there must not be more and more. */
const MOST_NAMED = 250;

/** A statement may have to be sent again without a name: a pooler before the server did not keep it. */
const LOST_NAME: ReadonlySet<string> = new Set(['26000', '42P05']);

/** The names of this process's statements. */
export class StatementNames {
  readonly #used = new Map<string, { times: number; name: string | undefined }>();
  #named = 0;
  #isOff = false;

  /**
   * Equal names mean equal statements, in every process: a pooler that hands on connections can make a statement unknown, but
   * never another one.
   */
  of(sql: string): string | undefined {
    if (this.#isOff) return undefined;
    let used = this.#used.get(sql);
    if (used === undefined) {
      if (this.#named >= MOST_NAMED) return undefined;
      used = { times: 0, name: undefined };
      this.#used.set(sql, used);
    }
    used.times += 1;
    if (used.name === undefined && used.times >= NAMED_FROM && this.#named < MOST_NAMED) {
      this.#named += 1;
      used.name = `cs_${createHash('sha256').update(sql).digest('hex').slice(0, 40)}`;
    }
    return used.name;
  }

  /** Whether an error says that the server does not keep our names. Then they are used no more, and the unit can run again. */
  isLost(code: string): boolean {
    if (!LOST_NAME.has(code)) return false;
    this.#isOff = true;
    return true;
  }
}

/** Statements on a connection of `pg`, those of one moment in one write. */
export function executeOn(connection: Connection, names: StatementNames): Execute {
  return (sql, parameters) => {
    gather(connection);
    const name = names.of(sql);
    const config = { ...(name === undefined ? {} : { name }), text: sql, values: parameters };
    return new Promise((resolve, reject) => {
      connection.query(config, undefined, (error, result) => {
        if (error === null || error === undefined)
          resolve({ rows: result.rows, affected: result.rowCount ?? 0 });
        else reject(error);
      });
    });
  };
}

/** Runs statements without parameters, which open, mark or end a transaction. */
export function control(connection: Connection, sql: string): Promise<{ command?: string }> {
  gather(connection);
  return connection.query(sql);
}

const gathering = new WeakSet<Connection>();

/** Holds back what is written until this turn of the event loop is over: a system call costs more than a statement. */
function gather(connection: Connection): void {
  const stream = connection.connection?.stream;
  if (stream?.cork === undefined || stream.uncork === undefined || gathering.has(connection)) return;
  gathering.add(connection);
  stream.cork();
  process.nextTick(() => {
    gathering.delete(connection);
    stream.uncork?.();
  });
}

import { randomUUID } from 'node:crypto';
import pg from 'pg';

/** Superuser's URL of the server that this test run started (`global-setup.mjs`). */
export function serverUrl(database = 'postgres'): string {
  const url = process.env['COUNTERSIGN_TEST_POSTGRES'];
  if (url === undefined) throw new Error('this project of the tests has no PostgreSQL: see jest.config.mjs');
  return Object.assign(new URL(url), { pathname: `/${database}` }).href;
}

const types = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(oid, format),
} as pg.CustomTypesConfig;

/** Opens one connection while `work` runs. Integers are returned as numbers. */
export async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, types });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

let administrator: Promise<pg.Client> | undefined;

/** One connection of this process to the server, kept for all its test files, because opening one costs more than using it. */
export function administer<T extends pg.QueryResultRow>(
  sql: string,
  values: unknown[] = [],
): Promise<pg.QueryResult<T>> {
  administrator ??= connectAdministrator();
  return administrator.then((client) => client.query<T>(sql, values));
}

async function connectAdministrator(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: serverUrl(), types });
  // The run ends the server before its workers end.
  client.on('error', () => {
    administrator = undefined;
  });
  await client.connect();
  (client as unknown as { unref(): void }).unref();
  return client;
}

/** A separate empty database. `drop` ends every open connection to it. */
export async function emptyDatabase(template = 'template0'): Promise<{ url: string; drop(): Promise<void> }> {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await administer(`CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY FILE_COPY`);
  return {
    url: serverUrl(name),
    drop: async () => void (await administer(`DROP DATABASE ${name} WITH (FORCE)`)),
  };
}

import { makeSqlLogin, type SqlLogin, sqlSetup } from '@countersign/gateway-protocol';
import type pg from 'pg';
import { administer, emptyDatabase, serverUrl, withClient } from './postgres/database.js';

function upstreamOf(url: string): string {
  const { host, pathname } = new URL(url);
  return `postgres://${host}${pathname}`;
}

/** A vendor's database with rows of two tenants, set up for a gateway as `countersign gateways sql-setup` says. */
export class VendorDatabase {
  private constructor(
    readonly url: string,
    readonly login: SqlLogin,
    private readonly dropDatabase: () => Promise<void>,
  ) {}

  static async create(spoolDir: string, service: string): Promise<VendorDatabase> {
    const { url, drop } = await emptyDatabase();
    return VendorDatabase.at({ url, drop }, upstreamOf(url), spoolDir, service);
  }

  /** In this empty database. `upstream`: the address at which the gateway reaches it. */
  static async at(
    { url, drop }: { url: string; drop(): Promise<void> },
    upstream: string,
    spoolDir: string,
    service: string,
  ): Promise<VendorDatabase> {
    const login = await makeSqlLogin(spoolDir, service, {
      upstream,
      login: `countersign_${new URL(url).pathname.slice(1)}`,
    });
    const database = new VendorDatabase(url, login, drop);
    await database.administer(sqlSetup(login));
    await database.administer(`
      CREATE TABLE invoices (id int PRIMARY KEY, tenant text NOT NULL, total int NOT NULL, note text);
      INSERT INTO invoices SELECT n, CASE WHEN n % 2 = 0 THEN 'acme' ELSE 'globex' END, n * 10,
        CASE WHEN n % 2 = 0 THEN 'of acme' ELSE 'SECRET of globex' END FROM generate_series(1, 600) AS n;
      ALTER TABLE invoices ENABLE ROW LEVEL SECURITY;
      CREATE POLICY countersign ON invoices FOR SELECT TO ${login.login}
        USING (tenant = (SELECT countersign.tenant()));
      GRANT SELECT ON invoices TO ${login.login};
      CREATE TABLE staff (name text);
      INSERT INTO staff VALUES ('nobody else reads this');`);
    return database;
  }

  /** The upstream of its service. */
  get upstream(): string {
    return upstreamOf(this.url);
  }

  /** Runs statements as the vendor's administrator. */
  administer(sql: string): Promise<pg.QueryResult> {
    return withClient(this.url, (client) => client.query(sql));
  }

  /** Signs in as the gateway does, without a gateway. */
  asGateway<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
    const url = Object.assign(new URL(this.url), {
      username: this.login.login,
      password: this.login.password ?? '',
    });
    return withClient(url.href, work);
  }

  /** While `work` runs, statements that read the invoices wait: they do not end by themselves, and use no processor. */
  whileLocked<T>(work: () => Promise<T>): Promise<T> {
    return withClient(this.url, async (client) => {
      await client.query('BEGIN; LOCK TABLE invoices');
      try {
        return await work();
      } finally {
        await client.query('ROLLBACK');
      }
    });
  }

  /** How many backends of the gateway's login there are. */
  async backends(): Promise<number> {
    const { rows } = await administer<{ n: number }>(
      'SELECT count(*)::int AS n FROM pg_stat_activity WHERE usename = $1',
      [this.login.login],
    );
    return rows[0]?.n ?? 0;
  }

  async drop(): Promise<void> {
    await this.dropDatabase();
    await withClient(serverUrl(), (client) => client.query(`DROP ROLE ${this.login.login}`));
  }
}

import { createPrivateKey, createPublicKey, randomUUID } from 'node:crypto';
import type { StoredKey } from '@countersign/access';
import { type Terms, termsDigest, toInstant } from '@countersign/contract';
import Database from 'better-sqlite3';
import { v7 } from 'uuid';
import type { TestBroker } from '../e2e/harness.js';
import { forgedToken, hashing } from '../factories/grant-token.js';
import type { StolenBroker } from '../fakes/feed-broker.js';
import { eventually } from './eventually.js';
import { withClient } from './postgres/database.js';
import { rowsAt } from './rows-at.js';

type Row = Record<string, unknown>;

/** A grant row in the broker's database. */
export type StoredGrant = { id: string; digest: string; terms: Terms; startsAt: string; endsAt: string };

/** An attacker on the broker's host, with its unguarded database, its master key and therefore every signing key. */
export class Attacker {
  constructor(private readonly broker: TestBroker) {}

  rows<R extends object = Row>(sql: string): Promise<R[]> {
    return rowsAt<R>(this.url, sql);
  }

  /** Runs statements on the broker's store, bypassing triggers and foreign keys. */
  async sql(...statements: string[]): Promise<void> {
    await this.past((run) =>
      statements.reduce((done, each) => done.then(() => run(each)), Promise.resolve()),
    );
  }

  /** Reads a raw row of any table. */
  async insert(table: string, row: Row): Promise<void> {
    const columns = Object.keys(row).map((name) => `"${name}"`);
    const places = columns.map((_, at) => (this.isSqlite ? '?' : `$${at + 1}`));
    const text = `INSERT INTO ${table} (${columns.join()}) VALUES (${places.join()})`;
    await this.past((run) => run(text, Object.values(row)));
  }

  /** Copies the row under another key, with other values. */
  async copy(table: string, where: string, change: Row): Promise<void> {
    const [row] = await this.rows(`SELECT * FROM ${table} WHERE ${where}`);
    if (row === undefined) throw new Error(`${table} has no such row`);
    await this.insert(table, { ...row, ...change });
  }

  async grant(id: string): Promise<StoredGrant> {
    const [row] = await this.rows<{ digest: string; starts_at: string; ends_at: string; terms: string }>(
      `SELECT g.digest, g.starts_at, g.ends_at, r.terms FROM grants g JOIN requests r ON r.id = g.request_id WHERE g.id = '${id}'`,
    );
    if (row === undefined) throw new Error(`there is no grant ${id}`);
    const instant = (text: string) => toInstant(new Date(text));
    const [startsAt, endsAt] = [instant(row.starts_at), instant(row.ends_at)];
    return { id, digest: row.digest, terms: JSON.parse(row.terms) as Terms, startsAt, endsAt };
  }

  /** Inserts a grant like that one, for terms that no one approved, active now. Gateways receive it. */
  async insertGrant(like: StoredGrant, change: Partial<Terms> = {}): Promise<StoredGrant> {
    const request = `req_${v7()}`;
    const terms = { ...like.terms, request, ...change };
    const digest = termsDigest(hashing, terms);
    const { tenant } = terms;
    const asked = { id: request, tenant, digest, terms: JSON.stringify(terms) };
    await this.copy('requests', `id = '${like.terms.request}'`, asked);
    return this.open({ like, terms, digest, startsAt: toInstant(new Date()) });
  }

  /** Inserts a grant of an existing request that starts at that moment. */
  async open({
    like,
    terms,
    digest,
    startsAt,
  }: Omit<StoredGrant, 'id' | 'endsAt'> & { like: StoredGrant }): Promise<StoredGrant> {
    const id = `grt_${v7()}`;
    const endsAt = toInstant(new Date(Date.parse(startsAt) + terms.seconds * 1_000));
    const { request: request_id, tenant } = terms;
    const window = { starts_at: startsAt, ends_at: endsAt, due_at: endsAt };
    await this.copy('grants', `id = '${like.id}'`, {
      id,
      request_id,
      tenant,
      digest,
      state: 'active',
      ...window,
    });
    await this.tell('grant', id, tenant);
    return { id, digest, terms, startsAt, endsAt };
  }

  /** Makes the broker send the current database state to its gateways. */
  async tell(kind: 'grant' | 'trust', ref: string, tenant = 'acme'): Promise<void> {
    await this.broker.host.store.forTenant(tenant, (unit) => unit.feed.changed(kind, ref));
  }

  /** Mints a token of that grant with the broker's real signing key and any claims. */
  async token({ id, digest, terms, startsAt, endsAt }: StoredGrant, change: Row = {}): Promise<string> {
    const { kid, secret } = await this.key('token');
    const seconds = (text: string) => Math.floor(Date.parse(text) / 1_000);
    const now = Math.floor(Date.now() / 1_000);
    const claims = {
      iss: this.broker.environment.publicUrl,
      aud: terms.service,
      sub: terms.requester,
      client_id: 'countersign',
      jti: randomUUID(),
      ...{ iat: now, nbf: now, exp: Math.min(now + 300, seconds(endsAt)) },
      ...{ grant_id: id, grant_nbf: seconds(startsAt), grant_exp: seconds(endsAt) },
      ...{ tenant: terms.tenant, digest },
      authorization_details: [{ type: 'tenant_data', terms }],
      ...change,
    };
    return forgedToken({ alg: 'ES256', typ: 'at+jwt', kid }, claims, createPrivateKey(secret));
  }

  /** Everything that another program needs to impersonate the broker to that gateway. */
  async stolen({ gateway, secret }: { gateway: string; secret: string }): Promise<StolenBroker> {
    const [token, feed] = [await this.key('token'), await this.key('feed')];
    const privateKey = createPrivateKey(feed.secret);
    return {
      gateway,
      secret,
      deployment: this.broker.host.store.deployment,
      issuer: this.broker.environment.publicUrl,
      feed: { privateKey, publicKey: createPublicKey(privateKey) },
      signing: { ...token, privatePem: token.secret } as StoredKey & StolenBroker['signing'],
      port: Number(new URL(this.broker.url).port),
    };
  }

  private async key(use: StoredKey['use']): Promise<StoredKey> {
    const [key] = await this.broker.host.store.readAsVendor((unit) => unit.keys.list(use));
    if (key === undefined) throw new Error(`the broker has no ${use} key`);
    return key;
  }

  private get url(): string {
    return this.broker.environment.databaseUrl;
  }

  private get isSqlite(): boolean {
    return this.url.startsWith('sqlite:');
  }

  /** Runs on a separate connection on which no guard is active. */
  private async past(work: (run: (sql: string, values?: unknown[]) => Promise<void>) => Promise<void>) {
    if (!this.isSqlite)
      return withClient(this.url, async (client) => {
        await client.query('SET session_replication_role = replica');
        await work(async (sql, values) => void (await client.query(sql, values)));
      });
    const database = new Database(this.url.slice('sqlite:'.length), { timeout: 100 });
    try {
      database.pragma('foreign_keys = OFF');
      // Restore the guards afterwards, so that the broker runs with them and notices nothing.
      const triggers = database
        .prepare<[], { name: string; sql: string }>(
          "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'",
        )
        .all();
      // The broker writes all the time, in this very process: while this connection waits, it cannot finish what it writes.
      await eventually('the database is free', () => takesLock(database), 60_000);
      for (const { name } of triggers) database.exec(`DROP TRIGGER "${name}"`);
      await work(async (sql, values = []) => void database.prepare(sql).run(...values));
      for (const { sql } of triggers) database.exec(sql);
      database.exec('COMMIT');
    } finally {
      database.close();
    }
  }
}

/** Begins a transaction that writes; false if another connection is writing. */
function takesLock(database: Database.Database): boolean {
  try {
    database.exec('BEGIN IMMEDIATE');
    return true;
  } catch (error) {
    if ((error as { code?: unknown }).code === 'SQLITE_BUSY') return false;
    throw error;
  }
}

import type { FeedChange, FeedReads, Lock, PublishedGrant } from '@countersign/access';
import type { ServiceDefinition } from '@countersign/contract';
import { type EntityManager, In } from 'typeorm';
import { wholeSeconds } from '../entities/column-types.js';
import { FeedChangeEntity } from '../entities/delivery.entity.js';
import { RouteMapEntity } from '../entities/organisation.entity.js';
import { Locks } from './locks.js';
import { query, selectRows, THE_DEPLOYMENT } from './plain-rows.js';

/** Columns as the engines give them. */
type ActiveRow = Omit<PublishedGrant, 'budget'> & { budget: string | null };

export class Feed implements FeedReads {
  constructor(private readonly manager: EntityManager) {}

  async head(): Promise<{ epoch: number; seq: number }> {
    const sql = `SELECT epoch, feed_seq AS seq FROM deployment WHERE ${THE_DEPLOYMENT}`;
    const [row] = await query<{ epoch: string | number; seq: string | number }>(this.manager, sql, []);
    return { epoch: Number(row?.epoch), seq: Number(row?.seq) };
  }

  async markAt(seq: number): Promise<string | null> {
    return (await this.manager.findOneBy(FeedChangeEntity, { seq }))?.mark ?? null;
  }

  async since(seq: number, limit: number): Promise<FeedChange[]> {
    const rest = 'WHERE seq > ? ORDER BY seq LIMIT ?';
    return selectRows(this.manager, FeedChangeEntity, rest, [seq, limit]);
  }

  /** Past TypeORM, which takes seconds to make 100,000 entities. */
  async activeGrants(): Promise<PublishedGrant[]> {
    const rows = await this.manager.query<ActiveRow[]>(
      `SELECT g.id, g.digest, g.tenant, g.service, g.starts_at AS "startsAt", g.ends_at AS "endsAt",
         ${this.term('budget')} AS budget
       FROM grants g JOIN requests r ON r.id = g.request_id WHERE g.state = 'active'`,
    );
    return rows.map((row) => ({
      ...row,
      startsAt: wholeSeconds.from(row.startsAt),
      endsAt: wholeSeconds.from(row.endsAt),
      budget: row.budget === null ? null : JSON.parse(row.budget),
    }));
  }

  async liveRoutes(): Promise<string[]> {
    const rows = await this.manager.query<{ routes: string }[]>(
      `SELECT DISTINCT ${this.term('routes')} AS routes
       FROM grants g JOIN requests r ON r.id = g.request_id WHERE g.state = 'active'`,
    );
    return rows.map(({ routes }) => routes);
  }

  /** A member of the terms `r.terms`, which are JSON in a text column on either engine. */
  private term(name: 'budget' | 'routes'): string {
    const postgres = this.manager.dataSource.options.type === 'postgres';
    return postgres ? `r.terms::json ->> '${name}'` : `json_extract(r.terms, '$.${name}')`;
  }

  locks(): Promise<Lock[]> {
    return new Locks(this.manager, 'all-tenants').all();
  }

  async routeMaps(hashes: readonly string[]): Promise<Map<string, ServiceDefinition>> {
    const rows = await this.manager.findBy(RouteMapEntity, { hash: In([...hashes]) });
    return new Map(rows.map(({ hash, definition }) => [hash, definition]));
  }
}

import {
  type Lock,
  type LockedAccess,
  type LockRepository,
  lockBlocks,
  type Page,
  type PageQuery,
} from '@countersign/access';
import { DEPLOYMENT_SLUG, type LockKind } from '@countersign/contract';
import type { EntityManager, SelectQueryBuilder } from 'typeorm';
import { LockEntity } from '../entities/lock.entity.js';
import { BoundRepository, type RowAccess } from './bound.js';
import { keysetPage } from './keyset.js';
import { inChunks } from './many-rows.js';
import { places, selectRows } from './plain-rows.js';

/** Locks of one tenant with those that bind all; a unit writes only those that bind what it is opened for. */
export class Locks extends BoundRepository<LockEntity> implements LockRepository {
  constructor(manager: EntityManager, reach: RowAccess) {
    super(manager, reach, LockEntity);
  }

  protected override rows(): SelectQueryBuilder<LockEntity> {
    const query = this.manager.createQueryBuilder(LockEntity, 'row');
    return this.reach === 'all-tenants'
      ? query
      : query.where('row.tenant IN (:...reach)', { reach: [this.reach.tenant, DEPLOYMENT_SLUG] });
  }

  async find(id: string): Promise<Lock | null> {
    const row = await this.rows().andWhere('row.id = :id', { id }).getOne();
    return row === null ? null : toLock(row);
  }

  async list(page: PageQuery): Promise<Page<Lock>> {
    const listing = { what: 'Locks', order: 'createdAt', filters: {} };
    const { items, next } = await keysetPage(() => this.inForce(), listing, {}, page);
    return { items: items.map(toLock), next };
  }

  async all(): Promise<Lock[]> {
    const rows = await this.inForce().orderBy('row.id').getMany();
    return rows.map(toLock);
  }

  async binding(accesses: readonly LockedAccess[]): Promise<Lock[]> {
    if (accesses.length === 0) return [];
    const named = (kind: LockKind) => [...new Set(accesses.flatMap((access) => access[kind] ?? []))];
    const [tenants, people, services] = [named('tenant'), named('person'), named('service')];
    const bound = [...tenants.filter((tenant) => this.reaches(tenant)), DEPLOYMENT_SLUG];
    const [pauses, names] = pausesThatBind(accesses, bound);
    const rows = await selectRows(
      this.manager,
      LockEntity,
      `WHERE lifted_at IS NULL AND tenant IN ${places(bound.length)}
         AND (kind = 'tenant' AND name IN ${places(tenants.length)}
           OR kind = 'person' AND name IN ${places(people.length)}
           OR kind = 'service' AND name IN ${places(services.length)}
           OR kind = 'grant' AND (${pauses}))
       ORDER BY id`,
      [...bound, ...tenants, ...people, ...services, ...names],
    );
    return rows
      .map(toLock)
      .filter((lock) => lock.kind === 'grant' || accesses.some((access) => lockBlocks(lock, access)));
  }

  async pausesOf(grants: readonly string[]): Promise<Lock[]> {
    const rows = await inChunks(grants, (chunk) =>
      this.select(
        `lifted_at IS NULL AND kind = 'grant' AND name IN ${places(chunk.length)} ORDER BY id`,
        chunk,
      ),
    );
    return rows.map(toLock);
  }

  /** In force past their time. `now` in the comparable spelling. */
  async due(now: string, limit: number): Promise<{ id: string; tenant: string | null }[]> {
    const rows = await selectRows(
      this.manager,
      LockEntity,
      'WHERE lifted_at IS NULL AND expires_at <= ? ORDER BY expires_at LIMIT ?',
      [now, limit],
    );
    return rows.map(toLock).map(({ id, tenant }) => ({ id, tenant }));
  }

  async insert(lock: Lock): Promise<void> {
    const row = { ...lock, tenant: lock.tenant ?? DEPLOYMENT_SLUG };
    this.requireOwnTenant(row);
    await this.manager.insert(LockEntity, row);
  }

  async lift(id: string, at: string): Promise<boolean> {
    // In a query builder: a find operator would go through the column's transformer.
    const { affected } = await this.manager
      .createQueryBuilder()
      .update(LockEntity)
      .set({ liftedAt: at })
      .where('id = :id AND tenant = :tenant AND lifted_at IS NULL', { id, tenant: this.tenant })
      .execute();
    return affected === 1;
  }

  private inForce(): SelectQueryBuilder<LockEntity> {
    return this.rows().andWhere('row.liftedAt IS NULL');
  }
}

const toLock = (row: LockEntity): Lock => ({
  ...row,
  tenant: row.tenant === DEPLOYMENT_SLUG ? null : row.tenant,
});

/**
 * Which pauses bind these accesses: those of the grants that they name; of an access without a grant yet, those of the same
 * person's grants at the same service.
 */
function pausesThatBind(
  accesses: readonly LockedAccess[],
  bound: readonly string[],
): [sql: string, parameters: string[]] {
  const named = accesses.flatMap(({ grant }) => grant ?? []);
  const unnamed = accesses.filter(({ grant }) => grant === null);
  const ofPeople = unnamed.map(() => 'requester = ? AND service = ?').join(' OR ');
  const conditions = [
    ...(named.length === 0 ? [] : [`name IN ${places(named.length)}`]),
    ...(unnamed.length === 0
      ? []
      : [`name IN (SELECT id FROM grants WHERE tenant IN ${places(bound.length)} AND (${ofPeople}))`]),
  ];
  const people = unnamed.flatMap(({ person, service }) => [person, service]);
  return [conditions.join(' OR '), [...named, ...(unnamed.length === 0 ? [] : bound), ...people]];
}

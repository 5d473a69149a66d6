import type {
  ScimGroup,
  ScimGroupRepository,
  ScimToken,
  ScimTokenRepository,
  ScimUser,
  ScimUserRepository,
} from '@countersign/access';
import { type EntityManager, type FindOptionsWhere, In, IsNull } from 'typeorm';
import { VENDOR_SIDE } from '../entities/person.entity.js';
import {
  ScimGroupEntity,
  ScimMemberEntity,
  ScimTokenEntity,
  ScimUserEntity,
} from '../entities/scim.entity.js';
import { inChunks, insertRows } from './many-rows.js';
import { among, query, selectRows } from './plain-rows.js';

const sideOf = (tenant: string | null): string => tenant ?? VENDOR_SIDE;

/** A row with the tenant in place of its side. */
function withTenant<Row extends { side: string }>({ side, ...row }: Row) {
  return { ...row, tenant: side === VENDOR_SIDE ? null : side };
}

export class ScimTokens implements ScimTokenRepository {
  constructor(private readonly manager: EntityManager) {}

  async find(id: string): Promise<ScimToken | null> {
    const row = await this.manager.findOneBy(ScimTokenEntity, { id });
    return row === null ? null : withTenant(row);
  }

  async findByHash(hash: string): Promise<ScimToken | null> {
    const row = await this.manager.findOneBy(ScimTokenEntity, { hash });
    return row === null ? null : withTenant(row);
  }

  async list(): Promise<ScimToken[]> {
    const rows = await this.manager.find(ScimTokenEntity, { order: { id: 'ASC' } });
    return rows.map(withTenant);
  }

  async insert({ tenant, ...token }: ScimToken): Promise<void> {
    await this.manager.insert(ScimTokenEntity, { ...token, side: sideOf(tenant) });
  }

  async revoke(id: string, at: string): Promise<boolean> {
    const { affected } = await this.manager.update(
      ScimTokenEntity,
      { id, revokedAt: IsNull() },
      { revokedAt: at },
    );
    return affected === 1;
  }
}

export class ScimUsers implements ScimUserRepository {
  constructor(private readonly manager: EntityManager) {}

  async find(person: string): Promise<ScimUser | null> {
    const row = await this.manager.findOneBy(ScimUserEntity, { person });
    return row === null ? null : withTenant(row);
  }

  async of(persons: readonly string[]): Promise<ScimUser[]> {
    const rows = await inChunks(persons, (chunk) => {
      const [those, parameters] = among(this.manager, 'person', chunk);
      return selectRows(this.manager, ScimUserEntity, `WHERE ${those}`, parameters);
    });
    return rows.map(withTenant);
  }

  async ids(tenant: string | null): Promise<string[]> {
    const rows = await query<{ id: string }>(
      this.manager,
      `SELECT id FROM people WHERE side = ? AND (removed_at IS NULL
        OR EXISTS (SELECT 1 FROM scim_users WHERE scim_users.person = people.id)) ORDER BY id`,
      [sideOf(tenant)],
    );
    return rows.map(({ id }) => id);
  }

  async idsByExternalId(tenant: string | null, externalId: string): Promise<string[]> {
    const rows = await query<{ person: string }>(
      this.manager,
      'SELECT person FROM scim_users WHERE side = ? AND external_id = ? ORDER BY person',
      [sideOf(tenant), externalId],
    );
    return rows.map(({ person }) => person);
  }

  async all(): Promise<ScimUser[]> {
    const rows = await this.manager.find(ScimUserEntity, { order: { person: 'ASC' } });
    return rows.map(withTenant);
  }

  async save({ tenant, ...user }: ScimUser): Promise<void> {
    await this.manager.upsert(ScimUserEntity, { ...user, side: sideOf(tenant) }, ['person']);
  }

  async remove(person: string): Promise<void> {
    await this.manager.delete(ScimMemberEntity, { person });
    await this.manager.delete(ScimUserEntity, { person });
  }
}

export class ScimGroups implements ScimGroupRepository {
  constructor(private readonly manager: EntityManager) {}

  async find(id: string): Promise<ScimGroup | null> {
    const [found] = await this.where({ id }, { group: id });
    return found ?? null;
  }

  async findByName(tenant: string | null, name: string): Promise<ScimGroup | null> {
    const row = await this.manager.findOneBy(ScimGroupEntity, { side: sideOf(tenant), name });
    return row === null ? null : this.find(row.id);
  }

  of(tenant: string | null, ids: readonly string[]): Promise<ScimGroup[]> {
    return this.where({ id: In([...ids]), side: sideOf(tenant) }, { group: In([...ids]) });
  }

  async heads(tenant: string | null): Promise<Pick<ScimGroup, 'id' | 'name'>[]> {
    const where = { side: sideOf(tenant) };
    const rows = await this.manager.find(ScimGroupEntity, { where, order: { id: 'ASC' } });
    return rows.map(({ id, name }) => ({ id, name }));
  }

  memberships(persons: readonly string[]): Promise<{ group: string; person: string }[]> {
    return inChunks(persons, (chunk) => {
      const [those, parameters] = among(this.manager, 'person', chunk);
      return selectRows(this.manager, ScimMemberEntity, `WHERE ${those}`, parameters);
    });
  }

  async ofPerson(person: string): Promise<Pick<ScimGroup, 'id' | 'name'>[]> {
    const ids = (await this.manager.findBy(ScimMemberEntity, { person })).map(({ group }) => group);
    if (ids.length === 0) return [];
    const rows = await this.manager.find(ScimGroupEntity, { where: { id: In(ids) }, order: { id: 'ASC' } });
    return rows.map(({ id, name }) => ({ id, name }));
  }

  countSide(tenant: string | null): Promise<number> {
    return this.manager.countBy(ScimGroupEntity, { side: sideOf(tenant) });
  }

  all(): Promise<ScimGroup[]> {
    return this.where({}, {});
  }

  async save({ tenant, members, ...group }: ScimGroup): Promise<void> {
    const side = sideOf(tenant);
    await this.manager.upsert(ScimGroupEntity, { ...group, side }, ['id']);
    await this.manager.delete(ScimMemberEntity, { group: group.id });
    const rows = members.map((person) => ({ group: group.id, person, side }));
    if (rows.length > 0) await insertRows(this.manager, ScimMemberEntity, rows);
  }

  async remove(id: string): Promise<void> {
    await this.manager.delete(ScimMemberEntity, { group: id });
    await this.manager.delete(ScimGroupEntity, { id });
  }

  private async where(
    where: FindOptionsWhere<ScimGroupEntity>,
    ofMembers: FindOptionsWhere<ScimMemberEntity>,
  ): Promise<ScimGroup[]> {
    const groups = await this.manager.find(ScimGroupEntity, { where, order: { id: 'ASC' } });
    const rows = await this.manager.find(ScimMemberEntity, { where: ofMembers, order: { person: 'ASC' } });
    const members = new Map<string, string[]>();
    for (const { group, person } of rows) {
      const known = members.get(group);
      if (known === undefined) members.set(group, [person]);
      else known.push(person);
    }
    return groups.map((group) => ({ ...withTenant(group), members: members.get(group.id) ?? [] }));
  }
}

import {
  type Grant,
  type GrantBasis,
  type GrantRepository,
  type GrantUse,
  type ListFilter,
  type Located,
  nextStepAt,
  type Page,
  type PageQuery,
} from '@countersign/access';
import type { EntityManager } from 'typeorm';
import { GrantEntity } from '../entities/grant.entity.js';
import { RequestEntity } from '../entities/request.entity.js';
import { BoundRepository, type RowAccess, type SharedWithUnit } from './bound.js';
import { orConflict } from './conflict.js';
import { keysetPage, type Listing } from './keyset.js';
import { inChunks, updateRows } from './many-rows.js';
import { among, insertRow, updateRow } from './plain-rows.js';

const LISTING: Listing = {
  what: 'Grants',
  order: 'createdAt',
  filters: {
    state: 'state',
    tenant: 'tenant',
    service: 'service',
    requester: 'requester',
    person: 'requester',
    grant: 'id',
    request: 'request',
    basis: 'basis',
  },
};

export class Grants extends BoundRepository<GrantEntity> implements GrantRepository {
  constructor(
    manager: EntityManager,
    reach: RowAccess,
    private readonly scope: SharedWithUnit = {},
  ) {
    super(manager, reach, GrantEntity, scope.writes);
  }

  async find(id: string): Promise<Grant | null> {
    const [row] = await this.select('id = ?', [id]);
    return row === undefined ? null : toGrant(row);
  }

  async findAll(ids: readonly string[]): Promise<Grant[]> {
    const rows = await inChunks(ids, (chunk) => this.select(...among(this.manager, 'id', chunk)));
    return rows.map(toGrant);
  }

  async findByDigest(digest: string): Promise<Grant | null> {
    const [row] = await this.select('digest = ?', [digest]);
    return row === undefined ? null : toGrant(row);
  }

  async extending(digest: string): Promise<Grant[]> {
    const rows = await this.rows().andWhere('row.extends = :digest', { digest }).getMany();
    return rows.map(toGrant);
  }

  async liveUnder(invitation: string): Promise<Grant[]> {
    // From the requests to their grants by id: joined, SQLite would walk through all that is live.
    const requests = await this.manager
      .createQueryBuilder(RequestEntity, 'request')
      .where('request.invitation = :invitation AND request.tenant = :tenant', {
        invitation,
        tenant: this.tenant,
      })
      .andWhere('request.grant IS NOT NULL')
      .select(['request.id', 'request.grant'])
      .getMany();
    const grants = await this.findAll(requests.flatMap(({ grant }) => grant ?? []));
    return grants.filter(({ state }) => state !== 'ended');
  }

  async list(filter: ListFilter, page: PageQuery): Promise<Page<Grant>> {
    const { items, next } = await keysetPage(() => this.listed(filter), LISTING, filter, page);
    return { items: items.filter((row) => this.isListed(filter, row)).map(toGrant), next };
  }

  /** Scheduled and active ones that rest on any of these; each once. */
  async liveOf({ requesters, tenants, services }: GrantBasis): Promise<Located[]> {
    const found = new Map<string, Located>();
    for (const [column, keys] of Object.entries({
      requester: requesters,
      tenant: tenants,
      service: services,
    }))
      for (const { id, tenant } of await inChunks(keys, (chunk) => this.liveBy(column, chunk)))
        found.set(id, { id, tenant });
    return [...found.values()];
  }

  private liveBy(column: string, keys: string[]): Promise<GrantEntity[]> {
    return this.rows()
      .andWhere("row.state IN ('scheduled', 'active')")
      .andWhere(`row.${column} IN (:...keys)`, { keys })
      .select(['row.id', 'row.tenant'])
      .getMany();
  }

  /** Grants that the clock's job must look at. `now` in the comparable spelling. */
  due(now: string, limit: number): Promise<Located[]> {
    return this.locate('due_at <= ? ORDER BY due_at LIMIT ?', [now, limit]);
  }

  async insert(grant: Grant): Promise<void> {
    this.requireOwnTenant(grant);
    const used = {
      ...{ usedCalls: grant.used.calls, usedBytes: grant.used.bytes, refusedCalls: grant.refused },
    };
    await this.send(
      orConflict(
        insertRow(this.manager, GrantEntity, { ...toRow(grant), ...used }),
        'These terms have a grant already; one digest has one grant.',
      ),
    );
    this.scope.owners?.note(grant.id, grant);
  }

  /** Leaves what was used and refused alone: that is counted by `addUse`, beside the versions. */
  async update(grant: Grant): Promise<boolean> {
    const { id, tenant, ...changed } = toRow(grant);
    const before = { id, tenant: this.requireOwnTenant(grant), version: grant.version - 1 };
    return updateRow(this.manager, GrantEntity, before, changed);
  }

  async addUse(uses: readonly GrantUse[]): Promise<void> {
    const added = updateRows(this.manager, GrantEntity, {
      tenant: this.tenant,
      rows: uses.map(({ grant, calls, bytes, refused = 0 }) => ({
        ...{ id: grant, usedCalls: calls, usedBytes: bytes },
        refusedCalls: refused,
      })),
      set: `used_calls = grants.used_calls + v.used_calls, used_bytes = grants.used_bytes + v.used_bytes,
        refused_calls = COALESCE(grants.refused_calls, 0) + v.refused_calls`,
    });
    await this.send(added);
  }
}

function toGrant({ usedCalls, usedBytes, refusedCalls, dueAt: _dueAt, ...row }: GrantEntity): Grant {
  return { ...row, used: { calls: usedCalls, bytes: usedBytes }, refused: refusedCalls ?? 0 };
}

const toRow = (grant: Grant): Omit<GrantEntity, 'usedCalls' | 'usedBytes' | 'refusedCalls'> => ({
  id: grant.id,
  request: grant.request,
  tenant: grant.tenant,
  service: grant.service,
  requester: grant.requester,
  digest: grant.digest,
  basis: grant.basis,
  state: grant.state,
  version: grant.version,
  extends: grant.extends,
  createdAt: grant.createdAt,
  startsAt: grant.startsAt,
  endsAt: grant.endsAt,
  useBy: grant.useBy,
  warnedAt: grant.warnedAt,
  dueAt: nextStepAt(grant),
  endedAt: grant.endedAt,
  endReason: grant.endReason,
  endedBy: grant.endedBy,
});

import type { Lease, LeaseRepository, LeaseUse } from '@countersign/access';
import type { EntityManager } from 'typeorm';
import { BudgetLeaseEntity } from '../entities/budget-lease.entity.js';
import { BoundRepository, type RowAccess } from './bound.js';
import { inChunks, updateRows } from './many-rows.js';

export class Leases extends BoundRepository<BudgetLeaseEntity> implements LeaseRepository {
  constructor(manager: EntityManager, reach: RowAccess) {
    super(manager, reach, BudgetLeaseEntity);
  }

  async ofGrant(grant: string): Promise<Lease[]> {
    const rows = await this.rows().andWhere('row.grant = :grant', { grant }).getMany();
    return rows.map(toLease);
  }

  async openOf(gateway: string, boots: readonly string[]): Promise<Lease[]> {
    const rows = await this.rows()
      .andWhere('row.gateway = :gateway AND row.boot IN (:...boots) AND row.closedAt IS NULL', {
        gateway,
        boots: [...boots],
      })
      .getMany();
    return rows.map(toLease);
  }

  async save(lease: Lease): Promise<void> {
    this.requireOwnTenant(lease);
    await this.manager.upsert(BudgetLeaseEntity, toRow(lease), ['grant', 'gateway', 'boot']);
  }

  async addUse(uses: readonly LeaseUse[]): Promise<string[]> {
    const leased = new Set(await this.leased([...new Set(uses.map(({ grant }) => grant))]));
    const counted = uses.filter(({ grant }) => leased.has(grant));
    await updateRows(this.manager, BudgetLeaseEntity, {
      tenant: this.tenant,
      by: ['grant_id', 'gateway', 'boot'],
      rows: counted.map(({ grant, gateway, boot, calls, bytes, ended, lost }) => ({
        ...{ grant, gateway, boot },
        ...{ usedCalls: calls, usedBytes: bytes, endedCalls: ended, lostCalls: lost },
      })),
      set: ['used_calls', 'used_bytes', 'ended_calls', 'lost_calls']
        .map((name) => `${name} = budget_leases.${name} + v.${name}`)
        .join(', '),
    });
    return [...leased];
  }

  /** The given grants whose budget is partly leased to gateways. */
  private leased(grants: readonly string[]): Promise<string[]> {
    return inChunks(grants, async (chunk) => {
      const rows = await this.rows()
        .andWhere('row.grant IN (:...chunk)', { chunk })
        .select('row.grant', 'grant')
        .distinct()
        .getRawMany<{ grant: string }>();
      return rows.map(({ grant }) => grant);
    });
  }
}

const toLease = (row: BudgetLeaseEntity): Lease => ({
  tenant: row.tenant,
  grant: row.grant,
  gateway: row.gateway,
  boot: row.boot,
  turn: row.turn,
  held: { calls: row.heldCalls, bytes: row.heldBytes },
  used: { calls: row.usedCalls, bytes: row.usedBytes },
  ended: row.endedCalls,
  lost: row.lostCalls,
  closedAt: row.closedAt,
});

const toRow = (lease: Lease): BudgetLeaseEntity => ({
  tenant: lease.tenant,
  grant: lease.grant,
  gateway: lease.gateway,
  boot: lease.boot,
  turn: lease.turn,
  heldCalls: lease.held.calls,
  heldBytes: lease.held.bytes,
  usedCalls: lease.used.calls,
  usedBytes: lease.used.bytes,
  endedCalls: lease.ended,
  lostCalls: lease.lost,
  closedAt: lease.closedAt,
});

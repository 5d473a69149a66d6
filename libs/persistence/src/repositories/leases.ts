import type { Lease, LeaseReads, LeaseUse, LeaseWrites } from '@countersign/access';
import type { EntityManager } from 'typeorm';
import { BudgetLeaseEntity } from '../entities/budget-lease.entity.js';
import { BoundRepository, type Reach } from './bound.js';

export class Leases extends BoundRepository<BudgetLeaseEntity> implements LeaseWrites, LeaseReads {
  constructor(manager: EntityManager, reach: Reach) {
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
    this.own(lease);
    await this.manager.upsert(BudgetLeaseEntity, toRow(lease), ['grant', 'gateway', 'boot']);
  }

  async addUse(grant: string, gateway: string, boot: string, use: LeaseUse): Promise<boolean> {
    const { affected } = await this.manager
      .createQueryBuilder()
      .update(BudgetLeaseEntity)
      .set({
        usedCalls: () => 'used_calls + :calls',
        usedBytes: () => 'used_bytes + :bytes',
        endedCalls: () => 'ended_calls + :ended',
        lostCalls: () => 'lost_calls + :lost',
      })
      .where('grant_id = :grant AND gateway = :gateway AND boot = :boot AND tenant = :tenant', {
        grant,
        gateway,
        boot,
        tenant: this.tenant,
      })
      .setParameters({ ...use })
      .execute();
    return affected === 1;
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

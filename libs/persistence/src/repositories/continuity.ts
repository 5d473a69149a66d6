import type { BrokerLease, ContinuityRepository } from '@countersign/access';
import { encodeBase64url } from '@countersign/contract';
import type { EntityManager } from 'typeorm';
import { checkedDeployment } from '../engine/deployment.js';
import { BrokerLeaseEntity, ContinuityEntity } from '../entities/continuity.entity.js';
import type { UnitContext } from '../units/context.js';
import { changeRows, insertRow, query, selectRows, updateRow } from './plain-rows.js';

const UPTIME_BYTES = 12;

export class Continuity implements ContinuityRepository {
  constructor(
    private readonly manager: EntityManager,
    private readonly context: UnitContext,
  ) {}

  async read(): Promise<{ partedAt: string | null; restoredAt: string | null }> {
    const [row] = await selectRows(this.manager, ContinuityEntity, '', []);
    return { partedAt: row?.partedAt ?? null, restoredAt: row?.restoredAt ?? null };
  }

  running(now: string): Promise<BrokerLease[]> {
    return runningBrokers(this.manager, now);
  }

  async sizesBefore(): Promise<Map<string, number>> {
    const rows = await query<{ tenant: string; size: unknown }>(
      this.manager,
      `SELECT h.tenant AS tenant, h.uptime_from AS size FROM log_heads h
       JOIN continuity c ON c.uptime = h.uptime`,
      [],
    );
    return new Map(rows.map(({ tenant, size }) => [tenant, Number(size)]));
  }

  async take(lease: BrokerLease): Promise<number> {
    const { uptime, partedAt } = await this.hold();
    const unended = await query(
      this.manager,
      'DELETE FROM broker_leases WHERE expires_at <= ? RETURNING id',
      [lease.startedAt],
    );
    const others = await this.running(lease.startedAt);
    const isSame = uptime !== null && (others.length > 0 || partedAt !== null);
    const next = isSame ? uptime : encodeBase64url(this.context.random.bytes(UPTIME_BYTES));
    await changeRows(this.manager, ContinuityEntity, 'SET uptime = ?', [next]);
    await insertRow(this.manager, BrokerLeaseEntity, { ...lease });
    this.context.uptime = next;
    return unended.length;
  }

  async renew(lease: BrokerLease): Promise<void> {
    const { uptime } = await this.hold();
    const { id, expiresAt } = lease;
    // It is gone if another broker has started after it had expired: this one was away from the database.
    if (!(await updateRow(this.manager, BrokerLeaseEntity, { id }, { expiresAt })))
      await insertRow(this.manager, BrokerLeaseEntity, { ...lease });
    this.context.uptime = uptime;
  }

  async end(id: string): Promise<void> {
    await query(this.manager, 'DELETE FROM broker_leases WHERE id = ?', [id]);
  }

  async part(at: string): Promise<boolean> {
    const noted = await changeRows(
      this.manager,
      ContinuityEntity,
      'SET parted_at = ? WHERE parted_at IS NULL',
      [at],
    );
    return noted.length > 0;
  }

  async restored(at: string): Promise<void> {
    await changeRows(this.manager, ContinuityEntity, 'SET parted_at = NULL, restored_at = ?', [at]);
    await query(this.manager, 'UPDATE log_heads SET uptime = NULL WHERE uptime IS NOT NULL', []);
    // Of the brokers that ran when the backup was made.
    await query(this.manager, 'DELETE FROM broker_leases WHERE expires_at <= ?', [at]);
  }

  /**
   * Locks the row for the rest of the transaction, so that a broker that starts and a rotation of the master key do not pass each
   * other. @throws StoreError `master_key_mismatch`
   */
  private async hold(): Promise<ContinuityEntity> {
    const [row] = await changeRows(this.manager, ContinuityEntity, 'SET uptime = uptime', []);
    await checkedDeployment(this.manager, this.context.sealer);
    if (row === undefined) throw new Error('the database has no row of its continuity');
    return row;
  }
}

export const runningBrokers = (manager: EntityManager, now: string): Promise<BrokerLease[]> =>
  selectRows(manager, BrokerLeaseEntity, 'WHERE expires_at > ? ORDER BY started_at', [now]);

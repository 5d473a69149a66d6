import type { AuthenticatorRepository, EnrolledPasskey, RecoveryKey } from '@countersign/access';
import { type EntityManager, IsNull } from 'typeorm';
import { PasskeyEntity, RecoveryKeyEntity } from '../entities/trust.entity.js';
import { BoundRepository, type RowAccess } from './bound.js';
import { orConflict } from './conflict.js';

/** What people of a tenant sign with. */
export class Authenticators extends BoundRepository<PasskeyEntity> implements AuthenticatorRepository {
  constructor(manager: EntityManager, reach: RowAccess) {
    super(manager, reach, PasskeyEntity);
  }

  async passkey(id: string): Promise<EnrolledPasskey | null> {
    const row = await this.rows().andWhere('row.id = :id', { id }).getOne();
    return row === null ? null : { ...row };
  }

  async passkeys(tenant: string): Promise<EnrolledPasskey[]> {
    const rows = await this.rows()
      .andWhere('row.tenant = :tenant AND row.removedAt IS NULL', { tenant })
      .orderBy('row.createdAt')
      .addOrderBy('row.id')
      .getMany();
    return rows.map((row) => ({ ...row }));
  }

  async removedPasskeys(person: string, since: string): Promise<EnrolledPasskey[]> {
    const rows = await this.rows()
      .andWhere('row.person = :person AND row.removedAt >= :since', { person, since })
      .getMany();
    return rows.map((row) => ({ ...row }));
  }

  async recoveryKeys(tenant: string): Promise<RecoveryKey[]> {
    if (this.reach !== 'all-tenants' && this.reach.tenant !== tenant) return [];
    const rows = await this.manager.find(RecoveryKeyEntity, {
      where: { tenant, removedAt: IsNull() },
      order: { createdAt: 'ASC', id: 'ASC' },
    });
    return rows.map((row) => ({ ...row }));
  }

  async addPasskey(passkey: EnrolledPasskey): Promise<void> {
    this.requireOwnTenant(passkey);
    await orConflict(
      this.manager.insert(PasskeyEntity, { ...passkey }),
      'This passkey is enrolled already, here or elsewhere.',
    );
  }

  async addRecoveryKey(key: RecoveryKey): Promise<void> {
    this.requireOwnTenant(key);
    await orConflict(this.manager.insert(RecoveryKeyEntity, { ...key }), 'This key is registered already.');
  }

  async removePasskey(id: string, at: string): Promise<boolean> {
    const standing = { id, tenant: this.tenant, removedAt: IsNull() };
    return (await this.manager.update(PasskeyEntity, standing, { removedAt: at })).affected === 1;
  }

  async confirmPasskey(id: string, by: string, at: string): Promise<boolean> {
    const waiting = { id, tenant: this.tenant, removedAt: IsNull(), confirmedBy: IsNull() };
    const { affected } = await this.manager.update(PasskeyEntity, waiting, {
      activeFrom: at,
      confirmedBy: by,
    });
    return affected === 1;
  }

  async removeRecoveryKey(id: string, at: string): Promise<boolean> {
    const standing = { id, tenant: this.tenant, removedAt: IsNull() };
    return (await this.manager.update(RecoveryKeyEntity, standing, { removedAt: at })).affected === 1;
  }
}

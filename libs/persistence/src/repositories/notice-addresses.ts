import type { NoticeAddress, NoticeAddressRepository } from '@countersign/access';
import type { EntityManager } from 'typeorm';
import { comparable } from '../entities/column-types.js';
import { NoticeAddressEntity } from '../entities/notice-address.entity.js';
import { BoundRepository, type RowAccess } from './bound.js';
import { orConflict } from './conflict.js';
import { insertRow, updateRow } from './plain-rows.js';

/** Mailboxes of a tenant that get notices. */
export class NoticeAddresses extends BoundRepository<NoticeAddressEntity> implements NoticeAddressRepository {
  constructor(manager: EntityManager, reach: RowAccess) {
    super(manager, reach, NoticeAddressEntity);
  }

  async find(id: string): Promise<NoticeAddress | null> {
    const [row] = await this.select('id = ?', [id]);
    return row ?? null;
  }

  list(): Promise<NoticeAddress[]> {
    return this.select(`state <> 'removed' ORDER BY id`, []);
  }

  async countAdded(since: string): Promise<number> {
    return (await this.select('added_at >= ?', [comparable(since)])).length;
  }

  async insert(address: NoticeAddress): Promise<void> {
    this.requireOwnTenant(address);
    await orConflict(
      insertRow(this.manager, NoticeAddressEntity, { ...address }),
      'This address, or another spelling of it, is listed already.',
    );
  }

  update({ id, tenant, version, ...address }: NoticeAddress): Promise<boolean> {
    const { topics, state, codeHash, misses, confirmedAt, removedAt, normalised } = address;
    return updateRow(
      this.manager,
      NoticeAddressEntity,
      { id, tenant: this.requireOwnTenant({ tenant }), version: version - 1 },
      {
        address: address.address,
        normalised,
        topics,
        state,
        version,
        codeHash,
        misses,
        confirmedAt,
        removedAt,
      },
    );
  }
}

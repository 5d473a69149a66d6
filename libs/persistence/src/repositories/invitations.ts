import type {
  Invitation,
  InvitationRepository,
  ListFilter,
  Located,
  Page,
  PageQuery,
} from '@countersign/access';
import type { EntityManager } from 'typeorm';
import { InvitationEntity } from '../entities/invitation.entity.js';
import { BoundRepository, type RowAccess } from './bound.js';
import { keysetPage, type Listing } from './keyset.js';
import { inChunks } from './many-rows.js';
import { places } from './plain-rows.js';

const LISTING: Listing = {
  what: 'Invitations',
  order: 'createdAt',
  filters: { state: 'state', service: 'service' },
};

/** States in which an invitation is not over. */
const STANDING = ['open', 'used_up'];

export class Invitations extends BoundRepository<InvitationEntity> implements InvitationRepository {
  constructor(manager: EntityManager, reach: RowAccess) {
    super(manager, reach, InvitationEntity);
  }

  async find(id: string): Promise<Invitation | null> {
    const row = await this.rows().andWhere('row.id = :id', { id }).getOne();
    return row === null ? null : toInvitation(row);
  }

  async findByHash(hash: string): Promise<Invitation | null> {
    const row = await this.rows().andWhere('row.hash = :hash', { hash }).getOne();
    return row === null ? null : toInvitation(row);
  }

  async findAll(hashes: readonly string[]): Promise<Invitation[]> {
    const rows = await inChunks([...new Set(hashes)], (chunk) =>
      this.rows().andWhere('row.hash IN (:...chunk)', { chunk }).getMany(),
    );
    return rows.map(toInvitation);
  }

  async idsOf(hashes: readonly string[]): Promise<Map<string, string>> {
    const rows = await inChunks([...new Set(hashes)], (chunk) =>
      this.rows().andWhere('row.hash IN (:...chunk)', { chunk }).select(['row.id', 'row.hash']).getMany(),
    );
    return new Map(rows.map(({ hash, id }) => [hash, id]));
  }

  async list(filter: ListFilter, page: PageQuery): Promise<Page<Invitation>> {
    const { items, next } = await keysetPage(() => this.rows(), LISTING, filter, page);
    return { items: items.map(toInvitation), next };
  }

  async open(tenant: string, service: string, limit: number): Promise<Invitation[]> {
    const rows = await this.select(
      "tenant = ? AND service = ? AND state = 'open' ORDER BY not_after, id LIMIT ?",
      [tenant, service, limit],
    );
    return rows.map(toInvitation);
  }

  /** This person's that are not over. */
  async standingOf(person: string): Promise<Invitation[]> {
    const rows = await this.rows()
      .andWhere('row.person = :person AND row.state IN (:...standing)', { person, standing: STANDING })
      .getMany();
    return rows.map(toInvitation);
  }

  /** Those whose end has come. `now` in the comparable spelling. */
  due(now: string, limit: number): Promise<Located[]> {
    return this.locate(`state IN ${places(STANDING.length)} AND not_after <= ? ORDER BY not_after LIMIT ?`, [
      ...STANDING,
      now,
      limit,
    ]);
  }

  async insert(invitation: Invitation): Promise<void> {
    this.requireOwnTenant(invitation);
    await this.manager.insert(InvitationEntity, toRow(invitation));
  }

  async update(invitation: Invitation): Promise<boolean> {
    const { id, tenant, state, version, used, endedAt } = invitation;
    const before = { id, tenant: this.requireOwnTenant({ tenant }), version: version - 1 };
    const { affected } = await this.manager.update(InvitationEntity, before, {
      state,
      version,
      used,
      endedAt,
    });
    return affected === 1;
  }
}

const toInvitation = ({ uses: _uses, notAfter: _notAfter, ...row }: InvitationEntity): Invitation => row;

const toRow = (invitation: Invitation): InvitationEntity => ({
  ...invitation,
  uses: invitation.statement.uses ?? null,
  notAfter: invitation.statement.notAfter,
});

import type {
  ChainName,
  ListFilter,
  Page,
  PageQuery,
  RecordChain,
  RecordOutcome,
  RecordRepository,
  ResourceUse,
} from '@countersign/access';
import { type AccessRecordView, OUTCOME_MEMBERS } from '@countersign/contract';
import { type EntityManager, IsNull } from 'typeorm';
import { AccessRecordEntity } from '../entities/access-record.entity.js';
import { comparable } from '../entities/column-types.js';
import { ContinuityEntity } from '../entities/continuity.entity.js';
import { RecordChainEntity } from '../entities/record-chain.entity.js';
import { BoundRepository, type RowAccess, type SharedWithUnit } from './bound.js';
import { keysetPage, type Listing } from './keyset.js';
import { columnsOf, inChunks, insertRows, type RowColumn, updateRows } from './many-rows.js';
import { places, query, selectRows } from './plain-rows.js';

const LISTING: Listing = {
  what: 'Access records',
  order: 'at',
  filters: {
    tenant: 'tenant',
    service: 'service',
    requester: 'person',
    person: 'person',
    grant: 'grant',
    request: 'request',
    decision: 'decision',
  },
};

export class Records extends BoundRepository<AccessRecordView> implements RecordRepository {
  constructor(manager: EntityManager, reach: RowAccess, { writes }: SharedWithUnit = {}) {
    super(manager, reach, AccessRecordEntity, writes);
  }

  async list(filter: ListFilter, page: PageQuery): Promise<Page<AccessRecordView>> {
    const { items, next } = await keysetPage(() => this.rows(), LISTING, filter, page);
    return { items: items.map((row) => ({ ...row })), next };
  }

  async usedBefore(uses: readonly ResourceUse[]): Promise<ResourceUse[]> {
    return inChunks(uses, (chunk) =>
      query<ResourceUse>(
        this.manager,
        `SELECT v.column1 AS person, v.column2 AS service, v.column3 AS resource
         FROM (VALUES ${chunk.map(() => places(3)).join(', ')}) AS v
         WHERE EXISTS (SELECT 1 FROM access_records r WHERE r.tenant = ? AND r.decision = 'allowed'
           AND r.person = v.column1 AND r.service = v.column2 AND r.resource = v.column3)`,
        [...chunk.flatMap(({ person, service, resource }) => [person, service, resource]), this.tenant],
      ),
    );
  }

  async countAllowed({ id, tenant }: { id: string; tenant: string }, since: string): Promise<number> {
    return this.rows()
      .andWhere('row.tenant = :tenant AND row.grant = :id AND row.at >= :since', {
        ...{ tenant, id, since: comparable(since) },
      })
      .andWhere("row.decision = 'allowed'")
      .getCount();
  }

  async insert(records: readonly AccessRecordView[]): Promise<void> {
    for (const record of records) this.requireOwnTenant(record);
    if (records.length > 0) await this.send(insertRows(this.manager, AccessRecordEntity, records));
  }

  async allowed(ids: readonly string[]): Promise<AccessRecordView[]> {
    const rows = await inChunks(ids, (chunk) =>
      this.rows().andWhere("row.id IN (:...chunk) AND row.decision = 'allowed'", { chunk }).getMany(),
    );
    return rows.map((row) => ({ ...row }));
  }

  async complete(outcomes: readonly RecordOutcome[]): Promise<void> {
    if (outcomes.length === 0) return;
    const completed = updateRows(this.manager, AccessRecordEntity, {
      tenant: this.tenant,
      rows: outcomes,
      set: columnsOf(this.manager, AccessRecordEntity, OUTCOME_MEMBERS).map(assignment).join(', '),
      where: "access_records.decision = 'allowed'",
    });
    await this.send(completed);
  }

  async cursors(names: readonly ChainName[]): Promise<(RecordChain & ChainName)[]> {
    const rows = await inChunks(names, (chunk) => {
      const pairs = chunk.map((_, index) => `(:g${index}, :b${index})`).join(', ');
      const values = chunk.flatMap(({ gateway, boot }, index) => [
        [`g${index}`, gateway],
        [`b${index}`, boot],
      ]);
      return this.manager
        .createQueryBuilder(RecordChainEntity, 'chain')
        .where('chain.tenant = :tenant', { tenant: this.tenant })
        .andWhere(`(chain.gateway, chain.boot) IN (VALUES ${pairs})`, Object.fromEntries(values))
        .getMany();
    });
    return rows.map((row) => ({ gateway: row.gateway, ...toChain(row) }));
  }

  async moveCursors(
    moved: readonly (ChainName & Pick<RecordChain, 'seq' | 'hash' | 'head'>)[],
    at: string,
  ): Promise<void> {
    const rows = moved.map((chain) => ({ ...chain, tenant: this.tenant, movedAt: at, closedAt: null }));
    const replaces = ['tenant', 'gateway', 'boot'];
    await this.send(insertRows(this.manager, RecordChainEntity, rows, { replaces }));
  }

  async restoredAt(): Promise<string | null> {
    const [row] = await selectRows(this.manager, ContinuityEntity, '', []);
    return row?.restoredAt ?? null;
  }

  async tenantsOfOpenChains(gateway: string): Promise<string[]> {
    const rows = await this.manager
      .createQueryBuilder(RecordChainEntity, 'chain')
      .select('chain.tenant', 'tenant')
      .distinct()
      .where('chain.gateway = :gateway AND chain.closedAt IS NULL', { gateway })
      .orderBy('chain.tenant')
      .getRawMany<{ tenant: string }>();
    return rows.map(({ tenant }) => tenant);
  }

  async closeChains(gateway: string, at: string): Promise<RecordChain | null> {
    const open = { tenant: this.tenant, gateway, closedAt: IsNull() };
    const [last] = await this.manager.find(RecordChainEntity, {
      where: open,
      order: { movedAt: { direction: 'DESC', nulls: 'LAST' } },
      take: 1,
    });
    if (last === undefined) return null;
    await this.manager.update(RecordChainEntity, open, { closedAt: at });
    return toChain(last);
  }
}

/** A gateway that died before it knew the outcome does not say how many fields were masked. */
const assignment = ({ name, property }: RowColumn): string =>
  property === 'maskedFields'
    ? `${name} = COALESCE(v.${name}, access_records.${name})`
    : `${name} = v.${name}`;

const toChain = ({ boot, seq, hash, head, movedAt, closedAt }: RecordChainEntity): RecordChain => ({
  ...{ boot, seq, hash, head, movedAt, closedAt },
});

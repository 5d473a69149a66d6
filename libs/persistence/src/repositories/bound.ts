import type { ListFilter, Located } from '@countersign/access';
import { isSealedLog } from '@countersign/contract';
import type { EntityManager, EntityTarget, ObjectLiteral, SelectQueryBuilder } from 'typeorm';
import { StoreError } from '../errors.js';
import type { Owners } from '../units/context.js';
import type { PendingWrites } from '../units/pending-writes.js';
import { query, selectRows } from './plain-rows.js';

/** What the repositories of one unit of work share. */
export interface SharedWithUnit {
  owners?: Owners | undefined;
  writes?: PendingWrites | undefined;
}

/** Whose rows a repository may read: one tenant's, or those of all tenants (the vendor's reads). */
export type RowAccess = { readonly tenant: string } | 'all-tenants';

/** The names of sealed logs as a pattern of LIKE. No tenant's slug fits it. */
export const SEALED_LOGS = 'sealed-________-____-7___-____-____________';

/**
 * The only way in which repositories get at rows that belong to tenants: each query starts from `rows()`,
 * which has the tenant in it, and each write goes through `requireOwnTenant()`, which refuses another tenant's row (P9).
 */
export abstract class BoundRepository<Row extends ObjectLiteral & { tenant: string }> {
  constructor(
    protected readonly manager: EntityManager,
    protected readonly reach: RowAccess,
    private readonly entity: EntityTarget<Row>,
    private readonly writes?: PendingWrites | undefined,
  ) {}

  /** A query over the rows in reach; its alias is `row`. */
  protected rows(): SelectQueryBuilder<Row> {
    const query = this.manager.createQueryBuilder(this.entity, 'row');
    return this.reach === 'all-tenants'
      ? query
      : query.where('row.tenant = :reach', { reach: this.reach.tenant });
  }

  /**
   * The same for a list. Across tenants it leaves out what is kept apart under a gag, unless the filter includes it: such rows
   * have the name of a sealed log for their tenant. A filter that names one object has to go by its index alone, so its row is
   * left out afterwards (`isListed`).
   */
  protected listed(filter: ListFilter): SelectQueryBuilder<Row> {
    const query = this.rows();
    const namesOne = filter.grant !== undefined || filter.request !== undefined;
    return namesOne || this.includesSealed(filter)
      ? query
      : query.andWhere(`row.tenant NOT LIKE '${SEALED_LOGS}'`);
  }

  /** Whether a row that `listed` found belongs to the list. */
  protected isListed(filter: ListFilter, { tenant }: { tenant: string }): boolean {
    return this.includesSealed(filter) || !isSealedLog(tenant);
  }

  private includesSealed({ sealed }: ListFilter): boolean {
    return this.reach !== 'all-tenants' || sealed !== undefined;
  }

  /** Rows in reach by plain SQL. @param where columns by their database names */
  protected select(where: string, parameters: unknown[]): Promise<Row[]> {
    return this.reach === 'all-tenants'
      ? selectRows(this.manager, this.entity, `WHERE ${where}`, parameters)
      : selectRows(this.manager, this.entity, `WHERE tenant = ? AND ${where}`, [
          this.reach.tenant,
          ...parameters,
        ]);
  }

  /**
   * Ids and tenants of the first rows in reach by plain SQL, for jobs that look again and again.
   *
   * @param rest condition and order; columns by their database names
   */
  protected async locate(rest: string, parameters: unknown[]): Promise<Located[]> {
    const table = this.manager.dataSource.getMetadata(this.entity).tableName;
    const own = this.reach === 'all-tenants' ? '' : 'tenant = ? AND ';
    const bound = this.reach === 'all-tenants' ? parameters : [this.reach.tenant, ...parameters];
    return query<Located>(this.manager, `SELECT id, tenant FROM ${table} WHERE ${own}${rest}`, bound);
  }

  protected reaches(tenant: string): boolean {
    return this.reach === 'all-tenants' || this.reach.tenant === tenant;
  }

  /** A write that nothing in the unit waits for. In a unit that collects its writes, its failure fails the commit. */
  protected async send(write: Promise<void>): Promise<void> {
    if (this.writes === undefined) await write;
    else await this.writes.add(write);
  }

  /** The tenant that this repository writes for. @throws StoreError `foreign_tenant` where the row is not its own */
  protected requireOwnTenant(row: { tenant: string }): string {
    if (this.reach === 'all-tenants' || row.tenant !== this.reach.tenant)
      throw new StoreError('foreign_tenant', 'A unit of work may write rows of its own tenant only.');
    return row.tenant;
  }

  protected get tenant(): string {
    if (this.reach === 'all-tenants')
      throw new StoreError('foreign_tenant', 'This is only known within one tenant.');
    return this.reach.tenant;
  }
}

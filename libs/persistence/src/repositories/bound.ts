import type { EntityManager, EntityTarget, ObjectLiteral, SelectQueryBuilder } from 'typeorm';
import { StoreError } from '../errors.js';

/** Whose rows a repository sees: one tenant's, or (vendor reads) everybody's. */
export type Reach = { readonly tenant: string } | 'everybody';

/**
 * The only way in which repositories get at rows that belong to tenants: each query starts from `rows()`,
 * which has the tenant in it, and each write goes through `own()`, which refuses another tenant's row (P9).
 */
export abstract class BoundRepository<Row extends ObjectLiteral & { tenant: string }> {
  constructor(
    protected readonly manager: EntityManager,
    protected readonly reach: Reach,
    private readonly entity: EntityTarget<Row>,
  ) {}

  /** A query over the rows in reach; its alias is `row`. */
  protected rows(): SelectQueryBuilder<Row> {
    const query = this.manager.createQueryBuilder(this.entity, 'row');
    return this.reach === 'everybody'
      ? query
      : query.where('row.tenant = :reach', { reach: this.reach.tenant });
  }

  /** The tenant that this repository writes for. @throws StoreError `foreign_tenant` where the row is not its own */
  protected own(row: { tenant: string }): string {
    if (this.reach === 'everybody' || row.tenant !== this.reach.tenant)
      throw new StoreError('foreign_tenant', 'A unit of work may write rows of its own tenant only.');
    return row.tenant;
  }

  protected get tenant(): string {
    if (this.reach === 'everybody')
      throw new StoreError('foreign_tenant', 'This is only known within one tenant.');
    return this.reach.tenant;
  }
}

import {
  type AccessRequest,
  type ListFilter,
  type Located,
  nextReminderAt,
  type Page,
  type PageQuery,
  type RequestRepository,
} from '@countersign/access';
import type { EntityManager } from 'typeorm';
import { RequestEntity } from '../entities/request.entity.js';
import { BoundRepository, type RowAccess, type SharedWithUnit } from './bound.js';
import { keysetPage, type Listing } from './keyset.js';
import { inChunks } from './many-rows.js';
import { among, insertRow, places, query, updateRow } from './plain-rows.js';

const LISTING: Listing = {
  what: 'Requests',
  order: 'createdAt',
  filters: {
    state: 'state',
    tenant: 'tenant',
    service: 'service',
    requester: 'requester',
    person: 'requester',
    request: 'id',
    grant: 'grant',
    basis: 'basis',
  },
};

/** States in which a request still waits for a decision. */
export const OPEN_STATES = ['awaiting_vendor', 'awaiting_customer', 'countered', 'notifying'];

export class Requests extends BoundRepository<RequestEntity> implements RequestRepository {
  constructor(
    manager: EntityManager,
    reach: RowAccess,
    private readonly scope: SharedWithUnit = {},
  ) {
    super(manager, reach, RequestEntity, scope.writes);
  }

  async find(id: string): Promise<AccessRequest | null> {
    const [row] = await this.select('id = ?', [id]);
    return row === undefined ? null : toRequest(row);
  }

  async findAll(ids: readonly string[]): Promise<AccessRequest[]> {
    const rows = await inChunks(ids, (chunk) => this.select(...among(this.manager, 'id', chunk)));
    return rows.map(toRequest);
  }

  async list(filter: ListFilter, page: PageQuery): Promise<Page<AccessRequest>> {
    const { items, next } = await keysetPage(() => this.listed(filter), LISTING, filter, page);
    return { items: items.filter((row) => this.isListed(filter, row)).map(toRequest), next };
  }

  async openUnder(invitation: string): Promise<AccessRequest[]> {
    const rows = await this.rows()
      .andWhere('row.invitation = :invitation AND row.state IN (:...open)', { invitation, open: OPEN_STATES })
      .getMany();
    return rows.map(toRequest);
  }

  async openOf(requester: string): Promise<Located[]> {
    const rows = await this.rows()
      .andWhere('row.requester = :requester AND row.state IN (:...open)', { requester, open: OPEN_STATES })
      .select(['row.id', 'row.tenant'])
      .orderBy('row.id')
      .getMany();
    return rows.map(({ id, tenant }) => ({ id, tenant }));
  }

  async countOpen(tenant: string, requester: string): Promise<number> {
    if (!this.reaches(tenant)) return 0;
    const [row] = await query<{ count: string | number }>(
      this.manager,
      `SELECT COUNT(*) AS count FROM requests WHERE tenant = ? AND requester = ? AND state IN ${places(OPEN_STATES.length)}`,
      [tenant, requester, ...OPEN_STATES],
    );
    return Number(row?.count);
  }

  /** Open requests whose `lapsesAt` has come. `now` in the comparable spelling. */
  due(now: string, limit: number): Promise<Located[]> {
    return this.locate(
      `state IN ${places(OPEN_STATES.length)} AND lapses_at <= ? ORDER BY lapses_at LIMIT ?`,
      [...OPEN_STATES, now, limit],
    );
  }

  /** Requests whose customer is being notified. */
  notifying(limit: number): Promise<Located[]> {
    return this.locate("state = 'notifying' ORDER BY lapses_at LIMIT ?", [limit]);
  }

  /** Requests whose reminder is due at `now` (in the comparable spelling). */
  toRemindOf(now: string, limit: number): Promise<Located[]> {
    return this.locate('remind_at <= ? ORDER BY remind_at LIMIT ?', [now, limit]);
  }

  async insert(request: AccessRequest): Promise<void> {
    this.requireOwnTenant(request);
    await this.send(insertRow(this.manager, RequestEntity, toRow(request)));
    this.scope.owners?.note(request.id, { ...request, basis: request.terms.basis });
  }

  async update(request: AccessRequest): Promise<boolean> {
    const { id, tenant, ...changed } = toRow(request);
    const before = { id, tenant: this.requireOwnTenant(request), version: request.version - 1 };
    return updateRow(this.manager, RequestEntity, before, changed);
  }
}

const toRequest = ({
  invitation: _named,
  remindAt: _remindAt,
  basis: _basis,
  demand,
  ...row
}: RequestEntity): AccessRequest => ({
  ...row,
  ...(demand === null ? {} : { demand }),
});

/** Members by name, so that nothing that the domain may carry along reaches the table. */
const toRow = (request: AccessRequest): RequestEntity => ({
  id: request.id,
  tenant: request.tenant,
  service: request.service,
  requester: request.requester,
  state: request.state,
  version: request.version,
  digest: request.digest,
  terms: request.terms,
  needs: request.needs,
  reasonCode: request.reasonCode,
  asked: request.asked,
  createdAt: request.createdAt,
  lapsesAt: request.lapsesAt,
  endedAt: request.endedAt,
  stage: request.stage,
  reminders: request.reminders,
  remindAt: nextReminderAt(request),
  grant: request.grant,
  waits: request.waits,
  pause: request.pause,
  basis: request.terms.basis,
  demand: request.demand ?? null,
  notice: request.notice,
  invitation: request.terms.invitation ?? null,
});

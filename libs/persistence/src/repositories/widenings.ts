import type {
  ControlsWidening,
  ListFilter,
  Located,
  Page,
  PageQuery,
  PersonWidening,
  Widening,
  WideningRepository,
} from '@countersign/access';
import type { EntityManager } from 'typeorm';
import { WideningEntity } from '../entities/widening.entity.js';
import { BoundRepository, type RowAccess } from './bound.js';
import { orConflict } from './conflict.js';
import { keysetPage, type Listing } from './keyset.js';
import { insertRow, updateRow } from './plain-rows.js';

const LISTING: Listing = { what: 'Widenings', order: 'createdAt', filters: { state: 'state' } };

/** Widenings of privacy controls, and of who decides. */
export class Widenings extends BoundRepository<WideningEntity> implements WideningRepository {
  constructor(manager: EntityManager, reach: RowAccess) {
    super(manager, reach, WideningEntity);
  }

  async find(id: string): Promise<Widening | null> {
    const [row] = await this.select('id = ?', [id]);
    return row === undefined ? null : toWidening(row);
  }

  async waiting(tenant: string): Promise<ControlsWidening | null> {
    const [row] = await this.select('open_for = ?', [tenant]);
    return row === undefined ? null : (toWidening(row) as ControlsWidening);
  }

  async waitingFor(person: string): Promise<PersonWidening | null> {
    const [row] = await this.select('open_for = ?', [person]);
    return row === undefined ? null : (toWidening(row) as PersonWidening);
  }

  /** Those of all people that wait. */
  async waitingForPeople(): Promise<PersonWidening[]> {
    const rows = await this.select('open_for IS NOT NULL AND person IS NOT NULL ORDER BY id', []);
    return rows.map((row) => toWidening(row) as PersonWidening);
  }

  async list(filter: Pick<ListFilter, 'state'>, page: PageQuery): Promise<Page<Widening>> {
    const { items, next } = await keysetPage(() => this.rows(), LISTING, filter, page);
    return { items: items.map(toWidening), next };
  }

  /** Those that the scheduler has to look at. `now` in the comparable spelling. */
  due(now: string, limit: number): Promise<Located[]> {
    return this.locate("state = 'waiting' AND due_at <= ? ORDER BY due_at LIMIT ?", [now, limit]);
  }

  async insert(widening: Widening): Promise<void> {
    this.requireOwnTenant(widening);
    await orConflict(
      insertRow(this.manager, WideningEntity, { ...widening, openFor: subjectOf(widening) }),
      'A widening waits already. Withdraw it first, or wait until it takes effect.',
    );
  }

  update(widening: Widening): Promise<boolean> {
    const { id, tenant, state, version, confirmation, dueAt, endedAt } = widening;
    const before = { id, tenant: this.requireOwnTenant({ tenant }), version: version - 1 };
    const openFor = state === 'waiting' ? subjectOf(widening) : null;
    const change = { state, version, confirmation, dueAt, endedAt, openFor };
    return updateRow(this.manager, WideningEntity, before, change);
  }
}

/** Of a subject one waits at a time. No slug has the form of a person's id. */
const subjectOf = ({ person, tenant }: Widening): string => person ?? tenant;

/** Whether it is of controls or of a person, its `person` says. */
const toWidening = ({ openFor: _openFor, ...row }: WideningEntity): Widening => row as Widening;

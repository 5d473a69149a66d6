import type { DueDay, DueObjects, Located, ScheduleRepository } from '@countersign/access';
import type { EntityManager } from 'typeorm';
import { comparable } from '../entities/column-types.js';
import { AccessReviews } from './access-reviews.js';
import { Disclosures } from './disclosures.js';
import { Grants } from './grants.js';
import { Invitations } from './invitations.js';
import { Locks } from './locks.js';
import { query } from './plain-rows.js';
import { Practices } from './practices.js';
import { Requests } from './requests.js';
import { Widenings } from './widenings.js';

/** What the clock's job has to handle, of every tenant. */
export class Schedule implements ScheduleRepository {
  constructor(private readonly manager: EntityManager) {}

  async due(now: string, limit: number): Promise<DueObjects> {
    const at = comparable(now);
    const requests = new Requests(this.manager, 'all-tenants');
    return {
      requests: await requests.due(at, limit),
      reminders: await requests.toRemindOf(at, limit),
      grants: await new Grants(this.manager, 'all-tenants').due(at, limit),
      locks: await new Locks(this.manager, 'all-tenants').due(at, limit),
      invitations: await new Invitations(this.manager, 'all-tenants').due(at, limit),
      notifying: await requests.notifying(limit),
      disclosures: await new Disclosures(this.manager, 'all-tenants').due(at, limit),
      widenings: await new Widenings(this.manager, 'all-tenants').due(at, limit),
    };
  }

  reviewsToOpen(through: string, after: DueDay | null, limit: number): Promise<DueDay[]> {
    return query<DueDay>(
      this.manager,
      `SELECT next_quarter AS day, tenant FROM access_review_schedules
       WHERE next_quarter <= ? AND (next_quarter, tenant) > (?, ?) ORDER BY next_quarter, tenant LIMIT ?`,
      [through, after?.day ?? '', after?.tenant ?? '', limit],
    );
  }

  practicesToOpen(through: string, after: DueDay | null, limit: number): Promise<DueDay[]> {
    return query<DueDay>(
      this.manager,
      `SELECT next_quarter AS day, tenant FROM practice_schedules
       WHERE next_quarter <= ? AND (next_quarter, tenant) > (?, ?) ORDER BY next_quarter, tenant LIMIT ?`,
      [through, after?.day ?? '', after?.tenant ?? '', limit],
    );
  }

  practicesDue(now: string, reminder: string, limit: number): Promise<Located[]> {
    return new Practices(this.manager, 'all-tenants').due(now, reminder, limit);
  }

  reviewsDue(now: string, reminder: string, limit: number): Promise<Located[]> {
    return new AccessReviews(this.manager, 'all-tenants').due(now, reminder, limit);
  }

  toSeal(before: string, after: DueDay | null, limit: number): Promise<DueDay[]> {
    return this.dueDays('next_day', '<', before, after, limit);
  }

  toOpen(through: string, after: DueDay | null, limit: number): Promise<DueDay[]> {
    return this.dueDays('next_opening', '<=', through, after, limit);
  }

  toState(before: string, after: DueDay | null, limit: number): Promise<DueDay[]> {
    return query<DueDay>(
      this.manager,
      `SELECT next_statement AS day, tenant FROM log_settings
       WHERE next_statement < ? AND (next_statement, tenant) > (?, ?) ORDER BY next_statement, tenant LIMIT ?`,
      [before, after?.day ?? '', after?.tenant ?? '', limit],
    );
  }

  toPrune(after: string, limit: number): Promise<{ tenant: string; days: number }[]> {
    return query(
      this.manager,
      `SELECT tenant, retention_days AS days FROM log_settings
       WHERE retention_days IS NOT NULL AND tenant > ? ORDER BY tenant LIMIT ?`,
      [after, limit],
    );
  }

  private dueDays(
    column: 'next_day' | 'next_opening',
    is: '<' | '<=',
    end: string,
    after: DueDay | null,
    limit: number,
  ): Promise<DueDay[]> {
    return query<DueDay>(
      this.manager,
      `SELECT ${column} AS day, tenant FROM log_days WHERE ${column} ${is} ? AND (${column}, tenant) > (?, ?)
       ORDER BY ${column}, tenant LIMIT ?`,
      [end, after?.day ?? '', after?.tenant ?? '', limit],
    );
  }
}

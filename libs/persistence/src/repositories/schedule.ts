import type { DueObjects, ScheduleRepository } from '@countersign/access';
import type { EntityManager } from 'typeorm';
import { comparable } from '../entities/column-types.js';
import { Grants } from './grants.js';
import { Invitations } from './invitations.js';
import { Locks } from './locks.js';
import { Requests } from './requests.js';

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
    };
  }
}

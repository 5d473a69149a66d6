import type { PushSubscription, PushSubscriptionRepository } from '@countersign/access';
import { type EntityManager, LessThan } from 'typeorm';
import { comparable } from '../entities/column-types.js';
import { PushSubscriptionEntity } from '../entities/push-subscription.entity.js';
import { among, insertRow, selectRows, updateRow } from './plain-rows.js';

/** Browsers in which people are notified. */
export class PushSubscriptions implements PushSubscriptionRepository {
  constructor(private readonly manager: EntityManager) {}

  async ofPersons(persons: readonly string[], now: string): Promise<PushSubscription[]> {
    if (persons.length === 0) return [];
    const [condition, parameters] = among(this.manager, 'person', persons);
    return this.select(`${condition} AND expires_at > ? ORDER BY id`, [...parameters, comparable(now)]);
  }

  async find(id: string): Promise<PushSubscription | null> {
    return (await this.select('id = ?', [id]))[0] ?? null;
  }

  async ofEndpoint(hash: string): Promise<PushSubscription | null> {
    return (await this.select('endpoint_hash = ?', [hash]))[0] ?? null;
  }

  async insert(subscription: PushSubscription): Promise<void> {
    await insertRow(this.manager, PushSubscriptionEntity, { ...subscription });
  }

  async delete(id: string): Promise<void> {
    await this.manager.delete(PushSubscriptionEntity, { id });
  }

  async noteResult(id: string, lastResult: string, lastAt: string): Promise<void> {
    await updateRow(this.manager, PushSubscriptionEntity, { id }, { lastResult, lastAt });
  }

  async followSession(from: string, to: string, expiresAt: string): Promise<void> {
    await updateRow(this.manager, PushSubscriptionEntity, { session: from }, { session: to, expiresAt });
  }

  async purge(before: string): Promise<void> {
    await this.manager.delete(PushSubscriptionEntity, { expiresAt: LessThan(comparable(before)) });
  }

  private select(condition: string, parameters: unknown[]): Promise<PushSubscription[]> {
    return selectRows(this.manager, PushSubscriptionEntity, `WHERE ${condition}`, parameters);
  }
}

import {
  type NoticeChoices,
  type PreferenceRepository,
  type RequestTemplate,
  type RequestTemplateRepository,
  templateKey,
} from '@countersign/access';
import type { EntityManager } from 'typeorm';
import { PersonEntity } from '../entities/person.entity.js';
import { NoticeChoicesEntity, RequestTemplateEntity } from '../entities/personal.entity.js';
import { PushSubscriptionEntity } from '../entities/push-subscription.entity.js';
import { orConflict } from './conflict.js';
import { among, insertRow, selectRows, updateRow } from './plain-rows.js';

/** Templates of requests, each of one person. */
export class RequestTemplates implements RequestTemplateRepository {
  constructor(private readonly manager: EntityManager) {}

  async ofPerson(person: string): Promise<RequestTemplate[]> {
    const rows = await selectRows(this.manager, RequestTemplateEntity, 'WHERE person = ? ORDER BY id', [
      person,
    ]);
    return rows.map(({ nameKey: _key, ...row }) => row);
  }

  async save({ id, person, name, request, savedAt }: RequestTemplate): Promise<void> {
    const changed = { name, nameKey: templateKey(name), request, savedAt };
    if (await updateRow(this.manager, RequestTemplateEntity, { id, person }, changed)) return;
    await orConflict(
      insertRow(this.manager, RequestTemplateEntity, { id, person, ...changed }),
      'A template of this name was saved at the same moment. Read the list again.',
    );
  }

  async delete(person: string, id: string): Promise<boolean> {
    const { affected } = await this.manager.delete(RequestTemplateEntity, { person, id });
    return affected === 1;
  }
}

/** What people have chosen. */
export class Preferences implements PreferenceRepository {
  constructor(private readonly manager: EntityManager) {}

  async choicesOf(persons: readonly string[]): Promise<Map<string, NoticeChoices>> {
    if (persons.length === 0) return new Map();
    const [condition, parameters] = among(this.manager, 'person', persons);
    const rows = await selectRows(this.manager, NoticeChoicesEntity, `WHERE ${condition}`, parameters);
    return new Map(rows.map(({ person, off }) => [person, off]));
  }

  async saveChoices(person: string, off: NoticeChoices, savedAt: string): Promise<void> {
    await this.manager.upsert(NoticeChoicesEntity, { person, off, savedAt }, ['person']);
  }

  async zones(person: string): Promise<{ zone: string | null; browserZone: string | null }> {
    const row = await this.manager.findOneBy(PersonEntity, { id: person });
    return { zone: row?.chosenZone ?? null, browserZone: row?.zone ?? null };
  }

  async chooseZone(person: string, zone: string | null): Promise<void> {
    // Only a change is written. On PostgreSQL even an update of no row makes all brokers read the organisation again.
    if ((await this.zones(person)).zone !== zone)
      await this.manager.update(PersonEntity, { id: person }, { chosenZone: zone });
  }
}

/** Deletes what a person has kept for themselves. For a person who is removed. */
export async function forgetPersonal(manager: EntityManager, person: string): Promise<void> {
  await manager.delete(RequestTemplateEntity, { person });
  await manager.delete(NoticeChoicesEntity, { person });
  await manager.delete(PushSubscriptionEntity, { person });
}

import { type RequestTemplate, type RequestTemplateRepository, templateKey } from '@countersign/access';
import type { EntityManager } from 'typeorm';
import { RequestTemplateEntity } from '../entities/personal.entity.js';
import { orConflict } from './conflict.js';
import { insertRow, selectRows, updateRow } from './plain-rows.js';

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

/** Deletes what a person has kept for themselves. For a person who is removed. */
export async function forgetPersonal(manager: EntityManager, person: string): Promise<void> {
  await manager.delete(RequestTemplateEntity, { person });
}

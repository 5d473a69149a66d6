import type { RequestTemplate } from '../domain/request-template.js';
import type { Entry } from './repository.js';

/** What a person keeps for themselves. It belongs to the deployment, is in no log, and ends with the person. */
export interface PersonalRepositories {
  templates: Entry<RequestTemplateRepository, 'save' | 'delete'>;
}

export interface RequestTemplateRepository {
  /** The person's own, the oldest first. */
  ofPerson(person: string): Promise<RequestTemplate[]>;
  /** Inserts it, or changes the one with this id. @throws AccessError `conflict` if another one has its name */
  save(template: RequestTemplate): Promise<void>;
  /** @returns false if the person has no such template */
  delete(person: string, id: string): Promise<boolean>;
}

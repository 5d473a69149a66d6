import type { ControlsWidening, PersonWidening, Widening } from '../domain/widening.js';
import type { Entry, ListFilter, Page, PageQuery } from './repository.js';

/** Changes that let more in, and wait: of privacy controls, and of who decides. Each belongs to one tenant. */
export interface WideningRepositories {
  widenings: Entry<WideningRepository, 'insert' | 'update'>;
}

/** `update` is compare-and-swap on `version - 1`: it returns false if another unit of work was faster. */
export interface WideningRepository {
  find(id: string): Promise<Widening | null>;
  /** The one of this tenant's controls that waits. */
  waiting(tenant: string): Promise<ControlsWidening | null>;
  /** The one about this person that waits. */
  waitingFor(person: string): Promise<PersonWidening | null>;
  /** Newest first. */
  list(filter: Pick<ListFilter, 'state'>, page: PageQuery): Promise<Page<Widening>>;
  /** @throws AccessError `conflict` if one waits already */
  insert(widening: Widening): Promise<void>;
  update(widening: Widening): Promise<boolean>;
}

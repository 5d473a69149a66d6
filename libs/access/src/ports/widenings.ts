import type { ControlsWidening } from '../domain/controls-widening.js';
import type { Entry, ListFilter, Page, PageQuery } from './repository.js';

/** Widenings of privacy controls. Each belongs to one tenant. */
export interface WideningRepositories {
  widenings: Entry<WideningRepository, 'insert' | 'update'>;
}

/** `update` is compare-and-swap on `version - 1`: it returns false if another unit of work was faster. */
export interface WideningRepository {
  find(id: string): Promise<ControlsWidening | null>;
  /** The one of this tenant that waits. */
  waiting(tenant: string): Promise<ControlsWidening | null>;
  /** Newest first. */
  list(filter: Pick<ListFilter, 'state'>, page: PageQuery): Promise<Page<ControlsWidening>>;
  /** @throws AccessError `conflict` if one waits already */
  insert(widening: ControlsWidening): Promise<void>;
  update(widening: ControlsWidening): Promise<boolean>;
}

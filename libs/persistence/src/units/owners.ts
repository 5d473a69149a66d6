import type { Owner } from '@countersign/access';
import { LRUCache } from 'lru-cache';

const MOST_KEPT = 50_000;

/** Whose requests and grants are, by id. An object never changes hands, so what was read once stays true. */
export class Owners {
  readonly #kept = new LRUCache<string, Owner>({ max: MOST_KEPT });

  get(id: string): Owner | undefined {
    return this.#kept.get(id);
  }

  note(id: string, { tenant, requester }: Owner): void {
    this.#kept.set(id, { tenant, requester });
  }
}

import { growingCache } from '@countersign/runtime';

/** Far more than the people and tenants of an hour; a service's whole map is one of them. */
const MOST_KEPT = 20_000;

/** A state of the organisation: restored from a backup, the version may count again through numbers it has had. */
export interface OrganisationVersion {
  epoch: number;
  version: number;
}

const compare = (a: OrganisationVersion, b: OrganisationVersion): number =>
  a.epoch - b.epoch || a.version - b.version;

/**
 * What this process has read of the organisation, until its version changes. The version is read in every
 * unit of work, in its own snapshot, so that no decision uses stale data; what is kept saves the
 * reading and parsing of the same policy, controls and route maps for every request.
 */
export class OrganisationCache {
  #at: OrganisationVersion = { epoch: -1, version: -1 };
  readonly #kept = growingCache<{ value: unknown }>(MOST_KEPT);

  /**
   * @param at the version that the unit sees; a unit with an older snapshot reads from the database
   * @param load by their places, the values of keys that are not kept
   */
  async read<T>(
    at: OrganisationVersion,
    keys: readonly string[],
    load: (missing: readonly number[]) => Promise<T[]>,
  ): Promise<T[]> {
    if (compare(at, this.#at) > 0) {
      this.#kept.clear();
      this.#at = at;
    }
    if (compare(at, this.#at) < 0) return load([...keys.keys()]);
    const found = keys.map((key) => this.#kept.get(key));
    const missing = [...keys.keys()].filter((place) => found[place] === undefined);
    if (missing.length > 0) {
      const loaded = await load(missing);
      for (const [index, place] of missing.entries()) {
        const entry = { value: frozen(loaded[index]) };
        found[place] = entry;
        if (compare(at, this.#at) === 0) this.#kept.set(keys[place] as string, entry);
      }
    }
    return found.map((entry) => entry?.value as T);
  }
}

/** Many requests share it: code that tries to change it fails at once. */
function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const member of Object.values(value)) frozen(member);
  return Object.freeze(value);
}

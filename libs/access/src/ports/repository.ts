/**
 * One line of a registry: a repository, and which of its methods change something. Units of work of reads hand out the
 * other methods alone, so no one writes an interface of reads beside each repository.
 */
export interface Entry<Repository, Writes extends keyof Repository = never> {
  all: Repository;
  reads: Omit<Repository, Writes>;
}

/** Every repository of a registry with all its methods. */
export type AllOf<Registry> = {
  [Name in keyof Registry]: Registry[Name] extends { all: infer All } ? All : never;
};

/** Every repository of a registry with the methods that read. */
export type ReadsOf<Registry> = {
  [Name in keyof Registry]: Registry[Name] extends { reads: infer Reads } ? Reads : never;
};

/** Keyset page: newest first by id; `cursor` is the id after which the page begins. */
export interface PageQuery {
  cursor: string | null;
  /** 1 to 200. */
  limit: number;
}

export interface Page<T> {
  items: T[];
  /** Null at the end. */
  next: string | null;
}

/**
 * Filters of lists (docs/contract.md, HTTP API). An absent filter means any. `from` (inclusive) and `to` (exclusive) are
 * instants.
 */
export interface ListFilter {
  state?: string;
  tenant?: string;
  service?: string;
  requester?: string;
  grant?: string;
  request?: string;
  person?: string;
  decision?: string;
  /** Requests and grants on this ground alone. */
  basis?: string;
  /** Across tenants: those in sealed logs too. Without it they are left out. */
  sealed?: 'too';
  from?: string;
  to?: string;
}

/** An object by its id, and the tenant in whose unit of work it is handled. */
export interface Located {
  id: string;
  tenant: string;
}

import type { ScimGroup, ScimToken, ScimUser } from '../domain/provisioning.js';
import type { Entry } from './repository.js';

/** What SCIM clients provision. These rows belong to the deployment; each names its side, null for the vendor. */
export interface ScimRepositories {
  scimTokens: Entry<ScimTokenRepository, 'insert' | 'revoke'>;
  scimUsers: Entry<ScimUserRepository, 'save' | 'remove'>;
  scimGroups: Entry<ScimGroupRepository, 'save' | 'remove'>;
}

export interface ScimTokenRepository {
  find(id: string): Promise<ScimToken | null>;
  /** In any state: the caller checks expiry and revocation. */
  findByHash(hash: string): Promise<ScimToken | null>;
  /** Oldest first, in any state. */
  list(): Promise<ScimToken[]>;
  insert(token: ScimToken): Promise<void>;
  /** @returns false if it was revoked already or does not exist */
  revoke(id: string, at: string): Promise<boolean>;
}

export interface ScimUserRepository {
  find(person: string): Promise<ScimUser | null>;
  /** Of these people, as many as have one. */
  of(persons: readonly string[]): Promise<ScimUser[]>;
  /** The ids of a side's users: people who are there, and those whom the client has made. Ascending. */
  ids(tenant: string | null): Promise<string[]>;
  /** The ids of the people whom the client knows under this id of its own. Ascending. */
  idsByExternalId(tenant: string | null, externalId: string): Promise<string[]>;
  all(): Promise<ScimUser[]>;
  save(user: ScimUser): Promise<void>;
  remove(person: string): Promise<void>;
}

export interface ScimGroupRepository {
  find(id: string): Promise<ScimGroup | null>;
  findByName(tenant: string | null, name: string): Promise<ScimGroup | null>;
  /** Those of one side among these, by id. */
  of(tenant: string | null, ids: readonly string[]): Promise<ScimGroup[]>;
  /** The groups of a side by id, without their members, which may be many. */
  heads(tenant: string | null): Promise<Pick<ScimGroup, 'id' | 'name'>[]>;
  /** By id, without their members, which may be many. */
  ofPerson(person: string): Promise<Pick<ScimGroup, 'id' | 'name'>[]>;
  /** The ids of the groups in which these people are, one pair for each membership. */
  memberships(persons: readonly string[]): Promise<{ group: string; person: string }[]>;
  countSide(tenant: string | null): Promise<number>;
  all(): Promise<ScimGroup[]>;
  /** Replaces its members too. */
  save(group: ScimGroup): Promise<void>;
  remove(id: string): Promise<void>;
}

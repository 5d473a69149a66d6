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
  /** By the person's id. */
  ofSide(tenant: string | null): Promise<ScimUser[]>;
  all(): Promise<ScimUser[]>;
  save(user: ScimUser): Promise<void>;
  remove(person: string): Promise<void>;
}

export interface ScimGroupRepository {
  find(id: string): Promise<ScimGroup | null>;
  findByName(tenant: string | null, name: string): Promise<ScimGroup | null>;
  /** By id. */
  ofSide(tenant: string | null): Promise<ScimGroup[]>;
  /** By id, without their members, which may be many. */
  ofPerson(person: string): Promise<Pick<ScimGroup, 'id' | 'name'>[]>;
  countSide(tenant: string | null): Promise<number>;
  all(): Promise<ScimGroup[]>;
  /** Replaces its members too. */
  save(group: ScimGroup): Promise<void>;
  remove(id: string): Promise<void>;
}

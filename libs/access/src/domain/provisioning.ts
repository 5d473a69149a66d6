import { FACT_NAMES, readFact, type TenantRole, type VendorRole } from '@countersign/contract';
import type { ScimSettings } from './organisation.js';
import { areCompatible } from './person.js';
import type { FactValues } from './person-facts.js';

/** A bearer token of one side's SCIM client. Only the SHA-256 (hex) of its secret is stored. */
export interface ScimToken {
  id: string;
  hash: string;
  /** A tenant's slug; null for the vendor. */
  tenant: string | null;
  createdAt: string;
  expiresAt: string;
  revokedAt: string | null;
}

/** The names of a user as the provider writes them (RFC 7643 §4.1). Absent members were not given. */
export interface ScimProfile {
  /** The address in the provider's spelling. A person has its normal form. */
  userName: string;
  displayName?: string;
  formatted?: string;
  givenName?: string;
  familyName?: string;
  /** Attributes with place and employer, as sent. Only if the settings of the side have `facts`. */
  userType?: string;
  /** Of the enterprise extension (RFC 7643 §4.3). */
  organization?: string;
  /** The country of the work address. */
  workCountry?: string;
}

/** The place and employer in a profile. A fact whose value is not valid is unknown. */
export function factsOfProfile({ userType, organization, workCountry }: ScimProfile): FactValues {
  const read = { country: workCountry, entity: organization, employment: userType };
  return Object.fromEntries(
    FACT_NAMES.flatMap((name) => {
      const value = readFact(name, read[name]);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** A person whom their side's provider manages. The organisation file no longer changes them. */
export interface ScimUser {
  person: string;
  tenant: string | null;
  externalId: string | null;
  profile: ScimProfile;
  createdAt: string;
  modifiedAt: string;
}

/**
 * What one side's client may keep here. All sides share one store, and most of its requests read or write in one unit of
 * work; so one side must not be able to keep the others waiting.
 */
export const SCIM_LIMITS = {
  /** People of a side, with those who have left: their rows stay, for the log. */
  people: 10_000,
  /** Groups of a side. */
  groups: 200,
  /** Members of one group, and of one request. */
  members: 1_000,
} as const;

export interface ScimGroup {
  id: string;
  tenant: string | null;
  name: string;
  externalId: string | null;
  /** Ids of persons of the same side, sorted. */
  members: string[];
  createdAt: string;
  modifiedAt: string;
}

/** The name of the person on pages and in notices: the display name, else the full name, else the address. */
export function nameOfProfile({
  userName,
  displayName,
  formatted,
  givenName,
  familyName,
}: ScimProfile): string {
  const parts = [givenName, familyName].filter((part) => part !== undefined && part !== '').join(' ');
  return displayName || formatted || parts || userName;
}

/**
 * The roles that the organisation file gives for these groups, sorted. An unlisted group gives none. Roles that no one may
 * hold together give none at all.
 */
export function rolesOfGroups(
  { groups }: ScimSettings,
  names: readonly string[],
): (VendorRole | TenantRole)[] {
  const roles = names.flatMap((name) => (Object.hasOwn(groups, name) ? (groups[name] ?? []) : []));
  return areCompatible(roles) ? [...new Set(roles)].sort() : [];
}

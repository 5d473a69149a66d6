import type { TenantRole, VendorRole } from './organisation.js';

/** One human, whoever they sign in as: (vendor or one tenant, normalised e-mail). `tenant` is null for vendor staff. */
export interface Person {
  id: string;
  tenant: string | null;
  /** Normalised (see `normaliseEmail`). */
  email: string;
  name: string;
  roles: (VendorRole | TenantRole)[];
  /** Of vendor staff, as the access policy's rules name them; absent: none. */
  groups?: string[];
  removedAt: string | null;
}

/** By which door a decision came, and how its person was signed in (stored with each review). */
export type Channel = 'web' | 'api' | 'slack';
export type Assurance = 'api-key' | 'mail-code' | 'oidc' | 'slack' | 'passkey';

/** A signed-in person. */
export interface Principal {
  person: Person;
  channel: Channel;
  assurance: Assurance;
  /** When the API key was made with which they come; absent for a session. */
  keyMadeAt?: string;
}

/** The same roles, in whatever order they stand. */
export const sameRoles = (one: readonly string[], other: readonly string[]): boolean =>
  JSON.stringify([...one].sort()) === JSON.stringify([...other].sort());

export const isVendorStaff = (person: Person): boolean => person.tenant === null;

export function hasRole(person: Person, role: VendorRole | TenantRole): boolean {
  return person.removedAt === null && person.roles.includes(role);
}

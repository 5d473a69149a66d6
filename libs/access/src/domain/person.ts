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
  keyCreatedAt?: string;
}

/** The same roles, in whatever order they stand. */
export const sameRoles = (one: readonly string[], other: readonly string[]): boolean =>
  JSON.stringify([...one].sort()) === JSON.stringify([...other].sort());

export const isVendorStaff = (person: Person): boolean => person.tenant === null;

export function hasRole(person: Person, role: VendorRole | TenantRole): boolean {
  return person.removedAt === null && person.roles.includes(role);
}

/**
 * The form in which an e-mail address names a person: trimmed, NFC, lower-case, `+tag` stripped. Two
 * spellings with one normal form are one person (DESIGN §1). Spellings that only look alike (compatibility forms,
 * invisible characters, a trailing dot) are no addresses here: they would make one human two persons.
 *
 * @returns the normal form, or undefined where the text is no address
 */
export function normaliseEmail(text: string): string | undefined {
  const address = text.trim().normalize('NFC').toLowerCase();
  const at = address.lastIndexOf('@');
  if (at < 1 || at === address.length - 1 || address.length > 254) return undefined;
  const local = address.slice(0, at).replace(/\+.*$/u, '');
  const domain = address.slice(at + 1);
  if (local === '' || /[\s@"<>,;:\\()[\]\p{Cc}\p{Cf}]/u.test(local + domain)) return undefined;
  if (domain.endsWith('.') || address.normalize('NFKC') !== address) return undefined;
  return `${local}@${domain}`;
}

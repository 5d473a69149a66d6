import type { Assurance, Channel, TenantRole, VendorRole } from '@countersign/contract';
import type { PersonFacts } from './person-facts.js';

/**
 * One human, however they sign in: the vendor or one tenant, and a normalised e-mail address. `tenant` is null for vendor
 * staff.
 */
export interface Person {
  id: string;
  tenant: string | null;
  /** Normalised (see `normaliseEmail`): it identifies the person, and one human is counted once. */
  email: string;
  /** The exact address (see `exactEmail`), if it differs from `email`. Only its owner signs in, and mail goes there. */
  address?: string;
  name: string;
  roles: (VendorRole | TenantRole)[];
  /** The groups that rules name: of the access policy for vendor staff, of the privacy controls for a tenant's people. */
  groups?: string[];
  /** Place and employer, of vendor staff alone. Absent: nothing is known. */
  facts?: PersonFacts;
  removedAt: string | null;
}

/** A signed-in person. */
export interface Principal {
  person: Person;
  channel: Channel;
  assurance: Assurance;
  /** When the person last proved who they are; absent if that is unknown, and for API keys. */
  authenticatedAt?: string;
  /** When the presented API key was made; absent for a session. */
  keyCreatedAt?: string;
}

/** True for the same roles in any order. */
export const sameRoles = (one: readonly string[], other: readonly string[]): boolean =>
  JSON.stringify([...one].sort()) === JSON.stringify([...other].sort());

/**
 * P2: those who guard access neither request nor review it, and legal counsel does nothing else: who answers governments
 * must not be who can reach the data on other grounds. Customers' roles go together.
 */
export const areCompatible = (roles: readonly string[]): boolean =>
  !(roles.includes('security-admin') && (roles.includes('engineer') || roles.includes('reviewer'))) &&
  !(roles.includes('legal') && new Set(roles).size > 1);

export const isVendorStaff = (person: Pick<Person, 'tenant'>): boolean => person.tenant === null;

export function hasRole(person: Person, role: VendorRole | TenantRole): boolean {
  return person.removedAt === null && person.roles.includes(role);
}

/**
 * The exact address of a text: trimmed, NFC, lower-case, its domain in ASCII. The `+tag` stays, because `bob+helpdesk@` can be another mailbox
 * than `bob@`, read by other people. So people authenticate, and mail is sent, by this form.
 *
 * @returns undefined if the text is not an address, or a look-alike of one (see `normaliseEmail`)
 */
export const exactEmail = (text: string): string | undefined => {
  const parts = readParts(text);
  return parts === undefined ? undefined : `${parts.local}@${parts.domain}`;
};

/** The address to which a person's mail goes, and by which they sign in. */
export const addressOf = ({ email, address }: Pick<Person, 'email' | 'address'>): string => address ?? email;

/** A person's `email` and `address` as an address is written; undefined if it is not an address. */
export function readAddress(text: string): Pick<Person, 'email' | 'address'> | undefined {
  const [email, address] = [normaliseEmail(text), exactEmail(text)];
  if (email === undefined || address === undefined) return undefined;
  return { email, ...(address === email ? {} : { address }) };
}

/**
 * Normalises an e-mail address: trimmed, NFC, lower-case, `+tag` stripped, its domain in ASCII. Two spellings with one normal form are one
 * person: use it to count and compare, never to authenticate. Look-alike spellings (compatibility forms, invisible
 * characters, a trailing dot) are rejected: they would make one human two persons.
 *
 * @returns the normal form, or undefined if the text is not an address
 */
export function normaliseEmail(text: string): string | undefined {
  const parts = readParts(text);
  return parts === undefined ? undefined : `${parts.local.replace(TAG, '')}@${parts.domain}`;
}

const TAG = /\+.*$/u;

/** The two parts of an address, folded; undefined if the text is not an address. */
function readParts(text: string): { local: string; domain: string } | undefined {
  const address = text.trim().normalize('NFC').toLowerCase();
  const at = address.lastIndexOf('@');
  if (at < 1 || at === address.length - 1 || address.length > 254) return undefined;
  const local = address.slice(0, at);
  const host = address.slice(at + 1);
  // The tag too: mail goes to the exact address, and a list of addresses in it would take the mail elsewhere.
  if (/^(\+|$)/.test(local) || /[\s@"<>,;:\\()[\]\p{C}\p{Default_Ignorable_Code_Point}]/u.test(local + host))
    return undefined;
  if (host.endsWith('.') || address.normalize('NFKC') !== address) return undefined;
  const domain = asciiDomain(host);
  return domain === undefined ? undefined : { local, domain };
}

/**
 * The domain as DNS knows it (RFC 5890: A-labels). `bücher.example` and `xn--bcher-kva.example` are one domain, so one
 * mailbox there is one person.
 *
 * @returns undefined if it is not a domain name
 */
function asciiDomain(domain: string): string | undefined {
  const isAscii = /^[\x21-\x7e]+$/.test(domain);
  if (isAscii && !/(^|\.)xn--/.test(domain)) return domain;
  const url = `http://${domain}`;
  if (!/^[\p{L}\p{M}\p{N}.-]+$/u.test(domain) || !URL.canParse(url)) return undefined;
  const { hostname } = new URL(url);
  return isAscii && hostname !== domain ? undefined : hostname;
}

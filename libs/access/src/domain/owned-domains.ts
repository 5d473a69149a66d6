import { AccessError } from '../errors.js';
import { type Person, readAddress } from './person.js';

/** A domain that the organisation file lists for one side: its addresses belong to that side alone. */
export interface OwnedDomain {
  /** As an address has it: lower case, A-labels. */
  domain: string;
  /** A tenant's slug; null for the vendor. */
  tenant: string | null;
}

/** A domain as addresses have it; undefined if it is not one. */
export const readDomain = (text: string): string | undefined => {
  const domain = readAddress(`x@${text}`)?.email.slice('x@'.length);
  return domain !== undefined && DOMAIN.test(domain) ? domain : undefined;
};

const DOMAIN = /^[a-z0-9-]+(\.[a-z0-9-]+)+$/;

/** The side to which the address belongs: a listed domain has its subdomains, too, and the longest name counts. Undefined: no one's. */
export function ownerOfAddress(
  owned: readonly OwnedDomain[],
  { email }: Pick<Person, 'email'>,
): string | null | undefined {
  const own = email.slice(email.lastIndexOf('@') + 1);
  return owned
    .filter(({ domain }) => own === domain || own.endsWith(`.${domain}`))
    .sort((a, b) => b.domain.length - a.domain.length)[0]?.tenant;
}

/** Whether the address belongs to another side than this one. */
export function isForeignAddress(
  owned: readonly OwnedDomain[],
  address: Pick<Person, 'email'>,
  tenant: string | null,
): boolean {
  const owner = ownerOfAddress(owned, address);
  return owner !== undefined && owner !== tenant;
}

/** @throws AccessError `conflict`, which does not say whose address it is: customers do not learn of each other */
export function requireOwnAddress(
  owned: readonly OwnedDomain[],
  address: Pick<Person, 'email'>,
  tenant: string | null,
  pointer: string,
): void {
  if (isForeignAddress(owned, address, tenant))
    throw new AccessError(
      'conflict',
      'Addresses of this domain belong to another organisation. Only that organisation adds people with them.',
      { pointer },
    );
}

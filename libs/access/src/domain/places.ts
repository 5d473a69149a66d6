import { prefixThatContains, type RequesterFacts } from '@countersign/contract';

/** Networks of a country, as an admin lists them. There is no database of addresses: an address in no list has no known country. */
export interface Place {
  /** ISO 3166-1 alpha-2. */
  country: string;
  /** In CIDR notation. */
  networks: string[];
}

/**
 * The country of an address: that of the most specific network which contains it, in the first list that has one.
 *
 * @param lists the customer's, then the vendor's
 * @returns null if no list names the address
 */
export function countryOf(lists: readonly (readonly Place[])[], address: string | null): string | null {
  if (address === null) return null;
  for (const places of lists) {
    const found = places
      .flatMap(({ country, networks }) =>
        networks.flatMap((network) => {
          const prefix = prefixThatContains(network, address);
          return prefix === undefined ? [] : [{ country, prefix }];
        }),
      )
      .sort((a, b) => b.prefix - a.prefix);
    if (found[0] !== undefined) return found[0].country;
  }
  return null;
}

/**
 * Compares the country from which a token is fetched with the one in the terms. `unknown-country` if no list names the address, or
 * if the terms state no country.
 */
export function compareCountry(
  facts: RequesterFacts | undefined,
  country: string | null,
): 'stated-country' | 'other-country' | 'unknown-country' {
  const stated = facts?.country?.value;
  if (country === null || stated === undefined) return 'unknown-country';
  return country === stated ? 'stated-country' : 'other-country';
}

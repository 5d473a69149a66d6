import type { Customer } from '../records.js';
import { addDays } from './dates.js';
import type { SeededRandom } from './random.js';
import { FAMILY, FIRM_FIRST, FIRM_TRADE, GIVEN, PLACES } from './words.js';

const PLANS: readonly [Customer['plan'], ...Customer['plan'][]] = ['starter', 'team', 'team', 'business'];

/** Firms with distinct names, numbered from `cus-101`. Addresses end in `.example`, which nobody can own. */
export function makeCustomers(random: SeededRandom, count: number): Customer[] {
  const taken = new Set<string>();
  return Array.from({ length: count }, (_, index) => {
    const name = freshName(random, taken);
    const contact = `${random.pick(GIVEN)} ${random.pick(FAMILY)}`;
    const place = random.pick(PLACES);
    return {
      id: `cus-${101 + index}`,
      name,
      contact,
      email: `${contact.toLowerCase().replaceAll(' ', '.')}@${name.toLowerCase().replaceAll(' ', '-')}.example`,
      city: place.city,
      country: place.country,
      plan: random.pick(PLANS),
      since: addDays('2021-01-04', random.between(0, 1_900)),
    };
  });
}

function freshName(random: SeededRandom, taken: Set<string>): string {
  for (;;) {
    const name = `${random.pick(FIRM_FIRST)} ${random.pick(FIRM_TRADE)}`;
    if (!taken.has(name)) {
      taken.add(name);
      return name;
    }
  }
}

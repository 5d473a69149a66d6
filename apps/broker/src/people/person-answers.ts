import { effectiveFacts, type Person } from '@countersign/access';
import type { Person as PersonAnswer } from '@countersign/api';

/** A person as others may know them. */
export const personAnswer = (person: Person): PersonAnswer => {
  const { id, name, email, tenant, roles, removedAt } = person;
  return { id, name, email, tenant, roles, ...shownFacts(person), removedAt };
};

/** Place and employer, each with its source; absent if nothing is known. */
export function shownFacts({ facts }: Person): Pick<PersonAnswer, 'facts'> {
  const known = effectiveFacts(facts).map(({ name, value, source, at }) => ({
    ...{ name, value, source },
    verified: source !== 'stated',
    since: at,
  }));
  return known.length === 0 ? {} : { facts: known };
}

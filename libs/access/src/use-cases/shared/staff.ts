import { isId } from '@countersign/contract';
import { isVendorStaff, normaliseEmail, type Person } from '../../domain/person.js';
import type { Deps } from './deps.js';

/** One of the vendor's people by `usr_…` or e-mail; null if there is none. */
export function findStaff({ store }: Pick<Deps, 'store'>, name: string): Promise<Person | null> {
  return store.directory.read(async ({ organisation }) => {
    const found = isId('usr', name)
      ? [await organisation.person(name)]
      : await organisation.persons(normaliseEmail(name) ?? name);
    return found.find((each) => each !== null && isVendorStaff(each)) ?? null;
  });
}

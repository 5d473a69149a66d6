import { AccessError } from '../errors.js';
import type { Principal } from '../organisation/person.js';

/**
 * People and controls are not changed by whoever reads a mailbox: a session by mailed code decides requests and
 * no more.
 *
 * @throws AccessError `forbidden`
 */
export function demandMoreThanMail({ assurance }: Principal): void {
  if (assurance === 'mail-code')
    throw new AccessError(
      'forbidden',
      'You signed in by a code from a mail, which does not change people or controls. Sign in at your organisation’s provider, or ask your vendor’s host for a key.',
    );
}

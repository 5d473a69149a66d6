import { AccessError } from '../../errors.js';
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

/**
 * What customers sign with, and what they sign of their own trust, is done in the person's own browser: no program
 * holds a passkey, and whoever reads a mailbox must not enrol one.
 *
 * @throws AccessError `forbidden`
 */
export function demandOwnBrowser({ assurance, channel }: Principal): void {
  if (assurance !== 'oidc' || channel !== 'web')
    throw new AccessError(
      'forbidden',
      'This is done in your own browser, signed in at your organisation’s provider: not with a key, not from a command line, and not after a code from a mail.',
    );
}

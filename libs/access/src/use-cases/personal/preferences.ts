import { isZone, toInstant } from '@countersign/contract';
import { isNarrower, keepsDuties, type NoticeChoices } from '../../domain/notice-choices.js';
import { requireFreshSignIn, requirePermission } from '../../domain/permissions.js';
import type { Principal } from '../../domain/person.js';
import { AccessError, noLongerKnown } from '../../errors.js';
import type { PersonalUnit } from '../../ports/index.js';
import { noticesChangedNotice } from '../notices/notices.js';
import type { Deps } from '../shared/deps.js';

/** What a person has chosen. */
export interface Preferences {
  off: NoticeChoices;
  /** The time zone of the clocks in their messages and on their pages, an IANA name; null: the browser's. */
  zone: string | null;
  /** The zone of the browser in which they last signed in; null if it is not known. */
  browserZone: string | null;
}

/** The caller's own choices. */
export function readPreferences({ store }: Deps, { person }: Principal): Promise<Preferences> {
  return store.personal.read(async ({ preferences }) => ({
    off: (await preferences.choicesOf([person.id])).get(person.id) ?? {},
    ...(await preferences.zones(person.id)),
  }));
}

/** The time zone that the caller has chosen for their clocks, an IANA name; null: the browser's. */
export const readChosenZone = ({ store }: Deps, { person }: Principal): Promise<string | null> =>
  store.personal.read(async ({ preferences }) => (await preferences.zones(person.id)).zone);

/**
 * Saves the caller's own choices in the place of those before, after a fresh sign-in: they outlive the session. A change is an
 * event of the log of the person's side, which does not say what they chose. They are notified by every way if fewer notices reach
 * them now, or their clocks change.
 *
 * @throws AccessError `forbidden` if it is not the person's own browser session, `fresh_sign_in_required`; `invalid_request` if a duty would reach them by no way, or for an unknown zone
 */
export async function savePreferences(
  deps: Deps,
  principal: Principal,
  { off, zone }: Pick<Preferences, 'off' | 'zone'>,
): Promise<Preferences> {
  requirePermission(principal, 'preference.save');
  requireFreshSignIn(principal, deps.clock.now());
  if (!keepsDuties(off))
    throw new AccessError(
      'invalid_request',
      'What waits for you, and what happens to your own requests, must reach you by mail or Slack.',
      { pointer: '/notices' },
    );
  if (zone !== null && !isZone(zone))
    throw new AccessError('invalid_request', 'This is not a time zone. Write a name such as Europe/Berlin.', {
      pointer: '/zone',
    });
  const { id, tenant } = principal.person;
  await deps.store.personal.write(async (unit) => {
    await requireStillHere(unit, id);
    const at = toInstant(deps.clock.now());
    const before = (await unit.preferences.choicesOf([id])).get(id) ?? {};
    const { zone: zoneBefore } = await unit.preferences.zones(id);
    await unit.preferences.saveChoices(id, off, at);
    await unit.preferences.chooseZone(id, zone);
    const isLess = isNarrower(off, before) || zone !== zoneBefore;
    if (isLess) await unit.outboxOf(tenant).add(noticesChangedNotice(id, at));
    if (isLess || isNarrower(before, off)) {
      const log = await unit.logOf(tenant);
      await log.append({ type: 'preferences.changed', at, actor: id, data: { person: id } });
    }
  });
  return readPreferences(deps, principal);
}

/** What belongs to a person must not be written after the person was removed, and all of theirs deleted. */
export async function requireStillHere({ organisation }: PersonalUnit, id: string): Promise<void> {
  const person = await organisation.person(id);
  if (person === null || person.removedAt !== null) throw noLongerKnown();
}

import { type Terms, toInstant } from '@countersign/contract';
import type { Grant } from './grant.js';

/**
 * When a grant of these terms is open, as known at the moment of its approval: from the approval on, or from
 * `startsAt` on, for `seconds`. Approved late it has only what is left of the window that was asked for; one
 * that starts on first use has no window yet.
 */
export function windowAtApproval(
  terms: Terms,
  now: Date,
): Pick<Grant, 'state' | 'startsAt' | 'endsAt' | 'useBy'> {
  if (terms.startsOn === 'first-use')
    return { state: 'scheduled', startsAt: null, endsAt: null, useBy: terms.useBy ?? null };
  const asked = terms.startsAt === undefined ? now.getTime() : Date.parse(terms.startsAt);
  const instant = (ms: number) => toInstant(new Date(ms));
  return {
    state: asked > now.getTime() ? 'scheduled' : 'active',
    startsAt: instant(Math.max(asked, now.getTime())),
    endsAt: instant(Date.parse(instant(asked)) + terms.seconds * 1_000),
    useBy: null,
  };
}

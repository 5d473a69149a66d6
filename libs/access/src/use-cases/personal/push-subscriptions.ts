import { toInstant } from '@countersign/contract';
import { requireFreshSignIn, requirePermission } from '../../domain/permissions.js';
import type { Person, Principal } from '../../domain/person.js';
import {
  MAX_PUSH_SUBSCRIPTIONS,
  type PushSubscription,
  pushSubscriptionEnd,
} from '../../domain/push-subscription.js';
import { noLongerKnown, notFound } from '../../errors.js';
import type { PersonalUnit, Session, StoredKey } from '../../ports/index.js';
import { signingKey } from '../gateways/broker-keys.js';
import { noticesChangedNotice } from '../notices/notices.js';
import type { Deps } from '../shared/deps.js';
import { hexDigest } from '../shared/secrets.js';
import { requireStillHere } from './preferences.js';

/** What a browser says when its person wants to be notified in it. */
type PushSubscriptionDraft = Pick<PushSubscription, 'endpoint' | 'p256dh' | 'auth' | 'language'>;

/** The caller's own browsers, the oldest first. */
export function listPushSubscriptions(
  { store, clock }: Deps,
  { person }: Principal,
): Promise<PushSubscription[]> {
  const now = toInstant(clock.now());
  return store.push.read(({ pushSubscriptions }) => pushSubscriptions.ofPersons([person.id], now));
}

/** The key with which the broker authenticates to push services. @throws Error before `ensureBrokerKeys` */
export async function readPushKey({ store, clock }: Pick<Deps, 'store' | 'clock'>): Promise<StoredKey> {
  const key = signingKey(await store.push.read(({ keys }) => keys.list('push')), clock.now());
  if (key === undefined) throw new Error('there is no push key');
  return key;
}

/**
 * Notifies the caller in this browser from now on, after a fresh sign-in: it outlives a session that runs out. The
 * caller gets a notice about this by every way, and the log of their side gets an event. If this browser notified someone else before,
 * that person and the log of their side get the same. A browser that is
 * known already, with the same keys, only follows its new session: that takes no fresh sign-in, so that it always ends with the
 * session in use. The oldest subscription goes if there are too many.
 *
 * @param session the caller's own; the subscription outlives it if it runs out, and ends if someone ends it
 * @throws AccessError `forbidden` if it is not the person's own browser session, `fresh_sign_in_required`
 */
export async function addPushSubscription(
  deps: Deps,
  principal: Principal,
  session: Session,
  draft: PushSubscriptionDraft,
): Promise<PushSubscription> {
  requirePermission(principal, 'push.add');
  const { person } = principal;
  const endpointHash = hexDigest(deps.hashing, draft.endpoint);
  return deps.store.personal.write(async (unit) => {
    await requireStillHere(unit, person.id);
    if ((await unit.sessions.find(session.id))?.endedAt !== null) throw noLongerKnown();
    const now = deps.clock.now();
    const at = toInstant(now);
    const { pushSubscriptions } = unit;
    await pushSubscriptions.purge(at);
    const known = await pushSubscriptions.ofEndpoint(endpointHash);
    const isOwn = known?.person === person.id;
    if (!isOwn || known.p256dh !== draft.p256dh || known.auth !== draft.auth)
      requireFreshSignIn(principal, now);
    const subscription: PushSubscription = {
      ...(isOwn ? known : { id: deps.ids.next('psh'), madeAt: at, lastAt: null, lastResult: null }),
      ...{ ...draft, endpointHash, person: person.id, session: session.id, device: session.device },
      expiresAt: pushSubscriptionEnd(now),
    };
    if (known !== null) await pushSubscriptions.delete(known.id);
    if (!isOwn) {
      await dropOldest(unit, person.id, at);
      await announce(unit, person, at);
      const former = known === null ? null : await unit.organisation.person(known.person);
      // Not by their doing, and who has done it may be on another side.
      if (former !== null) await announce(unit, former, at, 'job');
    }
    await pushSubscriptions.insert(subscription);
    return subscription;
  });
}

/**
 * Ends the notices in one of the caller's own browsers, after a fresh sign-in, because less reaches them then. They are notified
 * of it by every way that is left.
 *
 * @throws AccessError `forbidden`, `fresh_sign_in_required`, `not_found`
 */
export async function removePushSubscription(deps: Deps, principal: Principal, id: string): Promise<void> {
  requirePermission(principal, 'push.remove');
  requireFreshSignIn(principal, deps.clock.now());
  const { person } = principal;
  return deps.store.personal.write(async (unit) => {
    const found = await unit.pushSubscriptions.find(id);
    if (found?.person !== person.id) throw notFound('subscription');
    await unit.pushSubscriptions.delete(id);
    await announce(unit, person, toInstant(deps.clock.now()));
  });
}

/** Makes room for one more. */
async function dropOldest({ pushSubscriptions }: PersonalUnit, person: string, now: string): Promise<void> {
  const own = await pushSubscriptions.ofPersons([person], now);
  for (const { id } of own.slice(0, Math.max(0, own.length - MAX_PUSH_SUBSCRIPTIONS + 1)))
    await pushSubscriptions.delete(id);
}

async function announce(unit: PersonalUnit, { id, tenant }: Person, at: string, actor = id): Promise<void> {
  await unit.outboxOf(tenant).add(noticesChangedNotice(id, at));
  const log = await unit.logOf(tenant);
  await log.append({ type: 'preferences.changed', at, actor, data: { person: id } });
}

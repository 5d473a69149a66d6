import type { Language } from '@countersign/contract';
import { api } from './client.js';
import { unwrap } from './problem.js';
import { may, type Session } from './session.js';

// Web Push in this browser. The broker's side of it: apps/broker/src/push.

const WORKER = '/push-worker.js';
/** No page is below it, so the worker never stands between a page and the broker. */
const SCOPE = '/push/';

/** Whether this browser can show pushes. `needs-app`: it can as an installed app alone, as on iPhone and iPad. */
export type PushAbility = 'able' | 'needs-app' | 'blocked' | 'unable';

export function pushAbility(): PushAbility {
  if ('serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window)
    return Notification.permission === 'denied' ? 'blocked' : 'able';
  return /\b(iPhone|iPad|iPod)\b/.test(navigator.userAgent) ? 'needs-app' : 'unable';
}

/** This browser's subscription; null if it has none. */
async function ownSubscription(): Promise<PushSubscription | null> {
  if (pushAbility() !== 'able') return null;
  const registration = await navigator.serviceWorker.getRegistration(SCOPE);
  return (await registration?.pushManager.getSubscription()) ?? null;
}

/** By which the broker lists this browser's subscription: SHA-256 of its endpoint, hex. Null if it has none. */
export async function ownEndpointHash(): Promise<string | null> {
  const subscription = await ownSubscription();
  return subscription === null ? null : hashOf(subscription);
}

async function hashOf({ endpoint }: PushSubscription): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(endpoint));
  return [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * Asks the person's leave, and has the broker notify them in this browser.
 *
 * @param key the broker's public key, base64url
 * @returns false if the person, or a rule of the browser, did not allow it
 */
export async function turnPushOn(key: string, language: Language): Promise<boolean> {
  if ((await Notification.requestPermission()) !== 'granted') return false;
  const registration = await navigator.serviceWorker.register(WORKER, { scope: SCOPE });
  await activation(registration);
  // Any earlier one goes first: one that was made with another broker's key would make `subscribe` fail.
  await (await registration.pushManager.getSubscription())?.unsubscribe();
  const subscription = await registration.pushManager.subscribe({
    userVisibleOnly: true,
    applicationServerKey: key,
  });
  try {
    await send(subscription, language);
  } catch (error) {
    await subscription.unsubscribe();
    throw error;
  }
  return true;
}

/** Only an active worker can be subscribed for. */
async function activation({ installing, waiting, active }: ServiceWorkerRegistration): Promise<void> {
  const worker = installing ?? waiting;
  if (worker === null || active !== null) return;
  await new Promise<void>((resolve, reject) => {
    worker.addEventListener('statechange', () => {
      if (worker.state === 'activated') resolve();
      if (worker.state === 'redundant') reject(new Error('the worker could not be started'));
    });
  });
}

async function send(subscription: PushSubscription, language: Language): Promise<void> {
  const { endpoint, keys: { p256dh = '', auth = '' } = {} } = subscription.toJSON();
  await unwrap(
    api.POST('/api/v1/push-subscriptions', {
      body: { endpoint: endpoint ?? '', keys: { p256dh, auth }, language },
    }),
  );
}

/** How long a sign-out waits for the browser's push service. */
const UNSUBSCRIBE_TIMEOUT_MS = 3_000;

/**
 * Ends pushes in this browser, and takes away the notices that it shows: someone else may use it next. It never fails; a
 * subscription that the browser has ended is also forgotten by the broker, at its next push.
 */
export async function turnPushOff(): Promise<void> {
  const timeout = new Promise<void>((resolve) => setTimeout(resolve, UNSUBSCRIBE_TIMEOUT_MS));
  await Promise.race([forget().catch(() => {}), timeout]);
}

async function forget(): Promise<void> {
  const registration = await navigator.serviceWorker?.getRegistration(SCOPE);
  for (const notice of (await registration?.getNotifications()) ?? []) notice.close();
  await (await registration?.pushManager?.getSubscription())?.unsubscribe();
}

/**
 * Brings this browser in line with the broker, once a person has signed in. A subscription that is not theirs, or that was ended
 * from elsewhere, ends here too. Theirs follows the new session, so that it ends with it.
 */
export async function keepPush(session: Session): Promise<void> {
  const subscription = await ownSubscription();
  if (subscription === null) return;
  const hash = await hashOf(subscription);
  const { items } = await unwrap(api.GET('/api/v1/push-subscriptions'));
  const own = items.find(({ endpointHash }) => endpointHash === hash);
  if (own === undefined) await turnPushOff();
  else if (!own.current && may(session, 'push.add')) await send(subscription, own.language);
}

import { type Language, toInstant } from '@countersign/contract';

/** How many browsers a person may be notified in. */
export const MAX_PUSH_SUBSCRIPTIONS = 5;

/** A browser in which its person no longer signs in is forgotten after so many days. */
const KEPT_DAYS = 30;

/** Until when a subscription lasts that its person's browser has used now. */
export const pushSubscriptionEnd = (now: Date): string =>
  toInstant(new Date(now.getTime() + KEPT_DAYS * 24 * 3_600_000));

/**
 * A browser in which a person wants to be notified (Web Push, RFC 8030). It ends if someone ends its session. A session that runs
 * out unused does not end it: people who wait for a request have left the page.
 */
export interface PushSubscription {
  /** `psh_…` */
  id: string;
  person: string;
  /** `ses_…`: the newest one in this browser. */
  session: string;
  /** The address at the browser's push service. Who knows it and the broker's key can send to this browser. */
  endpoint: string;
  /** SHA-256 of the endpoint, hex: a browser recognises its own subscription by it. */
  endpointHash: string;
  /** The browser's public key and its secret, for the encryption of messages (RFC 8291), base64url. */
  p256dh: string;
  auth: string;
  /** The language of its page when it was turned on: that of the messages. */
  language: Language;
  /** The device as it called itself: words for its owner, never trusted. */
  device: string;
  /** Whole seconds, UTC. */
  madeAt: string;
  /** Each sign-in in this browser moves it. */
  expiresAt: string;
  /** When the push service last answered, and with what: `delivered`, or the code of a failure. Null: nothing was sent yet. */
  lastAt: string | null;
  lastResult: string | null;
}

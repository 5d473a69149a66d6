import type { Paths } from '@countersign/api';
import { BACKGROUND_HEADER } from '@countersign/contract';
import createClient from 'openapi-fetch';

const IDLE_AFTER_MS = 60_000;
const USER_EVENTS = ['pointerdown', 'keydown', 'wheel', 'touchmove', 'visibilitychange'] as const;

// Opening the page counts as activity.
let lastActiveAt = Date.now();
for (const event of USER_EVENTS)
  document.addEventListener(
    event,
    () => {
      lastActiveAt = Date.now();
    },
    { capture: true, passive: true },
  );

/** The API of the broker that served this page. The browser sends the session cookie. */
export const api = createClient<Paths>({ baseUrl: location.origin, credentials: 'same-origin' });

// Pages refetch by themselves. Without this header, an unattended page would keep its session from expiring.
api.use({
  onRequest({ request }) {
    const isUserActive = Date.now() - lastActiveAt < IDLE_AFTER_MS;
    if (!isUserActive) request.headers.set(BACKGROUND_HEADER, '1');
  },
});

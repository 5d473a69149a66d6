import { api } from './client.js';
import { unwrap } from './problem.js';
import { forgetOrganisation } from './remembered-organisation.js';
import type { Session } from './session.js';

/** Whether pushes may be on in this browser: without its person's leave they never are. */
const mayPush = () => globalThis.Notification?.permission === 'granted';

/** Signs the reader out, and first ends pushes in this browser and forgets their organisation. */
export async function endSession(): Promise<void> {
  forgetOrganisation();
  if (mayPush())
    await import('./push.js').then(
      ({ turnPushOff }) => turnPushOff(),
      () => {},
    );
  await unwrap(api.DELETE('/api/v1/session'));
}

/** After a sign-in: moves the pushes in this browser to the reader's new session, or ends them if they are someone else's. */
export async function movePushToSession(session: Session): Promise<void> {
  if (mayPush()) await (await import('./push.js')).keepPush(session);
}

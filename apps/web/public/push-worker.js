/**
 * Shows what this broker pushes to the browser (docs/push.md), even if no page is open. It answers no request of a page and
 * stores nothing: its scope, `/push/`, has no pages.
 */
const UNREADABLE = { title: 'Countersign', path: '/', tag: 'countersign', language: 'en' };

/** Shown once if the browser replaces or ends its subscription. Only its person can turn notices on again, after a fresh sign-in. */
const ENDED = {
  en: 'Notices in this browser have ended. Turn them on again under Account.',
  de: 'Die Benachrichtigungen in diesem Browser haben geendet. Schalten Sie sie unter Konto wieder ein.',
};

/** As `safeLocalPath` in libs/contract: one slash, then nothing that a browser reads as another host. */
const LOCAL = /^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/;

self.addEventListener('push', (event) => event.waitUntil(show(read(event.data))));

self.addEventListener('pushsubscriptionchange', (event) => {
  const own = self.navigator.language.split('-')[0];
  const language = Object.hasOwn(ENDED, own) ? own : 'en';
  // It fails if the person has withdrawn the permission to show notices. They know then that notices have ended.
  event.waitUntil(show({ title: ENDED[language], path: '/account', tag: 'ended', language }).catch(() => {}));
});

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(openPage(event.notification.data?.path));
});

/** A newer notice about the same thing replaces the one on the screen. Nothing can be decided in it, so it has no buttons. */
function show({ title, path, tag, language }) {
  const [icon, renotify] = ['/icons/seal-192.png', true];
  return self.registration.showNotification(title, { tag, renotify, icon, lang: language, data: { path } });
}

/** The message. A browser ends a subscription that shows nothing, so what cannot be read is shown without words. */
function read(data) {
  try {
    const message = data.json();
    return Object.keys(UNREADABLE).every((name) => typeof message[name] === 'string') ? message : UNREADABLE;
  } catch {
    return UNREADABLE;
  }
}

/** Opens a page of this broker, or shows the window that has it open already. */
async function openPage(path) {
  const url = new URL(LOCAL.test(path) ? path : '/', self.location.origin);
  if (url.origin !== self.location.origin) return;
  const windows = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const shown = windows.find((each) => each.url === url.href);
  await (shown === undefined ? self.clients.openWindow(url.href) : shown.focus());
}

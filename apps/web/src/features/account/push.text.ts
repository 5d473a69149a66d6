import type { Catalogue } from '../../text/languages.js';

const en = {
  title: 'Browsers that notify me',
  lead: 'A browser shows that there is news, even if no page of Countersign is open. It names no one and no customer. You decide on the page that it opens.',
  unable: 'This browser cannot show notices of web pages.',
  needsApp:
    'On iPhone and iPad only an app can show notices. Add this page to the home screen (Share, then “Add to Home Screen”), and open it from there.',
  blocked:
    'This browser blocks notices from this address. Allow them in the browser’s settings for this page, then load it again.',
  off: 'Notices are off in this browser.',
  on: 'Notices are on in this browser.',
  turnOn: 'Notify me in this browser',
  turnOff: 'No longer notify me in this browser',
  refused: 'The browser did not allow it. Nothing has changed.',
  failed: 'The browser could not reach its push service. Try again later, or use another browser.',
  turnedOn: 'Notices are on. You also get a message about this change by mail and in Slack.',
  turnedOff: 'Notices are off. You get a message about this change by mail and in Slack.',
  list: 'Browsers in which you are notified',
  device: 'Browser',
  here: 'This browser',
  since: 'On since',
  last: 'Last notice',
  noneYet: 'None yet',
  undelivered: 'Not delivered',
  act: 'Action',
  remove: 'Remove',
  ends: 'Signing out ends notices in that browser. You can turn them on in up to five browsers.',
};

const de: typeof en = {
  title: 'Browser, die mich benachrichtigen',
  lead: 'Ein Browser zeigt, dass es Neues gibt, auch wenn keine Seite von Countersign offen ist. Er nennt niemanden und keinen Kunden. Sie entscheiden auf der Seite, die er öffnet.',
  unable: 'Dieser Browser kann keine Benachrichtigungen von Seiten zeigen.',
  needsApp:
    'Auf iPhone und iPad kann das nur eine App. Legen Sie diese Seite auf den Home-Bildschirm („Teilen“, dann „Zum Home-Bildschirm“), und öffnen Sie sie von dort.',
  blocked:
    'Dieser Browser blockiert Benachrichtigungen dieser Adresse. Erlauben Sie sie in den Einstellungen des Browsers für diese Seite, und laden Sie sie neu.',
  off: 'In diesem Browser sind Benachrichtigungen aus.',
  on: 'In diesem Browser sind Benachrichtigungen an.',
  turnOn: 'In diesem Browser benachrichtigen',
  turnOff: 'In diesem Browser nicht mehr benachrichtigen',
  refused: 'Der Browser hat es nicht erlaubt. Nichts hat sich geändert.',
  failed:
    'Der Browser hat seinen Push-Dienst nicht erreicht. Versuchen Sie es später, oder nehmen Sie einen anderen Browser.',
  turnedOn:
    'Benachrichtigungen sind an. Über diese Änderung erhalten Sie auch eine Nachricht per Mail und in Slack.',
  turnedOff:
    'Benachrichtigungen sind aus. Über diese Änderung erhalten Sie eine Nachricht per Mail und in Slack.',
  list: 'Browser, in denen Sie benachrichtigt werden',
  device: 'Browser',
  here: 'Dieser Browser',
  since: 'An seit',
  last: 'Zuletzt',
  noneYet: 'Noch keine',
  undelivered: 'Nicht zugestellt',
  act: 'Aktion',
  remove: 'Entfernen',
  ends: 'Mit der Abmeldung enden die Benachrichtigungen in dem Browser. Sie können sie in bis zu fünf Browsern einschalten.',
};

export const pushTexts: Catalogue<typeof en> = { en, de };

import type { NoticeWay } from '@countersign/contract';
import type { Catalogue } from '../../text/languages.js';

const en = {
  title: 'Notices',
  lead: 'Choose which notices reach you by which way. Emergencies, demands of authorities, stops, supervision, trust, passkeys, keys, widenings and access that someone ended always reach you by every way.',
  topics: {
    decide: 'What waits for you',
    own: 'Your own requests and your access',
    decided: 'What others decided',
    access: 'Others’ access begins and ends',
    reports: 'Statements and results',
  },
  hints: {
    decide: 'Requests, answers, reviews and practices. By mail or in Slack at least.',
    own: 'Approved, denied, changed, about to end. By mail or in Slack at least.',
    decided: 'About requests that you could decide too.',
    access: 'Access that you may watch: when it begins, is used for the first time, and ends.',
    reports: 'The statement of the day; what a review or a practice came to.',
  },
  ways: {
    mail: 'Mail',
    slack: 'Slack, to you directly',
    push: 'Browsers in which it is on',
  } satisfies Record<NoticeWay, string>,
  dutyMissing: 'Choose mail or Slack for this.',
  slackNote:
    'A channel of your organisation gets its messages whatever you choose here. A card that you have in Slack stays up to date. If you have linked no Slack account, or the app was removed there, what waits for you and what happens to your own requests comes by mail.',
  zone: 'Time zone of your messages and pages',
  zoneHint: 'The pages say so beside your name if your browser has another one.',
  browserZone: 'As in my browser',
  browserZoneNow: (zone: string) => `At your last sign-in, your browser said ${zone}.`,
  ownBrowser:
    'You signed in with a code by mail. To change this, use your organisation’s own sign-in, or sign in with your passkey too: on the page “Passkeys”.',
  save: 'Save the notices',
  saved: 'Saved. If less reaches you now, you are notified of it by every way.',
};

const de: typeof en = {
  title: 'Benachrichtigungen',
  lead: 'Wählen Sie, was Sie auf welchem Weg erreicht. Notfälle, Verlangen von Behörden, Stopps, Aufsicht, Vertrauensdokument, Passkeys, Schlüssel, Lockerungen und Zugriff, den jemand beendet hat, erreichen Sie immer auf jedem Weg.',
  topics: {
    decide: 'Was auf Sie wartet',
    own: 'Ihre eigenen Anfragen und Ihr Zugriff',
    decided: 'Was andere entschieden haben',
    access: 'Zugriff anderer beginnt und endet',
    reports: 'Auszüge und Ergebnisse',
  },
  hints: {
    decide: 'Anfragen, Antworten, Überprüfungen und Übungen. Mindestens per Mail oder in Slack.',
    own: 'Freigegeben, abgelehnt, geändert, endet bald. Mindestens per Mail oder in Slack.',
    decided: 'Zu Anfragen, die auch Sie entscheiden konnten.',
    access: 'Zugriff, den Sie sehen dürfen: wenn er beginnt, zum ersten Mal benutzt wird und endet.',
    reports: 'Der Auszug des Tages; was eine Überprüfung oder Übung ergeben hat.',
  },
  ways: { mail: 'E-Mail', slack: 'Slack, direkt an Sie', push: 'Browser, in denen es an ist' },
  dutyMissing: 'Wählen Sie dafür E-Mail oder Slack.',
  slackNote:
    'Ein Kanal Ihrer Organisation bekommt seine Nachrichten, was immer Sie hier wählen. Eine Karte, die Sie in Slack haben, bleibt aktuell. Haben Sie kein Slack-Konto verknüpft, oder wurde die App dort entfernt, kommt per Mail, was auf Sie wartet und was mit Ihren eigenen Anfragen geschieht.',
  zone: 'Zeitzone Ihrer Nachrichten und Seiten',
  zoneHint: 'Hat Ihr Browser eine andere, steht sie auf den Seiten neben Ihrem Namen.',
  browserZone: 'Wie in meinem Browser',
  browserZoneNow: (zone) => `Bei der letzten Anmeldung nannte Ihr Browser ${zone}.`,
  ownBrowser:
    'Sie haben sich mit einem Code per Mail angemeldet. Um dies zu ändern, nutzen Sie die Anmeldung Ihrer Organisation, oder melden Sie sich zusätzlich mit Ihrem Passkey an: auf der Seite „Passkeys“.',
  save: 'Benachrichtigungen speichern',
  saved: 'Gespeichert. Erreicht Sie nun weniger, werden Sie darüber auf jedem Weg benachrichtigt.',
};

export const noticeChoiceTexts: Catalogue<typeof en> = { en, de };

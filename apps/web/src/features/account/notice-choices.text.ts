import type { Catalogue } from '../../text/language.js';

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
  ways: { mail: 'Mail', slack: 'Slack, to you directly' },
  dutyMissing: 'Choose mail or Slack for this.',
  slackNote:
    'A channel of your organisation gets its messages whatever you choose here. A card that you have in Slack stays up to date. If you have linked no Slack account, what waits for you and what happens to your own requests comes by mail.',
  zone: 'Time zone of your messages',
  zoneHint: 'The pages show the time of the browser that you use.',
  browserZone: (zone: string | null) =>
    zone === null ? 'As my browser says when I sign in' : `As my browser says when I sign in (${zone})`,
  save: 'Save the notices',
  saved: 'Saved.',
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
  ways: { mail: 'E-Mail', slack: 'Slack, direkt an Sie' },
  dutyMissing: 'Wählen Sie dafür Mail oder Slack.',
  slackNote:
    'Ein Kanal Ihrer Organisation bekommt seine Nachrichten, was immer Sie hier wählen. Eine Karte, die Sie in Slack haben, bleibt aktuell. Haben Sie kein Slack-Konto verknüpft, kommt per Mail, was auf Sie wartet und was mit Ihren eigenen Anfragen geschieht.',
  zone: 'Zeitzone Ihrer Nachrichten',
  zoneHint: 'Die Seiten zeigen die Zeit des Browsers, den Sie benutzen.',
  browserZone: (zone) =>
    zone === null
      ? 'Wie mein Browser sie bei der Anmeldung nennt'
      : `Wie mein Browser sie bei der Anmeldung nennt (${zone})`,
  save: 'Benachrichtigungen speichern',
  saved: 'Gespeichert.',
};

export const noticeChoiceTexts: Catalogue<typeof en> = { en, de };

import type { Catalogue } from '../text/languages.js';

const en = {
  skip: 'Skip to the page',
  menu: 'Menu',
  main: 'Main',
  more: 'More',
  inbox: 'Inbox',
  access: 'Access now',
  history: 'History',
  activity: 'Activity',
  invite: 'Invite',
  standing: 'Standing',
  accessReview: 'Access review',
  practice: 'Practice',
  noticeAddresses: 'Notice addresses',
  transparency: 'Transparency',
  people: 'People',
  controls: 'Controls',
  trust: 'Trust',
  passkeys: 'Passkeys',
  ask: 'Ask for access',
  mine: 'My access',
  queue: 'Review queue',
  security: 'Security',
  organisation: 'Organisation',
  incidents: 'Incidents',
  emergencies: 'Emergencies',
  demands: 'Demands',
  isolationLeaks: (day: string) => `The test of ${day} showed one customer the data of another.`,
  isolationNotMade: (day: string) => `The isolation test of ${day} could not be made.`,
  isolationLead:
    'Two canary customers try each night to read each other’s data. Stop access and have this mended before anything else.',
  bypassed: (count: number, service: string) =>
    count === 1
      ? `A call to ${service} bypassed the gateway`
      : `${count} calls to ${service} bypassed the gateway`,
  bypassedLead: (from: string, to: string) =>
    `Someone compared the calls that the service received from ${from} to ${to} with the records. Ask the vendor who made these calls.`,
  bypassedShow: 'Show the report',
  bypassedWord: 'bypassed',
  signOut: 'Sign out',
  times: (zone: string) => `Times in ${zone}`,
  lost: 'The connection is lost, so this page may be out of date. Trying again …',
  notFound: 'This page does not exist',
  notFoundLead: 'The address may be incomplete.',
  notForYou: 'This page is for other people',
  notForYouLead:
    'Your roles do not include what it shows. An admin of your organisation can change your roles.',
  home: 'To the start page',
  broken: 'Something went wrong',
  brokenLead:
    'Nothing was changed. Reload the page. If this happens again, tell the people who run Countersign.',
  offline: 'You are offline',
  offlineLead: 'This page could not be loaded. Nothing was changed.',
  noBanners: 'Warnings, for example that access is locked, could not be loaded.',
  reload: 'Reload',
};

export type ShellText = typeof en;

const de: ShellText = {
  skip: 'Zum Inhalt',
  menu: 'Menü',
  main: 'Hauptnavigation',
  more: 'Mehr',
  inbox: 'Eingang',
  access: 'Zugriff jetzt',
  history: 'Verlauf',
  activity: 'Aktivität',
  invite: 'Einladen',
  standing: 'Offene Zugänge',
  accessReview: 'Zugangsprüfung',
  practice: 'Übung',
  noticeAddresses: 'Benachrichtigungsadressen',
  transparency: 'Transparenz',
  people: 'Personen',
  controls: 'Regeln',
  trust: 'Vertrauen',
  passkeys: 'Passkeys',
  ask: 'Zugriff anfragen',
  mine: 'Mein Zugriff',
  queue: 'Zu prüfen',
  security: 'Sicherheit',
  organisation: 'Organisation',
  incidents: 'Vorfälle',
  emergencies: 'Notfälle',
  demands: 'Verlangen',
  isolationLeaks: (day) => `Der Test vom ${day} hat einem Kunden Daten eines anderen gezeigt.`,
  isolationNotMade: (day) => `Der Trennungstest vom ${day} konnte nicht durchgeführt werden.`,
  isolationLead:
    'Zwei Testkunden versuchen jede Nacht, Daten des anderen zu lesen. Stoppen Sie Zugriffe und lassen Sie das zuerst beheben.',
  bypassed: (count, service) =>
    count === 1
      ? `Ein Aufruf erreichte ${service} am Gateway vorbei`
      : `${count} Aufrufe erreichten ${service} am Gateway vorbei`,
  bypassedLead: (from, to) =>
    `Jemand hat verglichen, was der Dienst von ${from} bis ${to} sah und was aufgezeichnet ist. Fragen Sie den Anbieter, wer diese Aufrufe gemacht hat.`,
  bypassedShow: 'Bericht zeigen',
  bypassedWord: 'am Gateway vorbei',
  signOut: 'Abmelden',
  times: (zone) => `Zeiten in ${zone}`,
  lost: 'Die Verbindung ist unterbrochen. Diese Seite ist vielleicht nicht mehr aktuell. Neuer Versuch …',
  notFound: 'Diese Seite gibt es nicht',
  notFoundLead: 'Vielleicht ist die Adresse unvollständig.',
  notForYou: 'Diese Seite ist für andere',
  notForYouLead:
    'Was sie zeigt, gehört nicht zu Ihren Rollen. Ein Admin Ihrer Organisation kann Ihre Rollen ändern.',
  home: 'Zur Startseite',
  broken: 'Etwas ist schiefgegangen',
  brokenLead:
    'Es wurde nichts geändert. Laden Sie die Seite neu. Hilft das nicht, sagen Sie es dem Betreiber von Countersign.',
  offline: 'Sie sind offline',
  offlineLead: 'Diese Seite konnte nicht geladen werden. Es wurde nichts geändert.',
  noBanners: 'Warnungen, etwa dass Zugriff gesperrt ist, konnten nicht geladen werden.',
  reload: 'Neu laden',
};

export const shellTexts: Catalogue<ShellText> = { en, de };

import type { Catalogue } from '../text/language.js';

const en = {
  skip: 'Skip to the page',
  menu: 'Menu',
  main: 'Main',
  inbox: 'Inbox',
  access: 'Access now',
  history: 'History',
  activity: 'Activity',
  invite: 'Invite',
  standing: 'Standing',
  people: 'People',
  controls: 'Controls',
  trust: 'Trust',
  passkeys: 'Passkeys',
  ask: 'Ask for access',
  mine: 'My access',
  queue: 'Review queue',
  security: 'Security',
  demands: 'Demands',
  isolationLeaks: (day: string) => `The test of ${day} showed one customer the data of another.`,
  isolationNotMade: (day: string) => `The isolation test of ${day} could not be made.`,
  isolationLead:
    'Two canary customers try each night to read each other’s data. Stop access and have this mended before anything else.',
  signOut: 'Sign out',
  language: 'Deutsch',
  lost: 'The connection is lost, so this page may be out of date. Trying again …',
  notFound: 'This page does not exist',
  notFoundLead: 'The address may be incomplete.',
  home: 'To the start page',
  broken: 'Something went wrong',
  brokenLead:
    'Nothing was changed. Reload the page. If this happens again, tell the people who run Countersign.',
  offline: 'You are offline',
  offlineLead: 'This page could not be loaded. Nothing was changed.',
  reload: 'Reload',
};

export type ShellText = typeof en;

const de: ShellText = {
  skip: 'Zum Inhalt',
  menu: 'Menü',
  main: 'Hauptnavigation',
  inbox: 'Eingang',
  access: 'Zugriff jetzt',
  history: 'Verlauf',
  activity: 'Aktivität',
  invite: 'Einladen',
  standing: 'Offene Zugänge',
  people: 'Personen',
  controls: 'Regeln',
  trust: 'Vertrauen',
  passkeys: 'Passkeys',
  ask: 'Zugriff anfragen',
  mine: 'Mein Zugriff',
  queue: 'Zu prüfen',
  security: 'Sicherheit',
  demands: 'Verlangen',
  isolationLeaks: (day) => `Der Test vom ${day} hat einem Kunden Daten eines anderen gezeigt.`,
  isolationNotMade: (day) => `Der Trennungstest vom ${day} konnte nicht durchgeführt werden.`,
  isolationLead:
    'Zwei Testkunden versuchen jede Nacht, Daten des anderen zu lesen. Stoppen Sie Zugriffe und lassen Sie das zuerst beheben.',
  signOut: 'Abmelden',
  language: 'English',
  lost: 'Die Verbindung ist unterbrochen. Diese Seite ist vielleicht nicht mehr aktuell. Neuer Versuch …',
  notFound: 'Diese Seite gibt es nicht',
  notFoundLead: 'Vielleicht ist die Adresse unvollständig.',
  home: 'Zur Startseite',
  broken: 'Etwas ist schiefgegangen',
  brokenLead:
    'Es wurde nichts geändert. Laden Sie die Seite neu. Hilft das nicht, sagen Sie es dem Betreiber von Countersign.',
  offline: 'Sie sind offline',
  offlineLead: 'Diese Seite konnte nicht geladen werden. Es wurde nichts geändert.',
  reload: 'Neu laden',
};

export const shellTexts: Catalogue<ShellText> = { en, de };

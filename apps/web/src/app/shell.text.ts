import type { Catalogue } from '../text/language.js';

const en = {
  skip: 'Skip to the page',
  menu: 'Menu',
  main: 'Main',
  inbox: 'Inbox',
  access: 'Access now',
  history: 'History',
  invite: 'Invite',
  people: 'People',
  controls: 'Controls',
  ask: 'Ask for access',
  mine: 'My access',
  queue: 'Review queue',
  security: 'Security',
  signOut: 'Sign out',
  language: 'Deutsch',
  lost: 'The connection is lost; what you see may be old. Trying again …',
  back: 'Connected again.',
  loading: 'Loading …',
  notFound: 'There is no such page',
  notFoundLead: 'The address may be incomplete.',
  home: 'To the first page',
  broken: 'This page has broken',
  brokenLead: 'Nothing was changed. Load it again; if it breaks again, tell whoever runs Countersign.',
  reload: 'Load again',
};

export type ShellText = typeof en;

const de: ShellText = {
  skip: 'Zum Inhalt',
  menu: 'Menü',
  main: 'Hauptnavigation',
  inbox: 'Eingang',
  access: 'Zugriff jetzt',
  history: 'Verlauf',
  invite: 'Einladen',
  people: 'Personen',
  controls: 'Regeln',
  ask: 'Zugriff anfragen',
  mine: 'Mein Zugriff',
  queue: 'Zu prüfen',
  security: 'Sicherheit',
  signOut: 'Abmelden',
  language: 'English',
  lost: 'Die Verbindung ist unterbrochen; was Sie sehen, ist vielleicht alt. Neuer Versuch …',
  back: 'Wieder verbunden.',
  loading: 'Wird geladen …',
  notFound: 'Diese Seite gibt es nicht',
  notFoundLead: 'Vielleicht ist die Adresse unvollständig.',
  home: 'Zur ersten Seite',
  broken: 'Diese Seite ist defekt',
  brokenLead: 'Es wurde nichts geändert. Laden Sie neu; hilft das nicht, sagen Sie es Ihrem Betreiber.',
  reload: 'Neu laden',
};

export const shellTexts: Catalogue<ShellText> = { en, de };

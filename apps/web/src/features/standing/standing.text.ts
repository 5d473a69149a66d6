import type { Catalogue } from '../../text/languages.js';

const en = {
  title: 'Standing access',
  lead: 'Every way in through Countersign that is open now, with its owner and its age. The log states it once a day.',
  whose: 'Customer',
  everyTenant: 'All customers',
  zero: 'No way in through Countersign is open.',
  some: (count: string) => `${count} open`,
  noneOpen: 'No access is open now.',
  blocked: (count: string) => `Stopped or locked: ${count}. No call passes under these until that is lifted.`,
  zeroLead:
    'No access is under way, no invitation is open, and no rule lets anyone in without a countersignature. Other ways to the data are below.',
  ways: 'Ways to data',
  kind: 'Kind',
  kinds: { grant: 'Access', invitation: 'Invitation', rule: 'Rule' },
  recurring: 'Recurring window',
  basis: { emergency: 'Emergency', legal: 'Government demand', observe: 'Only observed: no approval needed' },
  what: 'What',
  owner: 'Owner',
  everyone: 'The organisation',
  tenant: 'Customer',
  since: 'Since',
  until: 'Ends',
  never: 'Not by itself',
  stated: 'Daily statement',
  notStated: 'There is none yet. It is written after midnight UTC, with the day’s sealed leaf.',
  statedZero: (day: string) => `On ${day}, no way in was open.`,
  statedSome: (day: string, count: string) => `On ${day}, ${count} were open.`,
  leaf: 'Leaf',
  silence:
    'A government’s demand under a duty of silence opens no access through Countersign, so none is missing here.',
  credentials: 'Keys, sessions and gateways',
  credentialsLead:
    'They open no data by themselves: a call also needs an access that is open. Of the other side’s people you see how many they have.',
  credentialKinds: { 'api-key': 'API key', session: 'Session', gateway: 'Gateway' },
  noCredentials: 'There are none.',
  vendorsCounts: (keys: string, sessions: string) =>
    `API keys of the vendor’s people: ${keys}; sessions: ${sessions}.`,
  tenantsCounts: (keys: string, sessions: string) =>
    `API keys of the customer’s people: ${keys}; sessions: ${sessions}.`,
  coverage: 'Every other way to the data',
  coverageLead: (day: string) =>
    `As the vendor states it, checked on ${day}. Countersign counts only what goes through Countersign.`,
  noCoverage:
    'The vendor has not stated the other ways to the data, so “none open” says nothing about them. Ask the vendor for its list.',
  way: 'Way',
  now: 'Now',
  state: 'State',
  by: 'Controlled by',
  services: 'Services',
  allServices: 'All',
  states: {
    'controlled-here': 'Controlled here',
    'controlled-elsewhere': 'Controlled elsewhere',
    open: 'Open',
  },
};

const de: typeof en = {
  title: 'Offene Zugänge',
  lead: 'Jeder Zugang über Countersign, der jetzt offen ist, mit Inhaber und Alter. Das Protokoll hält es einmal am Tag fest.',
  whose: 'Kunde',
  everyTenant: 'Alle Kunden',
  zero: 'Über Countersign steht kein Zugang offen.',
  some: (count) => `${count} offen`,
  noneOpen: 'Jetzt ist kein Zugriff offen.',
  blocked: (count) =>
    `Gestoppt oder gesperrt: ${count}. Unter diesen geht kein Aufruf durch, bis das aufgehoben wird.`,
  zeroLead:
    'Kein Zugriff läuft, keine Einladung ist offen, und keine Regel lässt jemanden ohne Gegenzeichnung ein. Andere Wege zu den Daten stehen unten.',
  ways: 'Zugänge zu Daten',
  kind: 'Art',
  kinds: { grant: 'Zugriff', invitation: 'Einladung', rule: 'Regel' },
  recurring: 'Wiederkehrendes Zeitfenster',
  basis: {
    emergency: 'Notfall',
    legal: 'Behördliches Verlangen',
    observe: 'Nur beobachtet: keine Freigabe nötig',
  },
  what: 'Was',
  owner: 'Inhaber',
  everyone: 'Die Organisation',
  tenant: 'Kunde',
  since: 'Seit',
  until: 'Endet',
  never: 'Nicht von selbst',
  stated: 'Tägliche Feststellung',
  notStated:
    'Es gibt noch keine. Sie entsteht nach Mitternacht UTC, zusammen mit dem versiegelten Eintrag des Tages.',
  statedZero: (day) => `Am ${day} war kein Zugang offen.`,
  statedSome: (day, count) => `Am ${day} waren ${count} offen.`,
  leaf: 'Eintrag',
  silence:
    'Ein behördliches Verlangen unter Schweigepflicht öffnet über Countersign keinen Zugriff. Hier fehlt also keiner.',
  credentials: 'Schlüssel, Sitzungen und Gateways',
  credentialsLead:
    'Allein öffnen sie keine Daten: Ein Aufruf braucht außerdem einen offenen Zugriff. Von den Personen der anderen Seite sehen Sie nur die Anzahl.',
  credentialKinds: { 'api-key': 'API-Schlüssel', session: 'Sitzung', gateway: 'Gateway' },
  noCredentials: 'Es gibt keine.',
  vendorsCounts: (keys, sessions) =>
    `API-Schlüssel der Personen des Anbieters: ${keys}; Sitzungen: ${sessions}.`,
  tenantsCounts: (keys, sessions) =>
    `API-Schlüssel der Personen des Kunden: ${keys}; Sitzungen: ${sessions}.`,
  coverage: 'Jeder andere Weg zu den Daten',
  coverageLead: (day) =>
    `Nach Angabe des Anbieters, geprüft am ${day}. Countersign zählt nur, was durch Countersign geht.`,
  noCoverage:
    'Der Anbieter hat die anderen Wege zu den Daten nicht angegeben. „Kein Zugang“ sagt also nichts über sie. Fragen Sie den Anbieter nach seiner Liste.',
  way: 'Weg',
  now: 'Jetzt',
  state: 'Zustand',
  by: 'Kontrolliert durch',
  services: 'Dienste',
  allServices: 'Alle',
  states: {
    'controlled-here': 'Hier kontrolliert',
    'controlled-elsewhere': 'Anderswo kontrolliert',
    open: 'Offen',
  },
};

export type StandingText = typeof en;
export const standingTexts: Catalogue<typeof en> = { en, de };

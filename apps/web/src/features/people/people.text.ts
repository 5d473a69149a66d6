import type { Catalogue } from '../../text/languages.js';

const en = {
  title: 'People',
  lead: 'The people who decide for your organisation. Anyone you remove is signed out everywhere at once.',
  leadUnclaimed: 'Until you claim your organisation, the vendor’s configuration can change this list.',
  name: 'Name',
  email: 'E-mail',
  roles: 'May',
  role: {
    approver: 'Decide requests, stop access',
    admin: 'Change people and controls, stop access',
    auditor: 'Read everything',
  },
  short: { approver: 'Approver', admin: 'Admin', auditor: 'Auditor' },
  groups: 'Groups',
  groupsHint: 'Such as owners, dpo. Your privacy controls name them as the approvers of a stage.',
  left: 'Has left',
  waits: (roles: string) => `Waits: ${roles}`,
  waitsMore: 'Waits: more groups',
  act: 'Actions',
  edit: 'Change',
  remove: 'Remove',
  add: 'Add a person',
  addConfirm: 'Add',
  save: 'Save',
  back: 'Back',
  removeTitle: (name: string) => `Remove ${name}`,
  removeLead:
    'They are signed out everywhere, and their keys stop working. Requests that they approved and that are still open need another approval.',
  editTitle: (name: string) => `Change ${name}`,
  rolesNeeded: 'Choose at least one.',
  readOnly: 'Your organisation’s admins change this list.',
  mailCode:
    'You signed in with a code by mail. To change people, use your organisation’s own sign-in, or sign in with your passkey too: on the page “Passkeys”.',
};

const de: typeof en = {
  title: 'Personen',
  lead: 'Die Personen, die für Ihre Organisation entscheiden. Wen Sie entfernen, ist sofort überall abgemeldet.',
  leadUnclaimed:
    'Bis Sie Ihre Organisation beanspruchen, kann die Konfiguration des Anbieters diese Liste ändern.',
  name: 'Name',
  email: 'E-Mail',
  roles: 'Darf',
  role: {
    approver: 'Anfragen entscheiden, Zugriff stoppen',
    admin: 'Personen und Regeln ändern, Zugriff stoppen',
    auditor: 'Alles lesen',
  },
  short: { approver: 'Freigeber', admin: 'Admin', auditor: 'Prüfer' },
  groups: 'Gruppen',
  groupsHint: 'Etwa owners, dpo. Ihre Datenschutzregeln nennen sie als Freigeber einer Stufe.',
  left: 'Ausgeschieden',
  waits: (roles) => `Wartet: ${roles}`,
  waitsMore: 'Wartet: weitere Gruppen',
  act: 'Aktionen',
  edit: 'Ändern',
  remove: 'Entfernen',
  add: 'Person hinzufügen',
  addConfirm: 'Hinzufügen',
  save: 'Speichern',
  back: 'Zurück',
  removeTitle: (name) => `${name} entfernen`,
  removeLead:
    'Die Person wird überall abgemeldet, und ihre Schlüssel gelten nicht mehr. Offene Anfragen, die sie freigegeben hat, brauchen eine weitere Freigabe.',
  editTitle: (name) => `${name} ändern`,
  rolesNeeded: 'Wählen Sie mindestens eine.',
  readOnly: 'Die Admins Ihrer Organisation ändern diese Liste.',
  mailCode:
    'Sie haben sich mit einem Code per Mail angemeldet. Um Personen zu ändern, nutzen Sie die Anmeldung Ihrer Organisation, oder melden Sie sich dazu mit Ihrem Passkey an: auf der Seite „Passkeys“.',
};

export const peopleTexts: Catalogue<typeof en> = { en, de };

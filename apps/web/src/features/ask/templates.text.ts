import type { Catalogue } from '../../text/languages.js';

const en = {
  choose: 'Start from a template',
  none: 'Without a template',
  remove: 'Delete this template',
  removeSure: (name: string) => `Delete the template “${name}”?`,
  keep: 'Keep it',
  save: 'Save as a template',
  saveHint:
    'Only you see it. It keeps the customer, the service, what you need, for how long and why, and no time.',
  name: 'Name of the template',
  replaces: 'Your template of this name is replaced.',
  cancel: 'Cancel',
  saved: (name: string) => `Saved as “${name}”.`,
};

const de: typeof en = {
  choose: 'Mit einer Vorlage beginnen',
  none: 'Ohne Vorlage',
  remove: 'Diese Vorlage löschen',
  removeSure: (name) => `Die Vorlage „${name}“ löschen?`,
  keep: 'Behalten',
  save: 'Als Vorlage speichern',
  saveHint:
    'Nur Sie sehen sie. Sie enthält den Kunden, den Dienst, was Sie brauchen, wie lange und warum, und keine Uhrzeit.',
  name: 'Name der Vorlage',
  replaces: 'Ihre Vorlage mit diesem Namen wird ersetzt.',
  cancel: 'Abbrechen',
  saved: (name) => `Gespeichert als „${name}“.`,
};

export const templateTexts: Catalogue<typeof en> = { en, de };

import type { Catalogue } from '../../text/languages.js';

const en = {
  title: 'At a glance',
  weeks: 'Access per week',
  week: 'Week from',
  count: 'Accesses begun',
  weekTitle: (day: string, count: string) => `Week from ${day}: ${count}`,
  times: 'Time to a decision',
  timesOf: (count: string) => `Of the last ${count} decisions of your organisation.`,
  tooFew: 'Shown once there are five decisions.',
  figure: 'Figure',
  median: 'Half of them within',
  p90: 'Nine of ten within',
  time: 'Time',
  calls: 'Calls per access',
  callsLead: 'The newest ten.',
  access: 'Access',
  allowed: 'Calls',
  none: 'No access has begun yet.',
};

export type GlanceText = typeof en;

const de: GlanceText = {
  title: 'Auf einen Blick',
  weeks: 'Zugriffe pro Woche',
  week: 'Woche ab',
  count: 'Begonnene Zugriffe',
  weekTitle: (day, count) => `Woche ab ${day}: ${count}`,
  times: 'Zeit bis zur Entscheidung',
  timesOf: (count) => `Der letzten ${count} Entscheidungen Ihrer Organisation.`,
  tooFew: 'Wird gezeigt, sobald es fünf Entscheidungen gibt.',
  figure: 'Kennzahl',
  median: 'Die Hälfte innerhalb von',
  p90: 'Neun von zehn innerhalb von',
  time: 'Zeit',
  calls: 'Aufrufe je Zugriff',
  callsLead: 'Die neuesten zehn.',
  access: 'Zugriff',
  allowed: 'Aufrufe',
  none: 'Noch kein Zugriff hat begonnen.',
};

export const glanceTexts: Catalogue<GlanceText> = { en, de };

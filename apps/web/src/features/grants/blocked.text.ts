import type { Catalogue } from '../../text/language.js';

const en = {
  stopped: 'Stopped by the customer',
  locked: 'Locked',
  by: (who: string) => `By ${who}`,
  noCalls: 'No call passes until this is lifted.',
  stoppedWhy: 'A signed stop is in force.',
  some: (count: number) =>
    count === 1 ? '1 access is stopped or locked' : `${count} accesses are stopped or locked`,
  all: 'All access to your data is stopped',
};

const de: typeof en = {
  stopped: 'Vom Kunden gestoppt',
  locked: 'Gesperrt',
  by: (who) => `Von ${who}`,
  noCalls: 'Kein Aufruf geht durch, bis dies aufgehoben wird.',
  stoppedWhy: 'Ein unterschriebener Stopp ist in Kraft.',
  some: (count) =>
    count === 1 ? '1 Zugriff ist gestoppt oder gesperrt' : `${count} Zugriffe sind gestoppt oder gesperrt`,
  all: 'Jeder Zugriff auf Ihre Daten ist gestoppt',
};

export const blockedTexts: Catalogue<typeof en> = { en, de };

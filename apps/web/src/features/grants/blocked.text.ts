import type { Catalogue } from '../../text/languages.js';

const en = {
  stopped: 'Stopped by the customer',
  locked: 'Locked',
  paused: 'Paused',
  pausedBy: (rule: string, side: 'vendor' | 'customer') =>
    `Rule “${rule}” of the ${side === 'vendor' ? 'vendor' : 'customer'}`,
  resume: 'Let it go on',
  resumeWhy: 'No call passes until you let it go on. The rule then counts from zero.',
  notOurs: 'No call passes until the side whose rule it is lets it go on.',
  by: (who: string) => `By ${who}`,
  noCalls: 'No call passes until this is lifted.',
  stoppedWhy: 'Gateways obey this signed stop, whatever the vendor’s server says.',
  since: 'since',
  some: (count: number) =>
    count === 1 ? '1 access is stopped or locked' : `${count} accesses are stopped or locked`,
  all: 'All access to your data is stopped',
  allLocked: 'All access to your data is locked',
  show: 'Show',
};

const de: typeof en = {
  stopped: 'Vom Kunden gestoppt',
  locked: 'Gesperrt',
  paused: 'Angehalten',
  pausedBy: (rule, side) => `Regel „${rule}“ ${side === 'vendor' ? 'des Anbieters' : 'des Kunden'}`,
  resume: 'Weitergehen lassen',
  resumeWhy:
    'Kein Aufruf geht durch, bis Sie den Zugriff weitergehen lassen. Die Regel zählt dann von null an.',
  notOurs: 'Kein Aufruf geht durch, bis die Seite, deren Regel es ist, den Zugriff weitergehen lässt.',
  by: (who) => `Von ${who}`,
  noCalls: 'Kein Aufruf geht durch, bis dies aufgehoben wird.',
  stoppedWhy: 'Gateways befolgen diesen unterschriebenen Stopp, was immer der Server des Anbieters sagt.',
  since: 'seit',
  some: (count) =>
    count === 1 ? '1 Zugriff ist gestoppt oder gesperrt' : `${count} Zugriffe sind gestoppt oder gesperrt`,
  all: 'Jeder Zugriff auf Ihre Daten ist gestoppt',
  allLocked: 'Jeder Zugriff auf Ihre Daten ist gesperrt',
  show: 'Zeigen',
};

export const blockedTexts: Catalogue<typeof en> = { en, de };

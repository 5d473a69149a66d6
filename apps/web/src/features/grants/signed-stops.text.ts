import type { Catalogue } from '../../text/languages.js';

const en = {
  title: 'Signed stops',
  lead: 'Gateways obey these, whatever the vendor’s server says, until one of your people lifts them with a passkey.',
  everything: 'Everything is stopped',
  one: 'One access is stopped',
  by: (who: string) => `By ${who}`,
  lift: 'Lift it with my passkey',
  liftMeans: 'The access opens again for the time that is left.',
  liftMeansAll: 'Requests, approvals and the rest of each access go on.',
  noPasskey: 'Only people whom the trust document names can lift it.',
  stopAll: 'Stop everything with my passkey',
  stopAllWhy:
    'After this, gateways let no call to your data through, and no one can ask for access, until one of your people lifts the stop with a passkey.',
  stopAllSure: 'Yes, stop everything',
  back: 'Back',
  stopOne: 'Also stop it with my passkey',
  stopOneWhy: 'Gateways obey your signed stop, whatever the vendor’s server says, until you lift it.',
  stopOneDone: 'You have signed a stop.',
};

const de: typeof en = {
  title: 'Unterschriebene Stopps',
  lead: 'Die Gateways befolgen sie, was auch immer der Server des Anbieters sagt, bis jemand von Ihnen sie mit einem Passkey aufhebt.',
  everything: 'Alles ist gestoppt',
  one: 'Ein Zugriff ist gestoppt',
  by: (who) => `Von ${who}`,
  lift: 'Mit meinem Passkey aufheben',
  liftMeans: 'Der Zugriff ist für die restliche Zeit wieder offen.',
  liftMeansAll: 'Anfragen, Freigaben und der Rest jedes Zugriffs gehen weiter.',
  noPasskey: 'Nur Personen, die im Vertrauensdokument stehen, können ihn aufheben.',
  stopAll: 'Alles mit meinem Passkey stoppen',
  stopAllWhy:
    'Danach lässt kein Gateway einen Aufruf an Ihre Daten durch, und niemand kann um Zugriff bitten, bis jemand von Ihnen den Stopp mit einem Passkey aufhebt.',
  stopAllSure: 'Ja, alles stoppen',
  back: 'Zurück',
  stopOne: 'Auch mit meinem Passkey stoppen',
  stopOneWhy:
    'Die Gateways befolgen Ihren unterschriebenen Stopp, was auch immer der Server des Anbieters sagt, bis Sie ihn aufheben.',
  stopOneDone: 'Sie haben einen Stopp unterschrieben.',
};

export const signedStopsTexts: Catalogue<typeof en> = { en, de };

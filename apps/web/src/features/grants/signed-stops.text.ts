import type { Catalogue } from '../../text/language.js';

const en = {
  title: 'Stopped under signature',
  lead: 'These hold at the gateways whatever the vendor’s server says, until one of your people lifts them with a passkey.',
  everything: 'Everything is stopped',
  one: 'One access is stopped',
  by: (who: string) => `By ${who}`,
  lift: 'Lift it with my passkey',
  liftMeans: 'What is left of the access opens again.',
  liftMeansAll: 'Requests, approvals and what is left of each access go on.',
  noPasskey: 'Only somebody whom the trust document names can lift it.',
  stopAll: 'Stop everything with my passkey',
  stopAllWhy:
    'No gateway lets anything of yours through and nobody can ask, until one of your people lifts it with a passkey.',
  stopAllSure: 'Yes, stop everything',
  back: 'Back',
};

const de: typeof en = {
  title: 'Unter Unterschrift gestoppt',
  lead: 'Das gilt an den Gateways, was auch immer der Server des Anbieters sagt, bis jemand von Ihnen es mit einem Passkey aufhebt.',
  everything: 'Alles ist gestoppt',
  one: 'Ein Zugriff ist gestoppt',
  by: (who) => `Von ${who}`,
  lift: 'Mit meinem Passkey aufheben',
  liftMeans: 'Was vom Zugriff übrig ist, öffnet sich wieder.',
  liftMeansAll: 'Anfragen, Zustimmungen und der Rest jedes Zugriffs gehen weiter.',
  noPasskey: 'Nur wer im Vertrauensdokument steht, kann ihn aufheben.',
  stopAll: 'Alles mit meinem Passkey stoppen',
  stopAllWhy:
    'Kein Gateway lässt etwas von Ihnen durch, und niemand kann fragen, bis jemand von Ihnen es mit einem Passkey aufhebt.',
  stopAllSure: 'Ja, alles stoppen',
  back: 'Zurück',
};

export const stopsTexts: Catalogue<typeof en> = { en, de };

import type { Catalogue } from '../../text/languages.js';

const en = {
  title: 'Waiting for your decision',
  left: 'left to decide',
  open: 'Read and decide',
  answer: 'Accept or decline',
  show: 'Open the request',
  none: 'Nothing waits for you',
  noneLead: 'When someone at the vendor requests access, the request appears here at once.',
  offered: 'Less was offered; the engineer has not answered yet',
  decided: 'You have decided; another approval is needed',
};

const de: typeof en = {
  title: 'Wartet auf Ihre Entscheidung',
  left: 'verbleiben',
  open: 'Lesen und entscheiden',
  answer: 'Annehmen oder ablehnen',
  show: 'Anfrage öffnen',
  none: 'Nichts wartet auf Sie',
  noneLead: 'Wenn jemand beim Anbieter um Zugriff bittet, erscheint die Anfrage sofort hier.',
  offered: 'Weniger angeboten; der Engineer hat noch nicht geantwortet',
  decided: 'Sie haben entschieden; eine weitere Freigabe ist nötig',
};

export const inboxTexts: Catalogue<typeof en> = { en, de };

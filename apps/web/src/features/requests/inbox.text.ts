import type { Catalogue } from '../../text/language.js';

const en = {
  title: 'Waiting for your decision',
  left: 'left to decide',
  open: 'Read and decide',
  show: 'Open the request',
  none: 'Nothing waits for you',
  noneLead: 'When somebody at the vendor asks for access, it appears here at once.',
  offered: 'Less was offered; waiting for the engineer',
  decided: 'You have decided; another approval is needed',
};

const de: typeof en = {
  title: 'Wartet auf Ihre Entscheidung',
  left: 'bleiben',
  open: 'Lesen und entscheiden',
  show: 'Anfrage öffnen',
  none: 'Nichts wartet auf Sie',
  noneLead: 'Bittet jemand beim Anbieter um Zugriff, steht es sofort hier.',
  offered: 'Weniger angeboten; wartet auf den Engineer',
  decided: 'Sie haben entschieden; eine weitere Freigabe ist nötig',
};

export const inboxTexts: Catalogue<typeof en> = { en, de };

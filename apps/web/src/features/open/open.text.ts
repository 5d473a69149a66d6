import type { Catalogue } from '../../text/language.js';

const en = {
  title: (service: string) => `Open ${service}`,
  opening: 'Opening …',
  open: 'Open under this grant',
  none: 'You have no access to this service now',
  ended: 'This access is not open any more',
  noneLead: 'Ask for what you need. Once the customer has approved it, the page opens from here.',
  ask: 'Ask for access',
  why: 'What happened',
};

const de: typeof en = {
  title: (service) => `${service} öffnen`,
  opening: 'Wird geöffnet …',
  open: 'Unter diesem Zugriff öffnen',
  none: 'Sie haben jetzt keinen Zugriff auf diesen Dienst',
  ended: 'Dieser Zugriff ist nicht mehr offen',
  noneLead:
    'Beantragen Sie, was Sie brauchen. Sobald der Kunde es genehmigt hat, öffnet sich die Seite von hier aus.',
  ask: 'Zugriff beantragen',
  why: 'Was geschehen ist',
};

export const openTexts: Catalogue<typeof en> = { en, de };

import type { Catalogue } from '../../text/languages.js';

const en = {
  title: (service: string) => `Open ${service}`,
  opening: 'Opening …',
  open: 'Open under this grant',
  none: 'You have no access to this service now',
  ended: 'This access is no longer open',
  noneLead: 'Ask for what you need. Once the customer has approved it, you can open the page from here.',
  ask: 'Ask for access',
  why: 'What happened',
  blocked: 'Your access to this service is stopped or locked',
  blockedLead: 'You can open the service from here once that is lifted.',
};

const de: typeof en = {
  title: (service) => `${service} öffnen`,
  opening: 'Wird geöffnet …',
  open: 'Unter diesem Zugriff öffnen',
  none: 'Sie haben jetzt keinen Zugriff auf diesen Dienst',
  ended: 'Dieser Zugriff ist nicht mehr offen',
  noneLead:
    'Fragen Sie an, was Sie brauchen. Sobald der Kunde es freigegeben hat, können Sie die Seite von hier aus öffnen.',
  ask: 'Zugriff anfragen',
  why: 'Was geschehen ist',
  blocked: 'Ihr Zugriff auf diesen Dienst ist gestoppt oder gesperrt',
  blockedLead: 'Sobald das aufgehoben ist, können Sie den Dienst von hier aus öffnen.',
};

/** Texts of the page `/open`. */
export const openTexts: Catalogue<typeof en> = { en, de };

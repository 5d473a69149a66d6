import type { Catalogue } from '../../text/languages.js';

const en = {
  title: 'Review queue',
  lead: 'Your colleagues’ requests. If you approve one, it goes to the customer, who decides.',
  none: 'Nothing to review',
  noneLead: 'When a colleague requests access, the request appears here at once.',
  own: 'Your own requests, which someone else reviews',
};

const de: typeof en = {
  title: 'Zu prüfen',
  lead: 'Die Anfragen Ihrer Kolleginnen und Kollegen. Was Sie freigeben, geht an den Kunden, der entscheidet.',
  none: 'Nichts zu prüfen',
  noneLead: 'Wenn jemand aus Ihrem Team um Zugriff bittet, erscheint die Anfrage sofort hier.',
  own: 'Ihre eigenen Anfragen, die jemand anderes prüft',
};

export const reviewQueueTexts: Catalogue<typeof en> = { en, de };

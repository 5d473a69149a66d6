import type { Language } from '@countersign/contract';

type Words = { title: string; text: string; again: string };

/** Texts of the pages that the gateway shows to a person in a browser; `refused` by the code of the refusal, and `other` for every other code. */
export const browserTexts: Record<
  Language,
  {
    notOpened: Words;
    noBroker: Words;
    refused: Record<string, Omit<Words, 'again'>>;
    other: Omit<Words, 'again'>;
    ask: string;
    again: string;
    /** Before the technical reason, which is English. */
    forSupport: string;
  }
> = {
  en: {
    notOpened: {
      title: 'This page could not be opened',
      text: 'The link was used already, is older than a minute, or belongs to another browser.',
      again: 'Try again',
    },
    noBroker: {
      title: 'The broker cannot be reached',
      text: 'Without it the gateway cannot check your access. Try again in a moment.',
      again: 'Try again',
    },
    refused: {
      grant_ended: { title: 'Your access has ended', text: 'Nothing more can be opened under this grant.' },
      locked: { title: 'Access is stopped', text: 'The customer or the vendor has stopped this access.' },
      insufficient_scope: {
        title: 'Your access does not cover this page',
        text: 'The grant in this browser is for something else, or for another customer.',
      },
      gateway_required: {
        title: 'This customer requires another address',
        text: 'The customer accepts only calls through the gateway itself. Open the page at the gateway’s address.',
      },
      route_not_listed: {
        title: 'This page is not open to grants',
        text: 'The service has not listed this address for access under a grant.',
      },
      budget_exhausted: {
        title: 'The budget of your access is used up',
        text: 'Ask for a larger budget if you need it.',
      },
      not_in_touch: {
        title: 'The gateway has no connection to the broker',
        text: 'It forwards no call until the connection is back. Try again in a moment.',
      },
    },
    other: {
      title: 'This page could not be opened',
      text: 'The gateway has refused this call. The reason is below.',
    },
    ask: 'Ask for access',
    again: 'Choose another grant',
    forSupport: 'For your support:',
  },
  de: {
    notOpened: {
      title: 'Diese Seite konnte nicht geöffnet werden',
      text: 'Der Link wurde schon benutzt, ist älter als eine Minute oder gehört zu einem anderen Browser.',
      again: 'Noch einmal versuchen',
    },
    noBroker: {
      title: 'Der Broker ist nicht erreichbar',
      text: 'Ohne ihn kann das Gateway Ihren Zugriff nicht prüfen. Versuchen Sie es gleich noch einmal.',
      again: 'Noch einmal versuchen',
    },
    refused: {
      grant_ended: {
        title: 'Ihr Zugriff ist beendet',
        text: 'Er öffnet keine Seiten mehr.',
      },
      locked: {
        title: 'Der Zugriff ist gestoppt',
        text: 'Der Kunde oder der Anbieter hat diesen Zugriff gestoppt.',
      },
      insufficient_scope: {
        title: 'Ihr Zugriff gilt nicht für diese Seite',
        text: 'Der Zugriff in diesem Browser gilt für etwas anderes oder für einen anderen Kunden.',
      },
      gateway_required: {
        title: 'Dieser Kunde verlangt eine andere Adresse',
        text: 'Der Kunde nimmt nur Aufrufe an, die durch das Gateway selbst gehen. Öffnen Sie die Seite unter der Adresse des Gateways.',
      },
      route_not_listed: {
        title: 'Diese Seite lässt sich nicht öffnen',
        text: 'Der Dienst hat diese Adresse nicht für freigegebene Zugriffe aufgeführt.',
      },
      budget_exhausted: {
        title: 'Das Budget Ihres Zugriffs ist aufgebraucht',
        text: 'Fragen Sie ein größeres Budget an, wenn Sie es brauchen.',
      },
      not_in_touch: {
        title: 'Das Gateway hat keine Verbindung zum Broker',
        text: 'Es leitet keinen Aufruf weiter, bis die Verbindung wieder besteht. Versuchen Sie es gleich noch einmal.',
      },
    },
    other: {
      title: 'Diese Seite konnte nicht geöffnet werden',
      text: 'Das Gateway hat diesen Aufruf abgelehnt. Der Grund steht unten.',
    },
    ask: 'Zugriff anfragen',
    again: 'Anderen Zugriff wählen',
    forSupport: 'Für Ihren Support, auf Englisch:',
  },
};

import type { PageLanguage } from './browser-page.js';

type Words = { title: string; text: string; again: string };

/** What the gateway says to a person in a browser. */
export const browserTexts: Record<
  PageLanguage,
  {
    notOpened: Words;
    noBroker: Words;
    refused: Record<string, Omit<Words, 'again'>>;
    ask: string;
    again: string;
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
      route_not_listed: {
        title: 'This page is not open to grants',
        text: 'The service’s route map does not list this address, so no grant can cover it.',
      },
      budget_exhausted: {
        title: 'The budget of your access is used up',
        text: 'Ask for more if you need it.',
      },
      not_in_touch: {
        title: 'The gateway has lost touch with the broker',
        text: 'It lets nothing through until the connection is back. Try again in a moment.',
      },
    },
    ask: 'Ask for access',
    again: 'Choose another grant',
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
        text: 'Unter diesem Zugriff lässt sich nichts mehr öffnen.',
      },
      locked: {
        title: 'Der Zugriff ist gestoppt',
        text: 'Der Kunde oder der Anbieter hat diesen Zugriff gestoppt.',
      },
      insufficient_scope: {
        title: 'Ihr Zugriff umfasst diese Seite nicht',
        text: 'Der Zugriff in diesem Browser gilt für etwas anderes oder für einen anderen Kunden.',
      },
      route_not_listed: {
        title: 'Diese Seite lässt sich nicht öffnen',
        text: 'Die Routenliste des Dienstes nennt diese Adresse nicht, also kann kein Zugriff sie umfassen.',
      },
      budget_exhausted: {
        title: 'Das Budget Ihres Zugriffs ist aufgebraucht',
        text: 'Beantragen Sie mehr, wenn Sie es brauchen.',
      },
      not_in_touch: {
        title: 'Das Gateway hat keine Verbindung zum Broker',
        text: 'Es lässt nichts durch, bis sie wieder besteht. Versuchen Sie es gleich noch einmal.',
      },
    },
    ask: 'Zugriff beantragen',
    again: 'Anderen Zugriff wählen',
  },
};

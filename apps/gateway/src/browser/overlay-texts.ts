import type { Language } from '@countersign/contract';
import { browserTexts } from './browser-texts.js';

/** What has happened to the access, and what that means for the engineer. */
type Outcome = { title: string; text: string };

/** The texts of the overlay. `{n}` and `{tenant}` are replaced. */
type OverlayTexts = {
  region: string;
  access: string;
  minutes: string;
  lastMinute: string;
  soon: string;
  release: string;
  notReleased: string;
  ask: string;
  hide: string;
  show: string;
  /** By the reason for which the grant ended, or by the code with which calls are refused. The script looks for the reason first. */
  outcomes: Record<string, Outcome>;
};

/** The refusals for which the overlay uses the texts of the gateway's own pages. */
const SAME_AS_PAGES = ['grant_ended', 'locked', 'not_in_touch'] as const;

const outcomesOf = (language: Language, own: Record<string, Outcome>): Record<string, Outcome> => ({
  ...Object.fromEntries(SAME_AS_PAGES.map((code) => [code, browserTexts[language].refused[code] as Outcome])),
  ...own,
});

export const overlayTexts: Record<Language, OverlayTexts> = {
  en: {
    region: 'Your access under a grant',
    access: 'Access to {tenant}',
    minutes: '{n} min left',
    lastMinute: 'less than a minute left',
    soon: 'Your access to {tenant} ends soon.',
    release: 'Release',
    notReleased: 'Your access could not be released. Try again.',
    ask: browserTexts.en.ask,
    hide: 'Hide',
    show: 'Show',
    outcomes: outcomesOf('en', {
      expired: { title: 'The time of your access is over', text: 'This page opens nothing more.' },
      released: { title: 'You have released your access', text: 'This page opens nothing more.' },
      revoked: {
        title: 'Your access was stopped',
        text: 'The customer or the vendor has ended your grant. This page opens nothing more.',
      },
      exhausted: { title: 'The budget of your access is used up', text: 'This page opens nothing more.' },
      invalid_token: {
        title: 'This browser has no access any more',
        text: 'You have signed out, or your session has ended. Load the page again to sign in.',
      },
    }),
  },
  de: {
    region: 'Ihr freigegebener Zugriff',
    access: 'Zugriff auf {tenant}',
    minutes: 'noch {n} Min.',
    lastMinute: 'noch weniger als eine Minute',
    soon: 'Ihr Zugriff auf {tenant} endet bald.',
    release: 'Zurückgeben',
    notReleased: 'Ihr Zugriff konnte nicht zurückgegeben werden. Versuchen Sie es noch einmal.',
    ask: browserTexts.de.ask,
    hide: 'Ausblenden',
    show: 'Einblenden',
    outcomes: outcomesOf('de', {
      expired: { title: 'Die Zeit Ihres Zugriffs ist um', text: 'Diese Seite öffnet nichts mehr.' },
      released: { title: 'Sie haben Ihren Zugriff zurückgegeben', text: 'Diese Seite öffnet nichts mehr.' },
      revoked: {
        title: 'Ihr Zugriff wurde gestoppt',
        text: 'Der Kunde oder der Anbieter hat ihn beendet. Diese Seite öffnet nichts mehr.',
      },
      exhausted: {
        title: 'Das Budget Ihres Zugriffs ist aufgebraucht',
        text: 'Diese Seite öffnet nichts mehr.',
      },
      invalid_token: {
        title: 'Dieser Browser hat keinen Zugriff mehr',
        text: 'Sie haben sich abgemeldet, oder Ihre Sitzung ist zu Ende. Laden Sie die Seite neu, um sich anzumelden.',
      },
    }),
  },
};

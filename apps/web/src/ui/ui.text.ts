import type { AccessRequest, Grant, Needs } from '@countersign/api';
import type { Catalogue } from '../text/languages.js';

/** The texts of the parts that all pages share: states, lists, errors. */

const english = {
  again: 'Try again',
  offline: 'Countersign cannot be reached. Check your connection.',
  notFound: 'There is nothing here, or you may not see it.',
  failed: 'Something went wrong.',
  loading: 'Loading …',
  more: 'Show more',
};

const german: typeof english = {
  again: 'Noch einmal versuchen',
  offline: 'Countersign ist nicht erreichbar. Prüfen Sie Ihre Verbindung.',
  notFound: 'Hier gibt es nichts, oder Sie dürfen es nicht sehen.',
  failed: 'Das hat nicht geklappt.',
  loading: 'Wird geladen …',
  more: 'Mehr anzeigen',
};

export type QueryStateText = typeof english;
export const queryStateTexts: Catalogue<QueryStateText> = { en: english, de: german };

export const copyTexts: Catalogue<{ copy: string; copied: string; copyId(id: string): string }> = {
  en: { copy: 'Copy', copied: 'Copied', copyId: (id) => `Copy ${id}` },
  de: { copy: 'Kopieren', copied: 'Kopiert', copyId: (id) => `${id} kopieren` },
};

export const helpTexts: Catalogue<{ button(word: string): string; loading: string; failed: string }> = {
  en: {
    button: (word) => `Meaning of “${word}”`,
    loading: 'Loading …',
    failed: 'The meaning could not be loaded. Reload the page and try again.',
  },
  de: {
    button: (word) => `Bedeutung von „${word}“`,
    loading: 'Wird geladen …',
    failed:
      'Die Bedeutung konnte nicht geladen werden. Laden Sie die Seite neu, und versuchen Sie es noch einmal.',
  },
};

export const requestStateTexts: Catalogue<Record<AccessRequest['state'], string>> = {
  en: {
    awaiting_vendor: 'Waiting for the vendor’s review',
    awaiting_customer: 'Waiting for the customer',
    countered: 'Less was offered',
    notifying: 'Emergency: the customer is being notified',
    approved: 'Approved',
    denied: 'Denied',
    cancelled: 'Withdrawn',
    expired: 'Lapsed',
  },
  de: {
    awaiting_vendor: 'Wartet auf die Prüfung des Anbieters',
    awaiting_customer: 'Wartet auf den Kunden',
    countered: 'Weniger wurde angeboten',
    notifying: 'Notfall: Der Kunde wird benachrichtigt',
    approved: 'Freigegeben',
    denied: 'Abgelehnt',
    cancelled: 'Zurückgezogen',
    expired: 'Verfallen',
  },
};

export const outdatedTexts: Catalogue<{ outdated: string; locked: string }> = {
  en: { outdated: 'Outdated', locked: 'Stopped or locked' },
  de: { outdated: 'Überholt', locked: 'Gestoppt oder gesperrt' },
};

export const grantAccessTexts: Catalogue<Record<Grant['access'] | NonNullable<Grant['endReason']>, string>> =
  {
    en: {
      not_yet: 'Not begun',
      open: 'Open now',
      stopped: 'Stopped by the customer',
      locked: 'Locked',
      ended: 'Ended',
      expired: 'Ended: time was up',
      revoked: 'Stopped',
      released: 'Given back',
      exhausted: 'Ended: used up',
    },
    de: {
      not_yet: 'Noch nicht begonnen',
      open: 'Jetzt offen',
      stopped: 'Vom Kunden gestoppt',
      locked: 'Gesperrt',
      ended: 'Beendet',
      expired: 'Beendet: Zeit abgelaufen',
      revoked: 'Gestoppt',
      released: 'Zurückgegeben',
      exhausted: 'Beendet: aufgebraucht',
    },
  };

export const riskTexts: Catalogue<Record<NonNullable<Needs['impact']>['level'], string>> = {
  en: { low: 'Low risk', medium: 'Medium risk', high: 'High risk' },
  de: { low: 'Geringes Risiko', medium: 'Mittleres Risiko', high: 'Hohes Risiko' },
};

export const erasedTexts: Catalogue<{ erased: string; erasedBy(at: string, by: string): string }> = {
  en: { erased: 'erased', erasedBy: (at, by) => `erased on ${at} by ${by}` },
  de: { erased: 'gelöscht', erasedBy: (at, by) => `gelöscht am ${at} von ${by}` },
};

import type { Language } from './languages.js';

export const ACCESS_REASON_CODES = [
  'expired',
  'revoked',
  'released',
  'exhausted',
  'stopped_all',
  'stopped_this',
  'locked_tenant',
  'locked_person',
  'locked_service',
  'paused',
] as const;

/** Why calls under a grant do not pass, as the API answers it. */
export interface AccessReasonCodes {
  code: (typeof ACCESS_REASON_CODES)[number];
  side: 'vendor' | 'customer' | null;
  rule: string | null;
  why: string | null;
}

type Texts = Readonly<
  Record<AccessReasonCodes['code'], (who: 'vendor' | 'customer', rule: string | null) => string>
>;

const EN_WHO = { vendor: 'The vendor', customer: 'The customer' };
const DE_WHO = { vendor: 'Der Anbieter', customer: 'Der Kunde' };
const DE_WHOSE = { vendor: 'des Anbieters', customer: 'des Kunden' };

const TEXTS: Readonly<Record<Language, Texts>> = {
  en: {
    expired: () => 'The time is over',
    revoked: () => 'The access was stopped',
    released: () => 'The engineer gave the access back',
    exhausted: () => 'The budget is used up',
    stopped_all: () => 'The customer has stopped all access',
    stopped_this: () => 'The customer has stopped this access',
    locked_tenant: (who) => `${EN_WHO[who]} has locked all access to this customer’s data`,
    locked_person: (who) => `${EN_WHO[who]} has locked the engineer`,
    locked_service: (who) => `${EN_WHO[who]} has locked the service`,
    paused: (who, rule) =>
      rule === null
        ? `${EN_WHO[who]} has locked this access`
        : `${EN_WHO[who]}’s rule “${rule}” has paused this access`,
  },
  de: {
    expired: () => 'Die Zeit ist abgelaufen',
    revoked: () => 'Der Zugriff wurde gestoppt',
    released: () => 'Der Engineer hat den Zugriff zurückgegeben',
    exhausted: () => 'Das Budget ist aufgebraucht',
    stopped_all: () => 'Der Kunde hat jeden Zugriff gestoppt',
    stopped_this: () => 'Der Kunde hat diesen Zugriff gestoppt',
    locked_tenant: (who) => `${DE_WHO[who]} hat jeden Zugriff auf die Daten dieses Kunden gesperrt`,
    locked_person: (who) => `${DE_WHO[who]} hat den Engineer gesperrt`,
    locked_service: (who) => `${DE_WHO[who]} hat den Dienst gesperrt`,
    paused: (who, rule) =>
      rule === null
        ? `${DE_WHO[who]} hat diesen Zugriff gesperrt`
        : `Die Regel „${rule}“ ${DE_WHOSE[who]} hat diesen Zugriff angehalten`,
  },
};

/** One sentence, with the reason that the author of the lock gave: “The customer has locked the service: an audit”. */
export function accessReasonText({ code, side, rule, why }: AccessReasonCodes, language: Language): string {
  const sentence = TEXTS[language][code](side ?? 'vendor', rule);
  return why === null || why === '' ? `${sentence}.` : `${sentence}: ${why}`;
}
